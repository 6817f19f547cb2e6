//! One session: a WebSocket on one side, a pool's socket on the other.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::ws::WebSocket;
use stratum::line::to_line;
use stratum::protocol::CLIENT_BUFFER_LIMIT;
use stratum::{Call, Request, ServerMessage};
use tokio_util::sync::CancellationToken;

use crate::client_end::{CALL_LIMIT, Inbox, Outbox, Pulse, ends, farewell};
use crate::pool_end::{self, PoolReader, PoolWriter};
use crate::share_check::ShareCheck;
use crate::shared::{Hubs, Leave, Sharing};
use crate::{EndReason, Limits, PoolEntry};

/// The two ends of a session and what bounds them.
pub(crate) struct Bridge<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) pool: &'a PoolEntry,
    pub(crate) hubs: &'a Arc<Hubs>,
    pub(crate) stopping: &'a CancellationToken,
}

impl Bridge<'_> {
    /// Carries messages until one side ends, then closes both.
    pub(crate) async fn carry(&self, socket: WebSocket) -> EndReason {
        let pulse = Pulse::new();
        let (mut inbox, mut outbox) = ends(socket, self.limits, &pulse);
        let end = tokio::select! {
            end = self.join(&mut inbox, &mut outbox) => end,
            () = self.stopping.cancelled() => EndReason::Stopping,
        };
        // Seldom under way and not small: off the session's own future.
        Box::pin(farewell(&end, inbox, outbox)).await;
        end
    }

    async fn join(&self, inbox: &mut Inbox<'_>, outbox: &mut Outbox<'_>) -> EndReason {
        let mut first = None;
        if self.pool.share_connections {
            let sharing = Sharing {
                hubs: self.hubs,
                pool: self.pool,
                limits: self.limits,
            };
            match sharing.carry(inbox, outbox).await {
                Ok(never) => match never {},
                Err(Leave::Ended(end)) => return end,
                Err(Leave::Alone(call)) => first = Some(call),
            }
        }
        let (reader, writer) = match Box::pin(pool_end::open(self.pool, self.limits)).await {
            Ok(pool) => pool,
            Err(end) => return end,
        };
        let check = self.pool.verify_shares.then(ShareCheck::default);
        let end = tokio::select! {
            end = calls(first, inbox, writer, check.as_ref()) => end,
            end = lines(reader, outbox, check.as_ref()) => end,
        };
        match end {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }
}

type Ended = Result<Infallible, EndReason>;

/// Client to pool: well-formed calls, re-encoded.
async fn calls(
    mut first: Option<Call>,
    inbox: &mut Inbox<'_>,
    mut pool: PoolWriter,
    check: Option<&ShareCheck>,
) -> Ended {
    loop {
        let call = match first.take() {
            Some(call) => call,
            None => inbox.call().await?,
        };
        if let (Some(check), Request::Submit(submit)) = (check, &call.request) {
            check.judge(submit, &[])?;
        }
        let line = to_line(&call);
        if line.len() > CLIENT_BUFFER_LIMIT {
            return Err(EndReason::TooLong { limit: CALL_LIMIT });
        }
        match pool.send(&line).await {
            // The pool hung up. What it said before is still to be read, and the other half ends with it.
            Err(EndReason::PoolClosed) => std::future::pending().await,
            sent => sent?,
        }
    }
}

/// Pool to client: lines as they are. Pings go out in between.
async fn lines(mut pool: PoolReader, outbox: &mut Outbox<'_>, check: Option<&ShareCheck>) -> Ended {
    loop {
        tokio::select! {
            line = pool.line() => {
                let line = line?;
                if let Some(check) = check
                    && let Ok(message) = ServerMessage::parse(&line)
                {
                    check.hear(&message);
                }
                outbox.line(line).await?;
            }
            () = outbox.ping_due() => outbox.ping().await?,
        }
    }
}
