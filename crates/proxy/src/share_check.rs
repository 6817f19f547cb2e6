//! Whether a submit is an honest one, by the pool's own words and the chain's rule.
//!
//! Only what no honest client sends is told apart here, and never a verdict given: the pool judges what passes. What
//! does not pass would count against this proxy's address at the pool, for all of its sessions.

use std::sync::{Mutex, PoisonError};

use aion_pow::params::Params;
use aion_pow::solution::SOLUTION_BYTES;
use aion_pow::target::pow_hash;
use aion_pow::verify::verify;
use stratum::protocol::{NONCE_DIGITS, NTIME_DIGITS, SOLUTION_PREFIX};
use stratum::{ServerMessage, Submit};

use crate::job_book::{JobBook, Work};

/// Why a submit is taken for hostile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadShare {
    /// No job of this id was sent, or it is long over.
    #[error("no such job")]
    UnknownJob,
    /// A parameter has not the size or the digits that every pool wants.
    #[error("{0}")]
    Malformed(&'static str),
    /// The solution is not one for this job and nonce.
    #[error("the solution is not valid")]
    Invalid,
    /// The solution is one, and its hash is not below any target that the job had.
    #[error("the hash is above the share target")]
    AboveTarget,
    /// The same proof was submitted before.
    #[error("this share was submitted before")]
    Repeated,
}

/// Judges the submits of one connection to a pool by what the pool said on it.
#[derive(Debug, Default)]
pub(crate) struct ShareCheck(Mutex<JobBook>);

/// The parts of a submit that can be read without knowing the job.
pub(crate) struct Proof {
    solution: Box<[u8; SOLUTION_BYTES]>,
}

impl ShareCheck {
    /// Takes what the pool says.
    pub(crate) fn hear(&self, message: &ServerMessage) {
        self.book().hear(message);
    }

    /// Judges form, job, proof and target.
    ///
    /// `prefix` stands between the pool's part of the nonce and the client's. Some tens of microseconds for a valid
    /// solution, and most others end sooner: too short to be worth another thread.
    ///
    /// # Errors
    /// [`BadShare`]
    pub(crate) fn judge(&self, submit: &Submit, prefix: &[u8]) -> Result<(), BadShare> {
        let terms = self.book().terms(&submit.job_id).ok_or(BadShare::UnknownJob)?;
        let proof = Proof::read(submit)?;
        let mut found = Err(BadShare::Malformed(
            "extraNonce2 has not the size that the pool's leaves",
        ));
        for work in &terms.forms {
            let Some(nonce) = nonce(work, prefix, &submit.extra_nonce2)? else {
                continue;
            };
            found = proof.hash(work, &nonce);
            if found.is_ok() {
                break;
            }
        }
        let pow_hash = found?;
        if !terms.target.is_met_by(&pow_hash) {
            return Err(BadShare::AboveTarget);
        }
        if !self.book().claim(&submit.job_id, pow_hash) {
            return Err(BadShare::Repeated);
        }
        Ok(())
    }

    /// Judges form and job alone: what costs a pool its patience, and nothing to check.
    ///
    /// # Errors
    /// [`BadShare::UnknownJob`] or [`BadShare::Malformed`].
    pub(crate) fn judge_form(&self, submit: &Submit, prefix: &[u8]) -> Result<(), BadShare> {
        let terms = self.book().terms(&submit.job_id).ok_or(BadShare::UnknownJob)?;
        Proof::read(submit)?;
        for work in &terms.forms {
            if nonce(work, prefix, &submit.extra_nonce2)?.is_some() {
                return Ok(());
            }
        }
        Err(BadShare::Malformed(
            "extraNonce2 has not the size that the pool's leaves",
        ))
    }

    fn book(&self) -> std::sync::MutexGuard<'_, JobBook> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Proof {
    fn read(submit: &Submit) -> Result<Self, BadShare> {
        let is_time =
            submit.ntime.len() == NTIME_DIGITS && submit.ntime.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !is_time {
            return Err(BadShare::Malformed("nTime is not 16 hex digits"));
        }
        let digits = &submit.solution;
        // MiningCore servers take a solution without its length too.
        let digits = match digits.split_at_checked(SOLUTION_PREFIX.len()) {
            Some((prefix, rest)) if rest.len() == 2 * SOLUTION_BYTES => {
                if !prefix.eq_ignore_ascii_case(SOLUTION_PREFIX) {
                    return Err(BadShare::Malformed("the solution does not begin with its length"));
                }
                rest
            }
            _ => digits,
        };
        let mut solution = Box::new([0; SOLUTION_BYTES]);
        hex::decode_to_slice(digits, solution.as_mut())
            .map_err(|_| BadShare::Malformed("the solution is not 2816 hex digits after its length"))?;
        Ok(Proof { solution })
    }

    /// The proof-of-work hash, where the solution is one.
    fn hash(&self, work: &Work, nonce: &[u8; 32]) -> Result<[u8; 32], BadShare> {
        verify(&Params::AION, &work.header_hash, nonce, self.solution.as_ref())
            .map_err(|_| BadShare::Invalid)?;
        Ok(pow_hash(&work.header_hash, nonce, self.solution.as_ref()))
    }
}

/// The whole nonce; `None` where the sizes do not add up to one under this extraNonce1.
fn nonce(work: &Work, prefix: &[u8], extra_nonce2: &str) -> Result<Option<[u8; 32]>, BadShare> {
    let own = work.extra_nonce1.len() + prefix.len();
    if 2 * own + extra_nonce2.len() != NONCE_DIGITS {
        return Ok(None);
    }
    let mut nonce = [0; 32];
    nonce[..work.extra_nonce1.len()].copy_from_slice(&work.extra_nonce1);
    nonce[work.extra_nonce1.len()..own].copy_from_slice(prefix);
    hex::decode_to_slice(extra_nonce2, &mut nonce[own..])
        .map_err(|_| BadShare::Malformed("extraNonce2 is not hex"))?;
    Ok(Some(nonce))
}
