//! One shared connection with its socket.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stratum::ServerMessage;
use tokio::sync::{Notify, mpsc};
use tokio::time::{sleep, timeout};

use crate::metrics::{Direction, Metrics};
use crate::pool_end::{self, PoolReader, PoolWriter};
use crate::reconnect::translated;
use crate::share_check::ShareCheck;
use crate::shared::Shared;
use crate::shares::Verdict;
use crate::{EndReason, Limits, PoolEntry};

use super::connection::{Connection, Seat, TABS, Worker};

/// How long a connection stays without a tab: as long as a page takes to load again.
const LINGER: Duration = Duration::from_secs(5);

/// One connection to a pool, which many tabs use.
pub(crate) struct Hub {
    connection: Mutex<Connection>,
    pub(crate) check: ShareCheck,
    /// Lines to the pool. There is room for one, and whoever wants to send waits in line: a tab has one line waiting at
    /// most, so each gets its turn.
    pub(crate) outgoing: mpsc::Sender<String>,
    left: Notify,
}

/// A hub's socket, and the lines that are to go there.
pub(super) struct Ends {
    reader: PoolReader,
    writer: PoolWriter,
    lines: mpsc::Receiver<String>,
}

/// A tab's seat on a hub; given back when dropped.
pub(crate) struct Place {
    pub(crate) hub: Arc<Hub>,
    pub(crate) seat: Seat,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.hub.connection().leave(self.seat.tab);
        self.hub.left.notify_one();
    }
}

impl Hub {
    /// Connects and subscribes.
    pub(super) async fn open(
        pool: &PoolEntry,
        limits: &Limits,
        metrics: &Metrics,
    ) -> Result<(Hub, Ends), EndReason> {
        let (mut reader, mut writer) = pool_end::open(pool, limits, TABS, metrics).await?;
        let (mut connection, subscribe) = Connection::new();
        let check = ShareCheck::default();
        let subscribed = timeout(limits.connect, async {
            writer.send(&subscribe).await?;
            while connection.subscribed().is_none() {
                hear(&check, &mut connection, reader.line().await?)?;
            }
            Ok(())
        });
        subscribed
            .await
            .unwrap_or(Err(EndReason::PoolUnreachable("no answer in time")))?;
        let (outgoing, lines) = mpsc::channel(1);
        let hub = Hub {
            connection: Mutex::new(connection),
            check,
            outgoing,
            left: Notify::new(),
        };
        Ok((
            hub,
            Ends {
                reader,
                writer,
                lines,
            },
        ))
    }

    pub(crate) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat, of this worker where it is known.
    pub(super) fn sit(self: &Arc<Self>, worker: Option<&Worker>) -> Option<Place> {
        let seat = self.connection().sit(worker)?;
        Some(Place {
            hub: self.clone(),
            seat,
        })
    }

    /// Carries lines until the pool or the last tab is gone, then lets everybody go.
    pub(super) async fn run(&self, ends: Ends, pool: &PoolEntry, pools: &[PoolEntry], shared: &Shared) {
        let Ends {
            reader,
            writer,
            lines,
        } = ends;
        let end = tokio::select! {
            end = self.listen(reader, pool, pools, &shared.metrics) => end,
            end = speak(writer, lines, &shared.metrics) => end,
            () = self.abandoned() => EndReason::ClientLeft,
            () = shared.stopping.cancelled() => EndReason::Stopping,
        };
        tracing::info!(pool = pool.name, cause = end.label(), "shared connection closed");
        self.connection().end(end);
    }

    async fn listen(
        &self,
        mut reader: PoolReader,
        pool: &PoolEntry,
        pools: &[PoolEntry],
        metrics: &Metrics,
    ) -> EndReason {
        loop {
            let line = match reader.line().await {
                Ok(line) => line,
                Err(end) => return end,
            };
            let Some(line) = translated(line, pool, pools, metrics) else {
                continue;
            };
            match hear(&self.check, &mut self.connection(), line) {
                Ok(Some(verdict)) => metrics.share_judged(verdict.accepted, verdict.took),
                Ok(None) => {}
                Err(end) => return end,
            }
            // Many lines may come in one read, more than a queue holds: each tab gets its turn before the next.
            tokio::task::yield_now().await;
        }
    }

    /// Done when no tab has been here for a while, and none can come any more.
    async fn abandoned(&self) {
        // Whoever opened this may have left before it sat down.
        self.left.notify_one();
        loop {
            self.left.notified().await;
            if !self.connection().is_empty() {
                continue;
            }
            sleep(LINGER).await;
            let mut connection = self.connection();
            if connection.is_empty() {
                connection.end(EndReason::ClientLeft);
                return;
            }
        }
    }
}

/// Jobs are known to the check before a tab can submit for them.
fn hear(check: &ShareCheck, connection: &mut Connection, line: String) -> Result<Option<Verdict>, EndReason> {
    if let Ok(message) = ServerMessage::parse(&line) {
        check.hear(&message);
    }
    connection.hear(line)
}

/// Tabs to pool, one line after the other.
async fn speak(mut writer: PoolWriter, mut lines: mpsc::Receiver<String>, metrics: &Metrics) -> EndReason {
    while let Some(line) = lines.recv().await {
        match writer.send(&line).await {
            Ok(()) => metrics.line(Direction::ToPool, line.len() - 1),
            // The pool hung up. What it said before is still to be read, and the other half ends with it.
            Err(EndReason::PoolClosed) => break,
            Err(end) => return end,
        }
    }
    std::future::pending().await
}
