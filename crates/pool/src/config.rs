//! What an operator can set.

use std::time::Duration;

use aion_pow::target::{Difficulty, DifficultyError};
use stratum::Dialect;

use crate::{Bans, Stats, Vardiff};

/// The settings of a pool. [`Config::new`] has defaults for a developer's machine.
#[derive(Debug, Clone)]
pub struct Config {
    /// What is spoken.
    pub dialect: Dialect,
    /// What a share must meet; with [`vardiff`](Self::vardiff), what it must meet at first.
    pub share_difficulty: Difficulty,
    /// How the share difficulty follows each connection's hash rate; `None`: not at all.
    pub vardiff: Option<Vardiff>,
    /// The longest time between two blocks of a development chain: when it passes, the chain grows without this pool.
    pub block_interval: Duration,
    /// Where extraNonce1 begins to count: the first eight bytes, or MiningCore's first two. `None`: at random, and in
    /// the solo dialect after four random bytes.
    pub first_extra_nonce1: Option<[u8; 8]>,
    /// The number of the first job, of which its id is made. `None`: the unix time in milliseconds, or past the last of
    /// this process.
    pub first_job: Option<u64>,
    /// The number of the first connection, of which a MiningCore connection's id is made.
    pub first_connection: u64,
    /// What bounds a client.
    pub limits: Limits,
    /// Which addresses are shut out; `None`: none.
    pub bans: Option<Bans>,
    /// Where the counts go; keep a clone to read them.
    pub stats: Stats,
}

/// What bounds a client.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections in all.
    pub connections: usize,
    /// Connections from one address; an IPv6 address counts by its /64.
    pub connections_per_address: usize,
    /// The time to subscribe and authorize.
    pub handshake: Duration,
    /// The longest time without a submit, while there is a job.
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
            dialect: Dialect::default(),
            share_difficulty: Difficulty::new(share_difficulty.into())?,
            vardiff: None,
            block_interval: Duration::from_secs(60),
            first_extra_nonce1: None,
            first_job: None,
            first_connection: 1,
            limits: Limits::default(),
            bans: Some(Bans::default()),
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
