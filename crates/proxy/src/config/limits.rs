//! The bounds, their defaults, and how far each may be moved.

use std::time::Duration;

use serde::Deserialize;

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
    /// WebSocket sessions in all; one more is answered with 503.
    #[serde(deserialize_with = "count::<1, 1_000_000, _>")]
    pub sessions: usize,
    /// The time to send the head of a request.
    #[serde(deserialize_with = "duration::<100, 600_000, _>")]
    pub request_head: Duration,
    /// The time to reach a pool.
    #[serde(deserialize_with = "duration::<100, 600_000, _>")]
    pub connect: Duration,
    /// The longest time that a client or a pool may leave a message unread.
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
            sessions: 256,
            request_head: Duration::from_secs(15),
            connect: Duration::from_secs(10),
            write: Duration::from_secs(15),
            first_call: Duration::from_secs(30),
            ping: Duration::from_secs(30),
            idle: Duration::from_secs(90),
            rpc_requests: 32,
            rpc: Duration::from_secs(10),
            rpc_request: 4 << 10,
            rpc_answer: 1 << 20,
        }
    }
}
