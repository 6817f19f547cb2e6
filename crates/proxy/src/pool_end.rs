//! The pool's end of a connection: lines in, at a pool's pace out.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::ready;
use std::time::Duration;

use stratum::protocol::SERVER_LINE_LIMIT;
use stratum::{LineBuffer, LineLimit};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::{Instant, timeout};

use crate::metrics::Metrics;
use crate::upstream::{self, FromPool, ToPool};
use crate::{EndReason, Limits, PoolEntry, pace::Pace, rate::Rate};

/// Read at a time; on the stack, since most of the time there is nothing to read.
const READ_BYTES: usize = 8_192;

/// What a pool says, line by line.
pub(crate) struct PoolReader<R = FromPool> {
    socket: R,
    lines: LineBuffer,
    rate: Rate,
    lines_per_second: usize,
}

/// What a pool is told.
pub(crate) struct PoolWriter<W = ToPool> {
    socket: W,
    pace: Pace,
    deadline: Duration,
}

/// Both directions of a new connection to a pool, which may say what the limits allow for that many sessions.
pub(crate) async fn open(
    pool: &PoolEntry,
    limits: &Limits,
    sessions: usize,
    metrics: &Metrics,
) -> Result<(PoolReader, PoolWriter), EndReason> {
    let start = Instant::now();
    let upstream = upstream::connect(pool, limits)
        .await
        .map_err(|error| EndReason::PoolUnreachable(error.word()))?;
    metrics.pool_connected(start.elapsed());
    let (from_pool, to_pool) = upstream.into_split();
    let lines_per_second = limits.lines_per_second.saturating_mul(sessions);
    let reader = PoolReader {
        socket: from_pool,
        lines: LineBuffer::new(LineLimit::Line(limits.line_bytes.min(SERVER_LINE_LIMIT))),
        rate: Rate::new(lines_per_second, limits.line_burst.saturating_mul(sessions)),
        lines_per_second,
    };
    let writer = PoolWriter {
        socket: to_pool,
        pace: Pace::default(),
        deadline: limits.write,
    };
    Ok((reader, writer))
}

impl<R: AsyncRead + Unpin> PoolReader<R> {
    /// The next line without its end. Nothing is lost where the future is dropped.
    pub(crate) async fn line(&mut self) -> Result<String, EndReason> {
        loop {
            if let Some(line) = self.lines.next_line().map_err(EndReason::PoolLine)? {
                return if self.rate.admits() {
                    Ok(line)
                } else {
                    Err(EndReason::PoolTooFast {
                        limit: self.lines_per_second,
                    })
                };
            }
            match poll_fn(|context| {
                let mut chunk = [MaybeUninit::uninit(); READ_BYTES];
                let mut chunk = ReadBuf::uninit(&mut chunk);
                ready!(Pin::new(&mut self.socket).poll_read(context, &mut chunk))?;
                let filled = chunk.filled();
                io::Result::Ok(self.lines.push(filled).map(|()| filled.len())).into()
            })
            .await
            {
                Ok(Ok(1..)) => {}
                Ok(Err(error)) => return Err(EndReason::PoolLine(error)),
                Ok(Ok(0)) | Err(_) => return Err(EndReason::PoolClosed),
            }
        }
    }
}

impl<W: AsyncWrite + Unpin> PoolWriter<W> {
    /// Sends one line, its LF included, when the pool has had the time to read those before.
    ///
    /// Must run to its end: a line cut short would be read as one with the next.
    pub(crate) async fn send(&mut self, line: &str) -> Result<(), EndReason> {
        self.pace.admit(line.len()).await;
        let write = async {
            self.socket.write_all(line.as_bytes()).await?;
            self.socket.flush().await
        };
        match timeout(self.deadline, write).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(EndReason::PoolClosed),
            Err(_) => Err(EndReason::PoolStuck),
        }
    }
}
