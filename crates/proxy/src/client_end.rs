//! The client's end of a session: calls in, lines and pings out, and an orderly close.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use stratum::Call;
use stratum::protocol::{CLIENT_BUFFER_LIMIT, SERVER_LINE_LIMIT};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout, timeout_at};
use tokio_tungstenite::tungstenite;

use crate::{EndReason, Limits, rate::Rate};

/// The longest line to a pool without its LF.
pub(crate) const CALL_LIMIT: usize = CLIENT_BUFFER_LIMIT - 1;

/// The longest message that is read at all. Above [`CALL_LIMIT`], so that most over-long ones end in an orderly
/// close rather than in a broken stream.
const MESSAGE_LIMIT: usize = 65_536;

/// A submit comes in one read. The library's own 128 KiB are held, and written with zeros, for every session.
const READ_BUFFER: usize = 4_096;

/// The longest line of a pool and its frame's head, and a pong beside it: what is not read goes no further.
const MOST_UNWRITTEN: usize = SERVER_LINE_LIMIT + 1_024;

/// How long a client has to answer a close; its last words are read and dropped meanwhile, since a socket closed
/// with unread data would take the close frame with it.
const FAREWELL: Duration = Duration::from_secs(1);

/// Bounds what a WebSocket may hold.
pub(crate) fn bounded(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .max_message_size(MESSAGE_LIMIT)
        .max_frame_size(MESSAGE_LIMIT)
        .read_buffer_size(READ_BUFFER)
        // Each message goes out by itself; a buffer is used only while the client does not read.
        .write_buffer_size(0)
        .max_write_buffer_size(MOST_UNWRITTEN)
}

/// When a client last showed that it lives: by a message or a pong.
#[derive(Debug)]
pub(crate) struct Pulse(Mutex<Instant>);

impl Pulse {
    pub(crate) fn new() -> Self {
        Pulse(Mutex::new(Instant::now()))
    }

    fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn silence(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

/// What a client says.
pub(crate) struct Inbox<'a> {
    messages: SplitStream<WebSocket>,
    pulse: &'a Pulse,
    first_call: Option<Instant>,
    rate: Rate,
    limits: &'a Limits,
}

/// What a client is told.
pub(crate) struct Outbox<'a> {
    messages: SplitSink<WebSocket, Message>,
    pulse: &'a Pulse,
    limits: &'a Limits,
    pings: Interval,
}

/// Both directions of a client, each to be used by itself.
pub(crate) fn ends<'a>(socket: WebSocket, limits: &'a Limits, pulse: &'a Pulse) -> (Inbox<'a>, Outbox<'a>) {
    let (to_client, from_client) = socket.split();
    let mut pings = interval_at(Instant::now() + limits.ping, limits.ping);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let inbox = Inbox {
        messages: from_client,
        pulse,
        first_call: Some(Instant::now() + limits.first_call),
        rate: Rate::new(limits.messages_per_second, limits.message_burst),
        limits,
    };
    let outbox = Outbox {
        messages: to_client,
        pulse,
        limits,
        pings,
    };
    (inbox, outbox)
}

impl Inbox<'_> {
    /// The next call. Whatever is none ends the session.
    pub(crate) async fn call(&mut self) -> Result<Call, EndReason> {
        loop {
            let next = match self.first_call {
                Some(deadline) => timeout_at(deadline, self.messages.next())
                    .await
                    .map_err(|_| EndReason::Idle("no call after connecting"))?,
                None => self.messages.next().await,
            };
            self.pulse.beat();
            if !self.rate.admits() {
                return Err(EndReason::TooFast {
                    limit: self.limits.messages_per_second,
                });
            }
            let text = match next {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Binary(_))) => return Err(EndReason::NotText("binary")),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(_))) | None => return Err(EndReason::ClientLeft),
                Some(Err(error)) => return Err(broken(&error)),
            };
            let limit = self.limits.message_bytes.min(CALL_LIMIT);
            if text.len() > limit {
                return Err(EndReason::TooLong { limit });
            }
            let call = Call::parse(&text).map_err(EndReason::BadCall)?;
            self.first_call = None;
            return Ok(call);
        }
    }
}

impl Outbox<'_> {
    /// One line of a pool.
    pub(crate) async fn line(&mut self, line: impl Into<Utf8Bytes>) -> Result<(), EndReason> {
        self.send(Message::Text(line.into())).await
    }

    /// Done when the next ping is due.
    pub(crate) async fn ping_due(&mut self) {
        self.pings.tick().await;
    }

    /// Pings the client, unless it has been silent for too long.
    pub(crate) async fn ping(&mut self) -> Result<(), EndReason> {
        if self.pulse.silence() > self.limits.idle {
            return Err(EndReason::Idle("no sign of life"));
        }
        self.send(Message::Ping(Default::default())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), EndReason> {
        match timeout(self.limits.write, self.messages.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(EndReason::ClientLeft),
            Err(_) => Err(EndReason::ClientStuck),
        }
    }
}

/// Tells the client why its session ends, and closes the socket.
pub(crate) async fn farewell(end: &EndReason, inbox: Inbox<'_>, outbox: Outbox<'_>) {
    let (mut from_client, mut to_client) = (inbox.messages, outbox.messages);
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
