//! What the pool does, as JSON.

use std::sync::Arc;

use serde::Serialize;
use tokio::time::Instant;

use crate::roster::Record;
use crate::server::Service;
use crate::{ChainState, Counts};

/// A handle on what a pool does; clones are of the same pool.
#[derive(Clone)]
pub struct Status(Arc<Service>);

/// What a pool does, at one moment. No whole address is in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// `solo` or `miningcore`.
    pub dialect: &'static str,
    /// How the chain behind the pool is.
    pub chain: ChainState,
    /// The newest job, `None` before there is one.
    pub job: Option<JobStatus>,
    /// Connections open now.
    pub connections: usize,
    /// Addresses banned now.
    pub banned: usize,
    /// Everything since the start.
    pub counts: Counts,
    /// Who mines, or did lately.
    pub workers: Vec<WorkerStatus>,
}

/// The newest job.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobStatus {
    /// The number of the block that is mined.
    pub height: u64,
    /// 64 hex digits.
    pub header_hash: String,
    /// Since the job was made.
    pub age_seconds: u64,
    /// Whether clients that ask for a job get this one.
    pub handed_out: bool,
}

/// One worker.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkerStatus {
    /// The address shortened, and the rig.
    pub worker: String,
    /// Open now.
    pub connections: usize,
    /// Of the newest job that it got, in decimal; a string, since it may have 128 bits.
    pub difficulty: Option<String>,
    /// Shares accepted.
    pub accepted: u64,
    /// Shares refused that are neither stale nor duplicate.
    pub invalid: u64,
    /// Shares whose job was over.
    pub stale: u64,
    /// Shares submitted before.
    pub duplicate: u64,
    /// Blocks found, whatever became of them.
    pub blocks: u64,
    /// Since its last accepted share.
    pub last_share_seconds: Option<u64>,
}

impl Status {
    pub(crate) fn new(service: Arc<Service>) -> Self {
        Status(service)
    }

    /// What the pool does now.
    pub fn snapshot(&self) -> Snapshot {
        let board = &self.0.board;
        let now = Instant::now();
        let current = board.current().borrow().as_ref().map(|job| job.number);
        let workers = board.roster.records();
        Snapshot {
            dialect: match board.config().dialect {
                stratum::Dialect::Solo => "solo",
                stratum::Dialect::MiningCore => "miningcore",
            },
            chain: board.chain_state(),
            job: board.newest().map(|job| JobStatus {
                height: job.template.number,
                header_hash: hex::encode(job.template.mine_hash),
                age_seconds: (now - job.since).as_secs(),
                handed_out: current == Some(job.number),
            }),
            connections: self.0.doors.open(),
            banned: self.0.bans.banned(),
            counts: board.config().stats.counts(),
            workers: workers.into_iter().map(|record| worker(record, now)).collect(),
        }
    }
}

fn worker(record: Record, now: Instant) -> WorkerStatus {
    WorkerStatus {
        worker: record.shown,
        connections: record.connections,
        difficulty: record.difficulty.map(|difficulty| difficulty.get().to_string()),
        accepted: record.accepted,
        invalid: record.invalid,
        stale: record.stale,
        duplicate: record.duplicate,
        blocks: record.blocks,
        last_share_seconds: record
            .last_share
            .map(|at| now.saturating_duration_since(at).as_secs()),
    }
}
