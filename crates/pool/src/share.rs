//! One submitted share, judged.

use aion_pow::target::{Difficulty, Target, pow_hash};
use aion_pow::{params::Params, solution::SOLUTION_BYTES, verify::verify};
use stratum::protocol::{NONCE_DIGITS, NTIME_DIGITS, SOLUTION_DIGITS, SOLUTION_PREFIX};
use stratum::{Dialect, RawCall};

use crate::{FoundBlock, Rejection, job::Job};

/// Judges the submit of a subscribed and authorized connection for an open job; gives the block that it is, if it is
/// one.
///
/// About 60 µs for a full verification: too short to be worth another thread.
pub(crate) fn judge(
    job: &Job,
    difficulty: Difficulty,
    dialect: Dialect,
    extra_nonce1: &[u8],
    submit: &RawCall,
) -> Result<Option<FoundBlock>, Rejection> {
    // A parameter that is missing or no string reads as an empty one, whose size is wrong.
    let text = |index| submit.text_param(index).unwrap_or_default();
    let (ntime, extra_nonce2, solution) = (text(2), text(3), text(4));

    if ntime.len() != NTIME_DIGITS || !ntime.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(Rejection::NtimeSize);
    }
    if 2 * extra_nonce1.len() + extra_nonce2.len() != NONCE_DIGITS {
        return Err(Rejection::NonceSize);
    }
    let digits = match solution.len() {
        SOLUTION_DIGITS => Some(solution),
        length => (dialect == Dialect::MiningCore && length == 2 * SOLUTION_BYTES).then_some(solution),
    }
    .ok_or(Rejection::SolutionSize)?;
    let mut nonce = [0; 32];
    let (head, tail) = nonce.split_at_mut(extra_nonce1.len());
    head.copy_from_slice(extra_nonce1);
    hex::decode_to_slice(extra_nonce2, tail).map_err(|_| Rejection::ExtraNonce2Hex)?;
    let solution = decode_solution(digits).ok_or(Rejection::InvalidSolution)?;

    let pow_hash = pow_hash(&job.template.mine_hash, &nonce, &solution);
    if job.has_seen(&pow_hash) {
        return Err(Rejection::Duplicate);
    }
    let share_target = Target::from_be_bytes(job.share_target(difficulty));
    let verdict = if verify(&Params::AION, &job.template.mine_hash, &nonce, &solution).is_err() {
        Err(Rejection::InvalidSolution)
    } else if !share_target.is_met_by(&pow_hash) {
        Err(Rejection::HashAboveTarget { difficulty })
    } else {
        Ok(())
    };
    job.remember(pow_hash, verdict.is_ok());
    verdict?;
    let is_block = job.template.target.is_met_by(&pow_hash);
    Ok(is_block.then_some(FoundBlock {
        template: job.template,
        nonce,
        solution,
    }))
}

/// The 1408 bytes, after the prefix where there is one; digits of either case.
fn decode_solution(digits: &str) -> Option<[u8; SOLUTION_BYTES]> {
    let (prefix, digits) = digits.split_at_checked(digits.len() - 2 * SOLUTION_BYTES)?;
    let mut solution = [0; SOLUTION_BYTES];
    hex::decode_to_slice(digits, &mut solution).ok()?;
    (prefix.is_empty() || prefix.eq_ignore_ascii_case(SOLUTION_PREFIX)).then_some(solution)
}
