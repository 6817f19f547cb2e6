//! The bounds, their defaults, and how far each may be moved.

use std::time::Duration;

use serde::Deserialize;
use stratum::protocol::{CLIENT_BUFFER_LIMIT, SERVER_LINE_LIMIT};

use super::value::{count, duration};

/// What bounds a client and a pool.
///
/// In the file, the table `limits` has a key for each field, named like it; durations are text such as `"500ms"`,
/// `"90s"` or `"5m"`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// HTTP connections in all; one that becomes a session is counted there instead. One more has to wait.
    #[serde(deserialize_with = "count::<1, 1_000_000, _>")]
    pub connections: usize,
    /// HTTP connections of one client address, /64 for IPv6; one more is answered with 429. Those of trusted forwarders
    /// are not counted.
    #[serde(deserialize_with = "count::<1, 1_000_000, _>")]
    pub connections_per_client: usize,
    /// WebSocket sessions in all; one more is answered with 503.
    #[serde(deserialize_with = "count::<1, 1_000_000, _>")]
    pub sessions: usize,
    /// WebSocket sessions of one client address, /64 for IPv6; one more is answered with 429.
    #[serde(deserialize_with = "count::<1, 1_000_000, _>")]
    pub sessions_per_client: usize,
    /// The time for a TLS handshake.
    #[serde(deserialize_with = "duration::<100, 600_000, _>")]
    pub handshake: Duration,
    /// The time to send the head of a request.
    #[serde(deserialize_with = "duration::<100, 600_000, _>")]
    pub request_head: Duration,
    /// The time to reach a pool.
    #[serde(deserialize_with = "duration::<100, 600_000, _>")]
    pub connect: Duration,
    /// The longest time that a client or a pool may leave a message unread; twice that for a file.
    #[serde(deserialize_with = "duration::<100, 600_000, _>")]
    pub write: Duration,
    /// The time for a client's first call.
    #[serde(deserialize_with = "duration::<100, 3_600_000, _>")]
    pub first_call: Duration,
    /// How often a client is pinged.
    #[serde(deserialize_with = "duration::<1_000, 3_600_000, _>")]
    pub ping: Duration,
    /// The longest time without a sign of life from a client: a message or a pong.
    #[serde(deserialize_with = "duration::<1_000, 86_400_000, _>")]
    pub idle: Duration,
    /// The longest message of a client, in bytes. A solo pool hangs up on more than the most.
    #[serde(deserialize_with = "count::<1_024, 10_239, _>")]
    pub message_bytes: usize,
    /// Messages a second of a client, pings and pongs too, once it has used up `message_burst`.
    #[serde(deserialize_with = "count::<1, 100_000, _>")]
    pub messages_per_second: usize,
    /// Messages that a client may send at once.
    #[serde(deserialize_with = "count::<4, 1_000_000, _>")]
    pub message_burst: usize,
    /// The longest line of a pool without its end, in bytes.
    #[serde(deserialize_with = "count::<1_024, 32_768, _>")]
    pub line_bytes: usize,
    /// Lines a second of a pool on one connection, once it has used up `line_burst`.
    #[serde(deserialize_with = "count::<1, 1_000_000, _>")]
    pub lines_per_second: usize,
    /// Lines that a pool may send at once.
    #[serde(deserialize_with = "count::<4, 1_000_000, _>")]
    pub line_burst: usize,
    /// After the shutdown signal, how long sessions may go on before they are closed; new ones are refused meanwhile.
    #[serde(deserialize_with = "duration::<0, 3_600_000, _>")]
    pub drain: Duration,
    /// Requests to nodes under way at a time; one more is answered with 503.
    #[serde(deserialize_with = "count::<1, 100_000, _>")]
    pub rpc_requests: usize,
    /// The time for a request to a node to arrive, and then for the node's whole answer.
    #[serde(deserialize_with = "duration::<100, 600_000, _>")]
    pub rpc: Duration,
    /// The longest request to a node, in bytes.
    #[serde(deserialize_with = "count::<64, 1_048_576, _>")]
    pub rpc_request: usize,
    /// The longest answer of a node, in bytes.
    #[serde(deserialize_with = "count::<1_024, 268_435_456, _>")]
    pub rpc_answer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 1024,
            connections_per_client: 64,
            sessions: 256,
            sessions_per_client: 64,
            handshake: Duration::from_secs(10),
            request_head: Duration::from_secs(15),
            connect: Duration::from_secs(10),
            write: Duration::from_secs(15),
            first_call: Duration::from_secs(30),
            ping: Duration::from_secs(30),
            idle: Duration::from_secs(90),
            message_bytes: CLIENT_BUFFER_LIMIT - 1,
            messages_per_second: 20,
            message_burst: 100,
            line_bytes: SERVER_LINE_LIMIT,
            lines_per_second: 100,
            line_burst: 1_000,
            drain: Duration::ZERO,
            rpc_requests: 32,
            rpc: Duration::from_secs(10),
            rpc_request: 4 << 10,
            rpc_answer: 1 << 20,
        }
    }
}
