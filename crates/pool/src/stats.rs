//! Counts for tests, logs and the status page.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use serde::Serialize;

use crate::Rejection;

/// A handle on the counts of a pool; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Stats(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    connections: AtomicU64,
    accepted: AtomicU64,
    rejected: AtomicU64,
    stale: AtomicU64,
    duplicate: AtomicU64,
    blocks: AtomicU64,
    confirmed: AtomicU64,
    unconfirmed: AtomicU64,
    bans: AtomicU64,
}

/// The counts at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Connections taken since the start.
    pub connections: u64,
    /// Shares accepted, blocks among them.
    pub accepted: u64,
    /// Shares refused, for any reason.
    pub rejected: u64,
    /// Those of them that came too late: their job was over.
    pub stale: u64,
    /// Those of them that were submitted before.
    pub duplicate: u64,
    /// Blocks found by this pool's miners, whatever became of them.
    pub blocks: u64,
    /// Those of them that are on the chain.
    pub confirmed: u64,
    /// Those of them that are not, as far as could be told; what is neither is not decided yet.
    pub unconfirmed: u64,
    /// Times that an address was banned.
    pub bans: u64,
}

impl Stats {
    /// The counts now.
    pub fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Relaxed);
        Counts {
            connections: read(&self.0.connections),
            accepted: read(&self.0.accepted),
            rejected: read(&self.0.rejected),
            stale: read(&self.0.stale),
            duplicate: read(&self.0.duplicate),
            blocks: read(&self.0.blocks),
            confirmed: read(&self.0.confirmed),
            unconfirmed: read(&self.0.unconfirmed),
            bans: read(&self.0.bans),
        }
    }

    /// The number of the new connection, from 1.
    pub(crate) fn count_connection(&self) -> u64 {
        self.0.connections.fetch_add(1, Relaxed) + 1
    }

    pub(crate) fn count_verdict(&self, verdict: Result<(), Rejection>) {
        match verdict {
            Ok(()) => &self.0.accepted,
            Err(rejection) => {
                match rejection {
                    Rejection::Stale => {
                        self.0.stale.fetch_add(1, Relaxed);
                    }
                    Rejection::Duplicate => {
                        self.0.duplicate.fetch_add(1, Relaxed);
                    }
                    _ => {}
                }
                &self.0.rejected
            }
        }
        .fetch_add(1, Relaxed);
    }

    pub(crate) fn count_block(&self) {
        self.0.blocks.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_confirmed(&self) {
        self.0.confirmed.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_unconfirmed(&self) {
        self.0.unconfirmed.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_ban(&self) {
        self.0.bans.fetch_add(1, Relaxed);
    }
}
