//! Counts for tests and logs.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// A handle on the counts of a pool; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Stats(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    connections: AtomicU64,
    accepted: AtomicU64,
    rejected: AtomicU64,
    blocks: AtomicU64,
}

/// The counts at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Connections taken since the start.
    pub connections: u64,
    /// Shares accepted, blocks among them.
    pub accepted: u64,
    /// Shares refused, for any reason.
    pub rejected: u64,
    /// Blocks found by this pool's miners.
    pub blocks: u64,
}

impl Stats {
    /// The counts now.
    pub fn counts(&self) -> Counts {
        Counts {
            connections: self.0.connections.load(Relaxed),
            accepted: self.0.accepted.load(Relaxed),
            rejected: self.0.rejected.load(Relaxed),
            blocks: self.0.blocks.load(Relaxed),
        }
    }

    pub(crate) fn count_connection(&self) -> u64 {
        self.0.connections.fetch_add(1, Relaxed) + 1
    }

    pub(crate) fn count_accepted(&self) {
        self.0.accepted.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_rejected(&self) {
        self.0.rejected.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_block(&self) {
        self.0.blocks.fetch_add(1, Relaxed);
    }
}
