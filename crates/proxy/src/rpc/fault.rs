//! Why a request has no answer from a node.

use axum::http::StatusCode;

/// Why a request has no answer from a node, in the words that the page gets.
///
/// | status | JSON-RPC code | meaning |
/// |---|---|---|
/// | 400 | -32700 | no JSON |
/// | 400 | -32600 | no single request |
/// | 403 | -32601 | another method |
/// | 400 | -32602 | parameters that are not the method's |
/// | 403, 404, 408, 413, 503 | -32600 | not from there, no such node, too slow, too long, too many at once |
/// | 502, 504 | -32000 | the node gave no answer, a bad one, or none in time |
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The request is no JSON.
    #[error("the request is no JSON: {0}")]
    NotJson(String),
    /// Several requests in an array.
    #[error("one request at a time: a batch is not taken")]
    Batch,
    /// JSON, but no request.
    #[error("this is no request: {0}")]
    NotARequest(&'static str),
    /// A method that is not one of the three.
    #[error(
        "this method is not offered; eth_getBlockByNumber, eth_getBlockByHash and getHeaderByBlockNumber are"
    )]
    Method,
    /// Parameters that are not the method's.
    #[error("{0}")]
    Params(&'static str),
    /// The request is over the limit.
    #[error("the request is longer than {limit} bytes")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// The request broke off, or did not end in time.
    #[error("the request did not arrive")]
    NotArrived,
    /// Host and origin rules.
    #[error("{0}")]
    Refused(String),
    /// No node of that name.
    #[error("no node of this name")]
    UnknownNode,
    /// As many requests as are allowed are under way.
    #[error("too many requests at once; try again")]
    Busy,
    /// No connection, or one that broke.
    #[error("the node cannot be reached")]
    Unreachable,
    /// The node took longer than the deadline.
    #[error("the node did not answer in time")]
    Slow,
    /// The node answered with another status than 200.
    #[error("the node answered with HTTP status {0}")]
    Status(u16),
    /// The node's answer is over the limit.
    #[error("the node's answer is longer than {limit} bytes")]
    AnswerTooLong {
        /// The limit.
        limit: usize,
    },
    /// The node's answer is not JSON-RPC.
    #[error("the node's answer is not JSON-RPC")]
    NotAnAnswer,
}

impl Fault {
    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        match self {
            Fault::NotJson(_) | Fault::Batch | Fault::NotARequest(_) | Fault::Params(_) => {
                StatusCode::BAD_REQUEST
            }
            Fault::Method | Fault::Refused(_) => StatusCode::FORBIDDEN,
            Fault::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Fault::NotArrived => StatusCode::REQUEST_TIMEOUT,
            Fault::UnknownNode => StatusCode::NOT_FOUND,
            Fault::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Fault::Slow => StatusCode::GATEWAY_TIMEOUT,
            Fault::Unreachable | Fault::Status(_) | Fault::AnswerTooLong { .. } | Fault::NotAnAnswer => {
                StatusCode::BAD_GATEWAY
            }
        }
    }

    /// The code in the JSON-RPC error.
    pub fn code(&self) -> i32 {
        match self {
            Fault::NotJson(_) => -32_700,
            Fault::Method => -32_601,
            Fault::Params(_) => -32_602,
            _ if self.status() == StatusCode::BAD_GATEWAY || *self == Fault::Slow => -32_000,
            _ => -32_600,
        }
    }
}
