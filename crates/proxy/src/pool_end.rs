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
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::timeout;

use crate::{EndReason, Limits, pace::Pace};

/// What the system may hold for a pool that does not read: ten submits. The default is a thousand, all stale by the
/// time they are read.
const SEND_BUFFER: u32 = 32_768;

/// Read at a time; on the stack, since most of the time there is nothing to read.
const READ_BYTES: usize = 8_192;

/// What a pool says, line by line.
pub(crate) struct PoolReader<R = OwnedReadHalf> {
    socket: R,
    lines: LineBuffer,
}

/// What a pool is told.
pub(crate) struct PoolWriter<W = OwnedWriteHalf> {
    socket: W,
    pace: Pace,
    deadline: Duration,
}

/// Both directions of a new connection to the pool at `address`.
pub(crate) async fn open(address: &str, limits: &Limits) -> Result<(PoolReader, PoolWriter), EndReason> {
    let pool = match timeout(limits.connect, connect(address)).await {
        Ok(Ok(pool)) => pool,
        Ok(Err(error)) => {
            tracing::warn!(%error, "pool unreachable");
            return Err(EndReason::PoolUnreachable("no connection"));
        }
        Err(_) => return Err(EndReason::PoolUnreachable("no answer in time")),
    };
    if let Err(error) = pool.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let (from_pool, to_pool) = pool.into_split();
    let reader = PoolReader {
        socket: from_pool,
        lines: LineBuffer::new(LineLimit::Line(SERVER_LINE_LIMIT)),
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
                return Ok(line);
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
        match timeout(self.deadline, self.socket.write_all(line.as_bytes())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(EndReason::PoolClosed),
            Err(_) => Err(EndReason::PoolStuck),
        }
    }
}

/// Connects to the first address of a name that answers.
async fn connect(address: &str) -> io::Result<TcpStream> {
    let mut failed = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in lookup_host(address).await? {
        let socket = if address.is_ipv4() {
            TcpSocket::new_v4()?
        } else {
            TcpSocket::new_v6()?
        };
        socket.set_send_buffer_size(SEND_BUFFER)?;
        match socket.connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}
