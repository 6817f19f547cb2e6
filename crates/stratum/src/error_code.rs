//! The codes of refused calls.

/// Why a server refused a call, by the number both dialects share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// -1: MiningCore's word for a stale, duplicate or malformed share.
    Rejected,
    /// 20: all that has no code of its own; the text says what.
    Other,
    /// 21: the job is unknown or over.
    JobNotFound,
    /// 22: the share was submitted before.
    DuplicateShare,
    /// 23: the share's hash is above the share target. The solo family says it with 20.
    LowDifficulty,
    /// 24: the connection has not authorized a worker.
    Unauthorized,
    /// 25: the connection has not subscribed.
    NotSubscribed,
    /// A number that neither dialect defines.
    Unknown(i64),
}

impl ErrorCode {
    /// The code of a number; every number has one.
    pub fn from_number(number: i64) -> Self {
        match number {
            -1 => ErrorCode::Rejected,
            20 => ErrorCode::Other,
            21 => ErrorCode::JobNotFound,
            22 => ErrorCode::DuplicateShare,
            23 => ErrorCode::LowDifficulty,
            24 => ErrorCode::Unauthorized,
            25 => ErrorCode::NotSubscribed,
            other => ErrorCode::Unknown(other),
        }
    }

    /// The number on the wire.
    pub fn number(self) -> i64 {
        match self {
            ErrorCode::Rejected => -1,
            ErrorCode::Other => 20,
            ErrorCode::JobNotFound => 21,
            ErrorCode::DuplicateShare => 22,
            ErrorCode::LowDifficulty => 23,
            ErrorCode::Unauthorized => 24,
            ErrorCode::NotSubscribed => 25,
            ErrorCode::Unknown(number) => number,
        }
    }
}
