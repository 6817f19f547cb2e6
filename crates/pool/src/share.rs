//! One submitted share, judged.

use aion_pow::{params::Params, solution::SOLUTION_BYTES, target::pow_hash, verify::verify};
use stratum::protocol::{NONCE_DIGITS, NTIME_DIGITS, SOLUTION_DIGITS, SOLUTION_PREFIX};
use stratum::{ErrorCode, ErrorForm, Id, RawCall, Reply, ReplyError};

use crate::board::Board;

/// Why a share is refused, in the order of the checks; code and text are the solo family's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// No worker is authorized on the connection.
    Unauthorized,
    /// The connection has not subscribed.
    NotSubscribed,
    /// The job is unknown or over.
    JobNotFound,
    /// nTime is not 16 hex digits.
    NtimeSize,
    /// extraNonce1 and extraNonce2 together are not 64 digits.
    NonceSize,
    /// The solution is not 2822 digits.
    SolutionSize,
    /// extraNonce2 is not hex.
    ExtraNonce2Hex,
    /// The same proof was submitted before.
    Duplicate,
    /// The solution is not one: no hex, no `fd8005` before it, or not valid by the chain's rule.
    InvalidSolution,
    /// The solution is valid but its hash misses the share target.
    HashAboveTarget,
}

impl Rejection {
    /// Code and text on the wire.
    pub fn code_and_text(self) -> (ErrorCode, &'static str) {
        match self {
            Rejection::Unauthorized => (ErrorCode::Unauthorized, "unauthorized worker"),
            Rejection::NotSubscribed => (ErrorCode::NotSubscribed, "not subscribed"),
            Rejection::JobNotFound => (ErrorCode::JobNotFound, "job not found"),
            Rejection::NtimeSize => (ErrorCode::Other, "incorrect size of ntime"),
            Rejection::NonceSize => (ErrorCode::Other, "incorrect size of nonce"),
            Rejection::SolutionSize => (ErrorCode::Other, "incorrect size of solution"),
            Rejection::ExtraNonce2Hex => (ErrorCode::Other, "invalid hex in extraNonce2"),
            Rejection::Duplicate => (ErrorCode::DuplicateShare, "duplicate share"),
            Rejection::InvalidSolution => (ErrorCode::Other, "invalid solution"),
            Rejection::HashAboveTarget => (ErrorCode::Other, "Header hash larger than target"),
        }
    }

    pub(crate) fn reply(self, id: Id) -> Reply {
        let (code, text) = self.code_and_text();
        let form = match self {
            Rejection::Unauthorized | Rejection::NotSubscribed => ErrorForm::Triple,
            _ => ErrorForm::Pair,
        };
        let error = ReplyError {
            code,
            message: text.to_owned(),
            form,
        };
        Reply {
            id,
            result: Some(serde_json::Value::Null),
            error: Some(error),
        }
    }
}

/// Judges the submit of a subscribed and authorized connection; a block found goes to the chain.
///
/// About 60 µs for a full verification: too short to be worth another thread.
pub(crate) fn judge(board: &Board, extra_nonce1: &[u8; 8], submit: &RawCall) -> Result<(), Rejection> {
    // A parameter that is missing or no string reads as an empty one, whose size is wrong.
    let text = |index| submit.text_param(index).unwrap_or_default();
    let (job_id, ntime, extra_nonce2, solution) = (text(1), text(2), text(3), text(4));

    let job = board.job(job_id).ok_or(Rejection::JobNotFound)?;
    if ntime.len() != NTIME_DIGITS || !ntime.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(Rejection::NtimeSize);
    }
    if 2 * extra_nonce1.len() + extra_nonce2.len() != NONCE_DIGITS {
        return Err(Rejection::NonceSize);
    }
    if solution.len() != SOLUTION_DIGITS {
        return Err(Rejection::SolutionSize);
    }
    let mut nonce = [0; 32];
    let (head, tail) = nonce.split_at_mut(extra_nonce1.len());
    head.copy_from_slice(extra_nonce1);
    hex::decode_to_slice(extra_nonce2, tail).map_err(|_| Rejection::ExtraNonce2Hex)?;
    let solution = decode_solution(solution).ok_or(Rejection::InvalidSolution)?;

    let pow_hash = pow_hash(&job.template.mine_hash, &nonce, &solution);
    if job.has_seen(&pow_hash) {
        return Err(Rejection::Duplicate);
    }
    let verdict = if verify(&Params::AION, &job.template.mine_hash, &nonce, &solution).is_err() {
        Err(Rejection::InvalidSolution)
    } else if !job.share_target().is_met_by(&pow_hash) {
        Err(Rejection::HashAboveTarget)
    } else {
        Ok(())
    };
    job.remember(pow_hash, verdict.is_ok());
    verdict?;
    if job.template.target.is_met_by(&pow_hash) {
        board.found(&job.template, &nonce, &solution);
    }
    Ok(())
}

/// The 1408 bytes after the prefix; digits of either case.
fn decode_solution(digits: &str) -> Option<[u8; SOLUTION_BYTES]> {
    let (prefix, digits) = digits.split_at_checked(SOLUTION_PREFIX.len())?;
    let mut solution = [0; SOLUTION_BYTES];
    hex::decode_to_slice(digits, &mut solution).ok()?;
    prefix.eq_ignore_ascii_case(SOLUTION_PREFIX).then_some(solution)
}
