//! One session: a WebSocket on one side, a pool's socket on the other.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::ws::WebSocket;
use stratum::line::to_line;
use stratum::protocol::CLIENT_BUFFER_LIMIT;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::client_end::{CALL_LIMIT, Inbox, Outbox, Pulse, ends, farewell};
use crate::metrics::{Direction, Metrics};
use crate::pool_end::{self, PoolReader, PoolWriter};
use crate::reconnect::translated;
use crate::shares::AwaitedShares;
use crate::{EndReason, Limits, PoolEntry};

/// The two ends of a session and what bounds them.
pub(crate) struct Bridge<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) pool: &'a PoolEntry,
    /// All pools, for one that sends its clients to another.
    pub(crate) pools: &'a [PoolEntry],
    pub(crate) metrics: &'a Metrics,
    pub(crate) stopping: &'a CancellationToken,
}

type Ended = Result<std::convert::Infallible, EndReason>;

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
        let start = Instant::now();
        let (reader, writer) = match Box::pin(pool_end::open(self.pool, self.limits)).await {
            Ok(pool) => pool,
            Err(end) => return end,
        };
        self.metrics.pool_connected(start.elapsed());
        let shares = Mutex::new(AwaitedShares::default());
        let end = tokio::select! {
            end = self.calls(inbox, writer, &shares) => end,
            end = self.lines(reader, outbox, &shares) => end,
        };
        match end {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    /// Client to pool: well-formed calls, re-encoded.
    async fn calls(
        &self,
        inbox: &mut Inbox<'_>,
        mut pool: PoolWriter,
        shares: &Mutex<AwaitedShares>,
    ) -> Ended {
        loop {
            let call = inbox.call().await?;
            let line = to_line(&call);
            if line.len() > CLIENT_BUFFER_LIMIT {
                return Err(EndReason::TooLong { limit: CALL_LIMIT });
            }
            if lock(shares).sent(&call) {
                self.metrics.share_submitted();
            }
            match pool.send(&line).await {
                // The pool hung up. What it said before is still to be read, and the other half ends with it.
                Err(EndReason::PoolClosed) => std::future::pending().await,
                sent => sent?,
            }
            self.metrics.line(Direction::ToPool, line.len() - 1);
        }
    }

    /// Pool to client: lines as they are, but for what sends a client elsewhere. Pings go out in between.
    async fn lines(
        &self,
        mut pool: PoolReader,
        outbox: &mut Outbox<'_>,
        shares: &Mutex<AwaitedShares>,
    ) -> Ended {
        loop {
            let line = tokio::select! {
                line = pool.line() => line?,
                () = outbox.ping_due() => {
                    outbox.ping().await?;
                    continue;
                }
            };
            if let Some(verdict) = lock(shares).heard(&line) {
                self.metrics.share_judged(verdict.accepted, verdict.took);
            }
            if let Some(line) = translated(line, self.pool, self.pools, self.metrics) {
                self.metrics.line(Direction::ToClient, line.len());
                outbox.line(line).await?;
            }
        }
    }
}

fn lock(shares: &Mutex<AwaitedShares>) -> MutexGuard<'_, AwaitedShares> {
    shares.lock().unwrap_or_else(PoisonError::into_inner)
}
