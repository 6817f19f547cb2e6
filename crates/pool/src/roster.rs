//! Who mines here: what the status page shows of each worker.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aion_pow::target::Difficulty;
use tokio::time::Instant;

use crate::Rejection;
use crate::worker::Worker;

/// The most workers remembered that are not connected.
const REMEMBERED: usize = 1_024;

/// All workers, by their whole name. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roster(Arc<Mutex<HashMap<String, Record>>>);

/// One worker, over all its connections.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// The address shortened, and the rig.
    pub(crate) shown: String,
    pub(crate) connections: usize,
    /// Of the newest job that went to one of them.
    pub(crate) difficulty: Option<Difficulty>,
    pub(crate) accepted: u64,
    /// Neither stale nor duplicate.
    pub(crate) invalid: u64,
    pub(crate) stale: u64,
    pub(crate) duplicate: u64,
    pub(crate) blocks: u64,
    pub(crate) last_share: Option<Instant>,
    /// When something last happened, to know whom to forget.
    seen: Instant,
}

/// A connection's place in the roster; given up when dropped.
#[derive(Debug)]
pub(crate) struct Membership {
    roster: Roster,
    worker: String,
}

impl Roster {
    pub(crate) fn enter(&self, worker: &Worker) -> Membership {
        let now = Instant::now();
        let mut records = self.lock();
        if records.len() >= REMEMBERED && !records.contains_key(worker.name()) {
            forget_oldest(&mut records);
        }
        let record = records.entry(worker.name().to_owned()).or_insert_with(|| Record {
            shown: worker.shown(),
            connections: 0,
            difficulty: None,
            accepted: 0,
            invalid: 0,
            stale: 0,
            duplicate: 0,
            blocks: 0,
            last_share: None,
            seen: now,
        });
        record.connections += 1;
        record.seen = now;
        Membership {
            roster: self.clone(),
            worker: worker.name().to_owned(),
        }
    }

    /// All workers, in the order of what is shown of them.
    pub(crate) fn records(&self) -> Vec<Record> {
        let mut records: Vec<_> = self.lock().values().cloned().collect();
        records.sort_by(|a, b| a.shown.cmp(&b.shown));
        records
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn forget_oldest(records: &mut HashMap<String, Record>) {
    let gone = records.iter().filter(|(_, record)| record.connections == 0);
    if let Some(name) = gone
        .min_by_key(|(_, record)| record.seen)
        .map(|(name, _)| name.clone())
    {
        records.remove(&name);
    }
}

impl Membership {
    pub(crate) fn set_difficulty(&self, difficulty: Difficulty) {
        self.update(|record| record.difficulty = Some(difficulty));
    }

    pub(crate) fn count(&self, verdict: Result<(), Rejection>) {
        self.update(|record| match verdict {
            Ok(()) => {
                record.accepted += 1;
                record.last_share = Some(record.seen);
            }
            Err(Rejection::Stale) => record.stale += 1,
            Err(Rejection::Duplicate) => record.duplicate += 1,
            Err(_) => record.invalid += 1,
        });
    }

    pub(crate) fn count_block(&self) {
        self.update(|record| record.blocks += 1);
    }

    fn update(&self, change: impl FnOnce(&mut Record)) {
        if let Some(record) = self.roster.lock().get_mut(&self.worker) {
            record.seen = Instant::now();
            change(record);
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.update(|record| record.connections -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(number: usize) -> Worker {
        Worker::parse(&format!("0xa0{number:062x}")).unwrap()
    }

    #[test]
    fn a_worker_is_one_over_all_its_connections() {
        let roster = Roster::default();
        let (first, second) = (roster.enter(&worker(1)), roster.enter(&worker(1)));
        first.count(Ok(()));
        second.count(Err(Rejection::Stale));
        second.count(Err(Rejection::Duplicate));
        second.count(Err(Rejection::InvalidSolution));
        drop(first);
        let [record] = roster.records().try_into().unwrap();
        assert_eq!(record.connections, 1);
        assert_eq!(
            [record.accepted, record.stale, record.duplicate, record.invalid],
            [1; 4]
        );
    }

    #[test]
    fn names_take_no_memory_without_end_and_those_connected_stay() {
        let roster = Roster::default();
        let stays = roster.enter(&worker(0));
        for number in 1..3 * REMEMBERED {
            roster.enter(&worker(number));
        }
        assert_eq!(roster.records().len(), REMEMBERED);
        assert!(
            roster
                .records()
                .iter()
                .any(|record| record.shown == worker(0).shown())
        );
        drop(stays);
    }
}
