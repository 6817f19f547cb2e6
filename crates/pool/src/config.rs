//! What an operator can set.

use std::time::Duration;

use aion_pow::target::{Difficulty, DifficultyError};

use crate::Stats;

/// The settings of a pool. [`Config::new`] has defaults for a developer's machine.
#[derive(Debug, Clone)]
pub struct Config {
    /// What a share must meet.
    pub share_difficulty: Difficulty,
    /// The longest time between two blocks: when it passes, the chain grows without this pool.
    pub block_interval: Duration,
    /// The extraNonce1 of the first subscription; later ones count up. `None`: four random bytes and a counter.
    pub first_extra_nonce1: Option<[u8; 8]>,
    /// What bounds a client.
    pub limits: Limits,
    /// Where the counts go; keep a clone to read them.
    pub stats: Stats,
}

/// What bounds a client.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections in all.
    pub connections: usize,
    /// Connections from one address.
    pub connections_per_address: usize,
    /// The time to subscribe and authorize.
    pub handshake: Duration,
    /// The longest time without a submit.
    pub idle: Duration,
    /// The longest time that a client may leave an answer unread.
    pub write: Duration,
}

impl Config {
    /// The share difficulty that a browser meets in seconds: about two solutions a run, so a share every other run.
    pub const DEFAULT_SHARE_DIFFICULTY: u64 = 4;

    /// Defaults, with the share difficulty given.
    ///
    /// # Errors
    /// A difficulty of 0.
    pub fn new(share_difficulty: u64) -> Result<Self, DifficultyError> {
        Ok(Config {
            share_difficulty: Difficulty::new(share_difficulty.into())?,
            block_interval: Duration::from_secs(60),
            first_extra_nonce1: None,
            limits: Limits::default(),
            stats: Stats::default(),
        })
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 256,
            connections_per_address: 64,
            handshake: Duration::from_secs(30),
            idle: Duration::from_secs(600),
            write: Duration::from_secs(10),
        }
    }
}
