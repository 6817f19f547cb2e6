//! Why a share is refused, in the words of either dialect.

use aion_pow::target::Difficulty;
use serde_json::Value;
use stratum::{Dialect, ErrorCode, ErrorForm, Id, Reply, ReplyError};

/// Why a share is refused, in the order of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// No worker is authorized on the connection.
    Unauthorized,
    /// The connection has not subscribed.
    NotSubscribed,
    /// There never was such a job, as far as is remembered.
    JobNotFound,
    /// The job is over.
    Stale,
    /// nTime is not 16 hex digits.
    NtimeSize,
    /// extraNonce1 and extraNonce2 together are not 64 digits.
    NonceSize,
    /// The solution is not 2822 digits, or 2816 where the dialect takes it without its prefix.
    SolutionSize,
    /// extraNonce2 is not hex.
    ExtraNonce2Hex,
    /// The same proof was submitted before.
    Duplicate,
    /// The solution is not one: no hex, another prefix than `fd8005`, or not valid by the chain's rule.
    InvalidSolution,
    /// The solution is valid but its hash misses the share target.
    HashAboveTarget {
        /// What the share had to meet.
        difficulty: Difficulty,
    },
}

impl Rejection {
    /// Code and text on the wire.
    ///
    /// | | solo | MiningCore |
    /// |---|---|---|
    /// | stale, unknown job | 21 "job not found" | -1 "stale share" |
    /// | duplicate | 22 "duplicate share" | -1 "duplicate share" |
    /// | malformed | 20 | -1 |
    /// | not valid | 20 "invalid solution" | 20 "invalid solution" |
    /// | above the share target | 20 "Header hash larger than target" | 23 "low difficulty share (N)" |
    pub fn code_and_text(self, dialect: Dialect) -> (ErrorCode, String) {
        use Dialect::{MiningCore, Solo};
        let malformed = match dialect {
            Solo => ErrorCode::Other,
            MiningCore => ErrorCode::Rejected,
        };
        let (code, text) = match (self, dialect) {
            (Rejection::Unauthorized, _) => (ErrorCode::Unauthorized, "unauthorized worker"),
            (Rejection::NotSubscribed, _) => (ErrorCode::NotSubscribed, "not subscribed"),
            (Rejection::JobNotFound | Rejection::Stale, Solo) => (ErrorCode::JobNotFound, "job not found"),
            (Rejection::JobNotFound | Rejection::Stale, MiningCore) => (ErrorCode::Rejected, "stale share"),
            (Rejection::NtimeSize, _) => (malformed, "incorrect size of ntime"),
            (Rejection::NonceSize, _) => (malformed, "incorrect size of nonce"),
            (Rejection::SolutionSize, _) => (malformed, "incorrect size of solution"),
            (Rejection::ExtraNonce2Hex, _) => (malformed, "invalid hex in extraNonce2"),
            (Rejection::Duplicate, Solo) => (ErrorCode::DuplicateShare, "duplicate share"),
            (Rejection::Duplicate, MiningCore) => (ErrorCode::Rejected, "duplicate share"),
            (Rejection::InvalidSolution, _) => (ErrorCode::Other, "invalid solution"),
            (Rejection::HashAboveTarget { .. }, Solo) => (ErrorCode::Other, "Header hash larger than target"),
            (Rejection::HashAboveTarget { difficulty }, MiningCore) => {
                let text = format!("low difficulty share ({})", difficulty.get());
                return (ErrorCode::LowDifficulty, text);
            }
        };
        (code, text.to_owned())
    }

    pub(crate) fn reply(self, dialect: Dialect, id: Id) -> Reply {
        let (code, message) = self.code_and_text(dialect);
        let (result, form) = match (dialect, self) {
            (Dialect::MiningCore, _) => (Value::Bool(false), ErrorForm::Object),
            (Dialect::Solo, Rejection::Unauthorized | Rejection::NotSubscribed) => {
                (Value::Null, ErrorForm::Triple)
            }
            (Dialect::Solo, _) => (Value::Null, ErrorForm::Pair),
        };
        Reply {
            id,
            result: Some(result),
            error: Some(ReplyError { code, message, form }),
        }
    }
}
