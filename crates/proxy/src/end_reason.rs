//! Why a session ends, and the WebSocket close code that says so.

use axum::extract::ws::CloseFrame;
use stratum::{LineError, ParseError};

use crate::share_check::BadShare;

/// The most bytes of text in a close frame.
const REASON_LIMIT: usize = 123;

/// Why a session ends.
///
/// | code | meaning | worth another try |
/// |---|---|---|
/// | 1001 | the proxy is stopping | yes, after a while |
/// | 4000 | the client sent no well-formed call, or one that a shared connection does not take | no: the same call fails again |
/// | 4001 | the client sent a message over the limit | no |
/// | 4002 | the pool could not be reached | yes, after a while |
/// | 4003 | the pool hung up, or stopped reading | yes, after a while |
/// | 4004 | the pool sent an over-long line, one that is not UTF-8, or too many | yes, after a while |
/// | 4005 | no sign of life from the client, or no call after connecting | yes |
/// | 4006 | the client sent more messages than its rate allows | yes, slower |
/// | 4007 | a submit that no honest client sends, where shares are verified or connections shared | no |
///
/// A client that leaves gets the ordinary answer to its own close.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndReason {
    /// The client left.
    #[error("the client left")]
    ClientLeft,
    /// The client does not read what the pool says.
    #[error("the client stopped reading")]
    ClientStuck,
    /// 1001
    #[error("the proxy is stopping")]
    Stopping,
    /// 4000: a message that is no call.
    #[error("bad message: {0}")]
    BadCall(ParseError),
    /// 4000: a message that is not text.
    #[error("bad message: {0}")]
    NotText(&'static str),
    /// 4000: what would change the connection for others.
    #[error("the connection is shared, and does not take {0}")]
    NotShared(&'static str),
    /// 4001
    #[error("message too long: the limit is {limit} bytes")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// 4002
    #[error("the pool cannot be reached: {0}")]
    PoolUnreachable(&'static str),
    /// 4003
    #[error("the pool closed the connection")]
    PoolClosed,
    /// 4003
    #[error("the pool stopped reading")]
    PoolStuck,
    /// 4004
    #[error("bad line from the pool: {0}")]
    PoolLine(LineError),
    /// 4004
    #[error("bad line from the pool: more than {limit} a second")]
    PoolTooFast {
        /// The limit.
        limit: usize,
    },
    /// 4005
    #[error("idle: {0}")]
    Idle(&'static str),
    /// 4006
    #[error("too many messages: the limit is {limit} a second")]
    TooFast {
        /// The limit.
        limit: usize,
    },
    /// 4007
    #[error("bad share: {0}")]
    BadShare(#[from] BadShare),
}

impl EndReason {
    /// The close code; 1000 where the client left by itself.
    pub fn code(&self) -> u16 {
        match self {
            EndReason::ClientLeft => 1000,
            EndReason::Stopping => 1001,
            EndReason::BadCall(_) | EndReason::NotText(_) | EndReason::NotShared(_) => 4000,
            EndReason::TooLong { .. } => 4001,
            EndReason::PoolUnreachable(_) => 4002,
            EndReason::PoolClosed | EndReason::PoolStuck => 4003,
            EndReason::PoolLine(_) | EndReason::PoolTooFast { .. } => 4004,
            EndReason::Idle(_) | EndReason::ClientStuck => 4005,
            EndReason::TooFast { .. } => 4006,
            EndReason::BadShare(_) => 4007,
        }
    }

    /// The cause in the log and the metrics: from a fixed list, and nothing that either side said.
    pub fn label(&self) -> &'static str {
        match self {
            EndReason::ClientLeft => "client_left",
            EndReason::ClientStuck => "client_stuck",
            EndReason::Stopping => "stopping",
            EndReason::BadCall(_) => "bad_call",
            EndReason::NotText(_) => "not_text",
            EndReason::NotShared(_) => "not_shared",
            EndReason::TooLong { .. } => "too_long",
            EndReason::BadShare(_) => "bad_share",
            EndReason::TooFast { .. } => "too_fast",
            EndReason::PoolUnreachable(_) => "pool_unreachable",
            EndReason::PoolClosed => "pool_closed",
            EndReason::PoolStuck => "pool_stuck",
            EndReason::PoolLine(_) => "pool_line",
            EndReason::PoolTooFast { .. } => "pool_too_fast",
            EndReason::Idle(_) => "idle",
        }
    }

    pub(crate) fn frame(&self) -> CloseFrame {
        let mut reason = self.to_string();
        while reason.len() > REASON_LIMIT {
            reason.pop();
        }
        CloseFrame {
            code: self.code(),
            reason: reason.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fits_its_frame_whatever_it_quotes() {
        let reason = EndReason::BadCall(ParseError::UnknownMethod {
            method: "€".repeat(64),
        });
        let frame = reason.frame();
        assert!(frame.reason.len() <= REASON_LIMIT);
        assert!(frame.reason.starts_with("bad message: unknown method \"€€"));
    }
}
