//! One client's socket, from its first byte to its last.

use std::convert::Infallible;
use std::fmt;

use stratum::{Dialect, LineBuffer, LineError, LineLimit, ParseError, protocol};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::{Config, session::Session};

/// One read takes more than the limit of a client's buffer, so that a flood shows in one read, as it does to the
/// network's own pool.
const READ_BYTES: usize = protocol::CLIENT_BUFFER_LIMIT + 1;

/// Why a connection ended.
#[derive(Debug)]
pub(crate) enum End {
    HungUp,
    Failed(std::io::Error),
    Line(LineError),
    NotJson(ParseError),
    NoHandshake,
    Idle,
    WriteDeadline,
    Banned,
    Shutdown,
}

impl End {
    /// What no client of this protocol sends.
    pub(crate) fn is_junk(&self) -> bool {
        matches!(self, End::Line(_) | End::NotJson(_))
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::HungUp => write!(f, "the client hung up"),
            End::Failed(error) => write!(f, "the socket failed: {error}"),
            End::Line(error) => write!(f, "{error}"),
            End::NotJson(error) => write!(f, "{error}"),
            End::NoHandshake => write!(f, "not subscribed and authorized in time"),
            End::Idle => write!(f, "no submit for too long"),
            End::WriteDeadline => write!(f, "the client did not read in time"),
            End::Banned => write!(f, "too many invalid submits from its address"),
            End::Shutdown => write!(f, "the pool is stopping"),
        }
    }
}

/// Talks to the client until one of the two has enough.
pub(crate) async fn serve(
    mut socket: TcpStream,
    session: Session,
    config: &Config,
    stopping: &CancellationToken,
) -> End {
    match talk(&mut socket, session, config, stopping).await {
        Ok(never) => match never {},
        Err(end) => end,
    }
}

async fn talk(
    socket: &mut TcpStream,
    mut session: Session,
    config: &Config,
    stopping: &CancellationToken,
) -> Result<Infallible, End> {
    let mut lines = LineBuffer::new(match config.dialect {
        Dialect::Solo => LineLimit::Buffered(protocol::CLIENT_BUFFER_LIMIT),
        Dialect::MiningCore => LineLimit::Line(protocol::SERVER_LINE_LIMIT),
    });
    let mut chunk = vec![0; READ_BYTES];
    loop {
        let mut answer = String::new();
        tokio::select! {
            () = stopping.cancelled() => return Err(End::Shutdown),
            end = patience(session.deadline(config)) => return Err(end),
            changed = session.jobs.changed(), if session.takes_jobs() => {
                changed.map_err(|_| End::Shutdown)?;
                session.send_job(&mut answer);
            }
            read = socket.read(&mut chunk) => {
                let count = read.map_err(End::Failed)?;
                if count == 0 {
                    return Err(End::HungUp);
                }
                lines.push(&chunk[..count]).map_err(End::Line)?;
                while let Some(line) = lines.next_line().map_err(End::Line)? {
                    session.hear(&line, &mut answer).await?;
                }
            }
        }
        let write = socket.write_all(answer.as_bytes());
        tokio::select! {
            () = stopping.cancelled() => return Err(End::Shutdown),
            written = timeout(config.limits.write, write) => {
                written.map_err(|_| End::WriteDeadline)?.map_err(End::Failed)?;
            }
        }
    }
}

/// Waits for the deadline, or for ever where there is none.
async fn patience(deadline: Option<(Instant, End)>) -> End {
    match deadline {
        Some((deadline, end)) => {
            sleep_until(deadline).await;
            end
        }
        None => std::future::pending().await,
    }
}
