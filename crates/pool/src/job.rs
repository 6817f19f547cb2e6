//! A job: a template that was handed out.

use std::collections::HashSet;
use std::sync::{
    Mutex, OnceLock, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};
use std::time::{SystemTime, UNIX_EPOCH};

use aion_pow::target::{Difficulty, Target};
use tokio::time::Instant;

use crate::Template;

/// Refused proofs remembered per job, so that a flood of them takes no memory; accepted ones cost work and are all
/// remembered.
const REMEMBERED_PROOFS: usize = 65_536;

/// A template with its number and the proofs seen for it. Its share target is each connection's own.
#[derive(Debug)]
pub(crate) struct Job {
    /// What its id on the wire is made of.
    pub(crate) number: u64,
    pub(crate) template: Template,
    /// The greatest difficulty that is not harder to meet than the block itself.
    pub(crate) hardest: Difficulty,
    pub(crate) since: Instant,
    proofs: Mutex<HashSet<[u8; 32]>>,
}

impl Job {
    pub(crate) fn new(number: u64, template: Template) -> Self {
        Job {
            number,
            template,
            hardest: hardest(template.target),
            since: Instant::now(),
            proofs: Mutex::default(),
        }
    }

    /// Big-endian, as sent. Difficulty 1 has a boundary of 2^256, which is sent as the largest 32 bytes.
    pub(crate) fn share_target(&self, difficulty: Difficulty) -> [u8; 32] {
        // A block is a share too, whatever the share difficulty.
        let target = Target::from_difficulty(difficulty).max(self.template.target);
        on_the_wire(target)
    }

    /// Big-endian.
    pub(crate) fn block_target(&self) -> [u8; 32] {
        on_the_wire(self.template.target)
    }

    /// True for a proof seen before, by its proof-of-work hash: that covers mine hash, nonce and solution.
    pub(crate) fn has_seen(&self, pow_hash: &[u8; 32]) -> bool {
        self.proofs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(pow_hash)
    }

    pub(crate) fn remember(&self, pow_hash: [u8; 32], accepted: bool) {
        let mut proofs = self.proofs.lock().unwrap_or_else(PoisonError::into_inner);
        if accepted || proofs.len() < REMEMBERED_PROOFS {
            proofs.insert(pow_hash);
        }
    }
}

/// The greatest difficulty whose target is at least this one: `floor(2^256 / target)` within 128 bits, by halving, since
/// a target has 256 bits and only divides here.
fn hardest(target: Target) -> Difficulty {
    let is_met = |value: u128| {
        Difficulty::new(value).is_ok_and(|difficulty| Target::from_difficulty(difficulty) >= target)
    };
    let mut greatest = 0;
    for bit in (0..u128::BITS).rev() {
        let higher = greatest | 1 << bit;
        if is_met(higher) {
            greatest = higher;
        }
    }
    // Difficulty 1 is never harder than any target.
    Difficulty::new(greatest).unwrap_or(LEAST)
}

const LEAST: Difficulty = match Difficulty::new(1) {
    Ok(difficulty) => difficulty,
    Err(_) => panic!("1 is a difficulty"),
};

fn on_the_wire(target: Target) -> [u8; 32] {
    target.to_be_bytes().unwrap_or([0xff; 32])
}

/// Numbers jobs.
#[derive(Debug)]
pub(crate) enum JobNumbers {
    /// Growing over all pools of the process and over restarts.
    OfTheProcess,
    /// From a given one on.
    From(AtomicU64),
}

impl JobNumbers {
    pub(crate) fn starting_at(first: Option<u64>) -> Self {
        first.map_or(JobNumbers::OfTheProcess, |first| {
            JobNumbers::From(AtomicU64::new(first))
        })
    }

    pub(crate) fn next(&self) -> u64 {
        static NEXT: OnceLock<AtomicU64> = OnceLock::new();
        let start = || {
            let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            AtomicU64::new(u64::try_from(since_epoch.as_millis()).unwrap_or_default())
        };
        match self {
            JobNumbers::OfTheProcess => NEXT.get_or_init(start),
            JobNumbers::From(next) => next,
        }
        .fetch_add(1, Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_harder_than_its_block() {
        for difficulty in [1, 2, 3, 16, 17, 1_000, 48_123_457, u128::MAX] {
            let block = Difficulty::new(difficulty).unwrap();
            assert_eq!(hardest(Target::from_difficulty(block)), block);
        }
        for (target, expected) in [([0xff; 32], 1), ([0; 32], u128::MAX)] {
            assert_eq!(hardest(Target::from_be_bytes(target)).get(), expected);
        }
        let mut target = [0; 32];
        target[0] = 0x0f;
        assert_eq!(
            hardest(Target::from_be_bytes(target)).get(),
            17,
            "2^256 / 0x0f00… is 17.07"
        );
    }
}
