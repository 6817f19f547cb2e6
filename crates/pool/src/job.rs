//! A job: a template that was handed out.

use std::collections::HashSet;
use std::sync::{
    Mutex, OnceLock, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};
use std::time::{SystemTime, UNIX_EPOCH};

use aion_pow::target::{Difficulty, Target};
use stratum::{Notification, Notify};

use crate::Template;

/// Refused proofs remembered per job, so that a flood of them takes no memory; accepted ones cost work and are all
/// remembered.
const REMEMBERED_PROOFS: usize = 65_536;

/// A template with its id, its share target, and the proofs seen for it.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) template: Template,
    /// Big-endian, as sent. Difficulty 1 has a boundary of 2^256, which is sent as the largest 32 bytes.
    share_target: [u8; 32],
    proofs: Mutex<HashSet<[u8; 32]>>,
}

impl Job {
    pub(crate) fn new(template: Template, share_difficulty: Difficulty) -> Self {
        // A block is a share too, whatever the share difficulty.
        let target = Target::from_difficulty(share_difficulty).max(template.target);
        Job {
            id: next_id(),
            template,
            share_target: target.to_be_bytes().unwrap_or([0xff; 32]),
            proofs: Mutex::default(),
        }
    }

    pub(crate) fn notification(&self) -> Notification {
        Notification::Notify(Notify {
            job_id: self.id.clone(),
            clean: true,
            target: self.share_target,
            header_hash: self.template.mine_hash,
        })
    }

    pub(crate) fn share_target(&self) -> Target {
        Target::from_be_bytes(self.share_target)
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

/// Lower-case hex, growing over all pools of the process and over restarts.
fn next_id() -> String {
    static NEXT: OnceLock<AtomicU64> = OnceLock::new();
    let start = || {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        AtomicU64::new(u64::try_from(since_epoch.as_millis()).unwrap_or_default())
    };
    format!("{:x}", NEXT.get_or_init(start).fetch_add(1, Relaxed))
}
