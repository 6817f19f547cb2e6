//! One session: a WebSocket on one side, a pool's socket on the other.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::WebSocket;
use stratum::line::to_line;
use stratum::protocol::CLIENT_BUFFER_LIMIT;
use stratum::{Call, Request, ServerMessage};

use crate::client_end::{CALL_LIMIT, Inbox, Outbox, Pulse, ends, farewell};
use crate::metrics::Direction;
use crate::pool_end::{self, PoolReader, PoolWriter};
use crate::reconnect::translated;
use crate::share_check::ShareCheck;
use crate::shared::Shared;
use crate::shares::AwaitedShares;
use crate::sharing::{Leave, Sharing};
use crate::{EndReason, Limits, PoolEntry};

/// The two ends of a session and what bounds them.
pub(crate) struct Bridge<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) pool: &'a PoolEntry,
    /// All pools, for one that sends its clients to another.
    pub(crate) pools: &'a [PoolEntry],
    pub(crate) shared: &'a Arc<Shared>,
}

type Ended = Result<Infallible, EndReason>;

impl Bridge<'_> {
    /// Carries messages until one side ends, then closes both.
    pub(crate) async fn carry(&self, socket: WebSocket) -> EndReason {
        let pulse = Pulse::new();
        let (mut inbox, mut outbox) = ends(socket, self.limits, &pulse);
        let end = tokio::select! {
            end = self.join(&mut inbox, &mut outbox) => end,
            () = self.shared.stopping.cancelled() => EndReason::Stopping,
        };
        // Seldom under way and not small: off the session's own future.
        Box::pin(farewell(&end, inbox, outbox)).await;
        end
    }

    async fn join(&self, inbox: &mut Inbox<'_>, outbox: &mut Outbox<'_>) -> EndReason {
        let mut first = None;
        if self.pool.share_connections {
            let sharing = Sharing {
                shared: self.shared,
                pool: self.pool,
                pools: self.pools,
                limits: self.limits,
            };
            // Boxed apart from the future below: a session is one or the other.
            match Box::pin(sharing.carry(inbox, outbox)).await {
                Ok(never) => match never {},
                Err(Leave::Ended(end)) => return end,
                Err(Leave::Alone(call)) => first = Some(call),
            }
        }
        let open = pool_end::open(self.pool, self.limits, 1, &self.shared.metrics);
        let (reader, writer) = match Box::pin(open).await {
            Ok(pool) => pool,
            Err(end) => return end,
        };
        let watch = Watch {
            check: self.pool.verify_shares.then(ShareCheck::default),
            awaited: Mutex::default(),
        };
        let end = tokio::select! {
            end = self.calls(first, inbox, writer, &watch) => end,
            end = self.lines(reader, outbox, &watch) => end,
        };
        match end {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    /// Client to pool: well-formed calls, re-encoded.
    async fn calls(
        &self,
        mut first: Option<Call>,
        inbox: &mut Inbox<'_>,
        mut pool: PoolWriter,
        watch: &Watch,
    ) -> Ended {
        loop {
            let call = match first.take() {
                Some(call) => call,
                None => inbox.call().await?,
            };
            if let (Some(check), Request::Submit(submit)) = (&watch.check, &call.request) {
                check.judge(submit, &[])?;
            }
            let line = to_line(&call);
            if line.len() > CLIENT_BUFFER_LIMIT {
                return Err(EndReason::TooLong { limit: CALL_LIMIT });
            }
            if watch.awaited().sent(&call) {
                self.shared.metrics.share_submitted();
            }
            match pool.send(&line).await {
                // The pool hung up. What it said before is still to be read, and the other half ends with it.
                Err(EndReason::PoolClosed) => std::future::pending().await,
                sent => sent?,
            }
            self.shared.metrics.line(Direction::ToPool, line.len() - 1);
        }
    }

    /// Pool to client: lines as they are, but for what sends a client elsewhere. Pings go out in between.
    async fn lines(&self, mut pool: PoolReader, outbox: &mut Outbox<'_>, watch: &Watch) -> Ended {
        loop {
            let line = tokio::select! {
                line = pool.line() => line?,
                () = outbox.ping_due() => {
                    outbox.ping().await?;
                    continue;
                }
            };
            if let Some(check) = &watch.check
                && let Ok(message) = ServerMessage::parse(&line)
            {
                check.hear(&message);
            }
            if let Some(verdict) = watch.awaited().heard(&line) {
                self.shared.metrics.share_judged(verdict.accepted, verdict.took);
            }
            if let Some(line) = translated(line, self.pool, self.pools, &self.shared.metrics) {
                self.shared.metrics.line(Direction::ToClient, line.len());
                outbox.line(line).await?;
            }
        }
    }
}

/// What both directions of a session know of its shares.
struct Watch {
    check: Option<ShareCheck>,
    awaited: Mutex<AwaitedShares>,
}

impl Watch {
    fn awaited(&self) -> MutexGuard<'_, AwaitedShares> {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
