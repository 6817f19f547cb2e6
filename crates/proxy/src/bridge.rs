//! One session: a WebSocket on one side, a pool's socket on the other.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use stratum::line::to_line;
use stratum::protocol::{CLIENT_BUFFER_LIMIT, SERVER_LINE_LIMIT};
use stratum::{Call, LineBuffer, LineLimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout, timeout_at};
use tokio_tungstenite::tungstenite;
use tokio_util::sync::CancellationToken;

use crate::upstream::{self, FromPool, ToPool};
use crate::{EndReason, Limits, PoolEntry, pace::Pace};

/// The longest line to a pool without its LF.
pub(crate) const CALL_LIMIT: usize = CLIENT_BUFFER_LIMIT - 1;

/// The longest message that is read at all. Above [`CALL_LIMIT`], so that most over-long ones end in an orderly
/// close rather than in a broken stream.
pub(crate) const MESSAGE_LIMIT: usize = 65_536;

const READ_BYTES: usize = 8_192;

/// How long a client has to answer a close; its last words are read and dropped meanwhile, since a socket closed
/// with unread data would take the close frame with it.
const FAREWELL: Duration = Duration::from_secs(1);

/// The two ends of a session and what bounds them.
pub(crate) struct Bridge<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) pool: &'a PoolEntry,
    pub(crate) stopping: &'a CancellationToken,
}

impl Bridge<'_> {
    /// Carries messages until one side ends, then closes both.
    pub(crate) async fn carry(&self, socket: WebSocket) -> EndReason {
        let (mut to_client, mut from_client) = socket.split();
        let end = tokio::select! {
            end = self.join(&mut to_client, &mut from_client) => end,
            () = self.stopping.cancelled() => EndReason::Stopping,
        };
        farewell(&end, &mut to_client, &mut from_client).await;
        end
    }

    async fn join(
        &self,
        to_client: &mut SplitSink<WebSocket, Message>,
        from_client: &mut SplitStream<WebSocket>,
    ) -> EndReason {
        let pool = match upstream::connect(self.pool, self.limits).await {
            Ok(pool) => pool,
            Err(error) => return EndReason::PoolUnreachable(error.word()),
        };
        let (from_pool, to_pool) = pool.into_split();
        let alive = Mutex::new(Instant::now());
        tokio::select! {
            end = self.calls(from_client, to_pool, &alive) => end,
            end = self.lines(from_pool, to_client, &alive) => end,
        }
    }

    /// Client to pool: well-formed calls, re-encoded.
    async fn calls(
        &self,
        from_client: &mut SplitStream<WebSocket>,
        mut to_pool: ToPool,
        alive: &Mutex<Instant>,
    ) -> EndReason {
        let mut pace = Pace::default();
        let mut first_call = Some(Instant::now() + self.limits.first_call);
        loop {
            let next = match first_call {
                Some(deadline) => match timeout_at(deadline, from_client.next()).await {
                    Ok(next) => next,
                    Err(_) => return EndReason::Idle("no call after connecting"),
                },
                None => from_client.next().await,
            };
            *alive.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            let text = match next {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Binary(_))) => return EndReason::NotText("binary"),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(_))) | None => return EndReason::ClientLeft,
                Some(Err(error)) => return broken(&error),
            };
            if text.len() > CALL_LIMIT {
                return EndReason::TooLong { limit: CALL_LIMIT };
            }
            let line = match Call::parse(&text) {
                Ok(call) => to_line(&call),
                Err(error) => return EndReason::BadCall(error),
            };
            if line.len() > CLIENT_BUFFER_LIMIT {
                return EndReason::TooLong { limit: CALL_LIMIT };
            }
            first_call = None;
            pace.admit(line.len()).await;
            let write = async {
                to_pool.write_all(line.as_bytes()).await?;
                to_pool.flush().await
            };
            match timeout(self.limits.write, write).await {
                Ok(Ok(())) => {}
                // The pool hung up. What it said before is still to be read, and the other half ends with it.
                Ok(Err(_)) => std::future::pending().await,
                Err(_) => return EndReason::PoolStuck,
            }
        }
    }

    /// Pool to client: lines as they are. Pings go out in between.
    async fn lines(
        &self,
        mut from_pool: FromPool,
        to_client: &mut SplitSink<WebSocket, Message>,
        alive: &Mutex<Instant>,
    ) -> EndReason {
        let mut lines = LineBuffer::new(LineLimit::Line(SERVER_LINE_LIMIT));
        let mut chunk = vec![0; READ_BYTES];
        let mut ping = interval_at(Instant::now() + self.limits.ping, self.limits.ping);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let count = tokio::select! {
                read = from_pool.read(&mut chunk) => match read {
                    Ok(0) | Err(_) => return EndReason::PoolClosed,
                    Ok(count) => count,
                },
                _ = ping.tick() => {
                    let last = *alive.lock().unwrap_or_else(PoisonError::into_inner);
                    if last.elapsed() > self.limits.idle {
                        return EndReason::Idle("no sign of life");
                    }
                    match self.send(to_client, Message::Ping(Default::default())).await {
                        Ok(()) => continue,
                        Err(end) => return end,
                    }
                }
            };
            if let Err(error) = lines.push(&chunk[..count]) {
                return EndReason::PoolLine(error);
            }
            loop {
                match lines.next_line() {
                    Ok(Some(line)) => {
                        if let Err(end) = self.send(to_client, Message::Text(line.into())).await {
                            return end;
                        }
                    }
                    Ok(None) => break,
                    Err(error) => return EndReason::PoolLine(error),
                }
            }
        }
    }

    async fn send(
        &self,
        to_client: &mut SplitSink<WebSocket, Message>,
        message: Message,
    ) -> Result<(), EndReason> {
        match timeout(self.limits.write, to_client.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(EndReason::ClientLeft),
            Err(_) => Err(EndReason::ClientStuck),
        }
    }
}

/// Names what the WebSocket library refused.
fn broken(error: &axum::Error) -> EndReason {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref());
    match source {
        Some(tungstenite::Error::Capacity(_)) => EndReason::TooLong { limit: CALL_LIMIT },
        Some(tungstenite::Error::Utf8(_)) => EndReason::NotText("not UTF-8"),
        Some(tungstenite::Error::Protocol(
            tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        )) => EndReason::ClientLeft,
        Some(tungstenite::Error::Protocol(_)) => EndReason::NotText("not a WebSocket frame"),
        _ => EndReason::ClientLeft,
    }
}

async fn farewell(
    end: &EndReason,
    to_client: &mut SplitSink<WebSocket, Message>,
    from_client: &mut SplitStream<WebSocket>,
) {
    let close = async {
        if *end == EndReason::ClientLeft {
            return to_client.close().await;
        }
        to_client.send(Message::Close(Some(end.frame()))).await?;
        if matches!(end, EndReason::TooLong { .. }) {
            // The rest of a message that is refused cannot be read past: give the client the time to see why.
            let _ = timeout(FAREWELL, async {
                while let Some(Ok(_)) = from_client.next().await {}
            })
            .await;
            tokio::time::sleep(FAREWELL / 4).await;
        } else {
            while let Some(Ok(_)) = from_client.next().await {}
        }
        Ok(())
    };
    let _ = timeout(FAREWELL, close).await;
}
