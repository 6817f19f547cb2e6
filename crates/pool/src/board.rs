//! The jobs that everybody works on.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use crate::job::{Job, JobNumbers};
use crate::roster::Roster;
use crate::template::{AddressCheck, Errand};
use crate::{ChainState, Config, FoundBlock, Template};

/// The most jobs of one head that are open at a time.
pub(crate) const OPEN_JOBS: usize = 16;

/// How many jobs that are over are told from jobs that never were.
const PAST_JOBS: usize = 256;

/// How long an authorize waits for the source's word on an address, before the address's form decides.
const ADDRESS_PATIENCE: Duration = Duration::from_secs(3);

/// Publishes jobs, and carries what is found to the source.
pub(crate) struct Board {
    config: Config,
    numbers: JobNumbers,
    jobs: Mutex<Jobs>,
    /// The job to hand out, `None` while there is none.
    current: watch::Sender<Option<Arc<Job>>>,
    errands: mpsc::UnboundedSender<Errand>,
    chain: Mutex<ChainState>,
    pub(crate) roster: Roster,
}

#[derive(Default)]
struct Jobs {
    /// Of one head, the newest last.
    open: VecDeque<Arc<Job>>,
    /// Numbers of jobs that are over, the newest last.
    past: VecDeque<u64>,
}

/// What is known of a job's number.
pub(crate) enum Found {
    Open(Arc<Job>),
    Past,
    Unknown,
}

impl Board {
    pub(crate) fn new(config: Config) -> (Arc<Self>, mpsc::UnboundedReceiver<Errand>) {
        let (errands, source) = mpsc::unbounded_channel();
        let board = Board {
            numbers: JobNumbers::starting_at(config.first_job),
            config,
            jobs: Mutex::default(),
            current: watch::Sender::new(None),
            errands,
            chain: Mutex::default(),
            roster: Roster::default(),
        };
        (Arc::new(board), source)
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The job to work on now, and whenever it changes.
    pub(crate) fn current(&self) -> watch::Receiver<Option<Arc<Job>>> {
        self.current.subscribe()
    }

    /// The newest job, handed out or withdrawn.
    pub(crate) fn newest(&self) -> Option<Arc<Job>> {
        self.lock().open.back().cloned()
    }

    pub(crate) fn find(&self, number: u64) -> Found {
        let jobs = self.lock();
        if let Some(job) = jobs.open.iter().rev().find(|job| job.number == number) {
            return Found::Open(job.clone());
        }
        match jobs.past.contains(&number) {
            true => Found::Past,
            false => Found::Unknown,
        }
    }

    pub(crate) fn publish(&self, template: Template) {
        // Under the lock, so that jobs come in the order of their numbers.
        let mut jobs = self.lock();
        let newest = jobs.open.back().map(|job| job.template);
        if newest == Some(template) {
            // It was withdrawn, or it was published already.
            let job = jobs.open.back().cloned();
            self.current
                .send_if_modified(|current| std::mem::replace(current, job).is_none());
            return;
        }
        let stays = match newest {
            Some(newest) if newest.has_head_of(&template) => OPEN_JOBS - 1,
            _ => 0,
        };
        while jobs.open.len() > stays {
            let over = jobs.open.pop_front();
            jobs.past.extend(over.map(|job| job.number));
        }
        while jobs.past.len() > PAST_JOBS {
            jobs.past.pop_front();
        }
        let job = Arc::new(Job::new(self.numbers.next(), template));
        tracing::debug!(job = job.number, number = template.number, "new job");
        jobs.open.push_back(job.clone());
        self.current.send_replace(Some(job));
    }

    /// False where nothing was handed out anyway.
    pub(crate) fn withdraw(&self) -> bool {
        let _jobs = self.lock();
        self.current.send_if_modified(|current| current.take().is_some())
    }

    /// Carries a block to the source.
    pub(crate) fn found(&self, block: FoundBlock) {
        self.config.stats.count_block();
        tracing::info!(
            number = block.template.number,
            mine_hash = hex::encode(block.template.mine_hash),
            "block found"
        );
        if self.errands.send(Errand::Block(Box::new(block))).is_err() {
            self.config.stats.count_unconfirmed();
            tracing::error!("the source has ended: the block goes nowhere");
        }
    }

    /// The source's word on an address of the right form; without one in time the form is enough.
    pub(crate) async fn is_payable(&self, address: &str) -> bool {
        let (answer, word) = oneshot::channel();
        let check = AddressCheck {
            address: address.to_owned(),
            answer,
        };
        if self.errands.send(Errand::Address(check)).is_err() {
            return true;
        }
        matches!(
            timeout(ADDRESS_PATIENCE, word).await,
            Err(_) | Ok(Err(_) | Ok(true))
        )
    }

    pub(crate) fn set_chain_state(&self, state: ChainState) {
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    pub(crate) fn chain_state(&self) -> ChainState {
        self.chain.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use aion_pow::target::Target;

    use super::*;

    fn template(number: u64, mine_hash: u8) -> Template {
        Template {
            number,
            parent: [number as u8; 32],
            mine_hash: [mine_hash; 32],
            target: Target::from_be_bytes([1; 32]),
        }
    }

    fn board() -> Arc<Board> {
        let mut config = Config::new(4).unwrap();
        config.first_job = Some(1);
        Board::new(config).0
    }

    fn state(board: &Board, number: u64) -> &'static str {
        match board.find(number) {
            Found::Open(job) => {
                assert_eq!(job.number, number);
                "open"
            }
            Found::Past => "past",
            Found::Unknown => "unknown",
        }
    }

    #[test]
    fn a_job_stays_open_as_long_as_its_head() {
        let board = board();
        for content in 1..=3 {
            board.publish(template(7, content));
        }
        assert_eq!(
            [0, 1, 2, 3, 4].map(|job| state(&board, job)),
            ["unknown", "open", "open", "open", "unknown"]
        );
        board.publish(template(8, 4));
        assert_eq!([1, 3, 4].map(|job| state(&board, job)), ["past", "past", "open"]);
        assert!(board.withdraw() && !board.withdraw());
        assert_eq!(state(&board, 4), "open", "no longer handed out, still counted");
    }

    #[test]
    fn old_jobs_take_no_memory() {
        let board = board();
        for content in 0..=255 {
            board.publish(template(7, content));
        }
        assert_eq!(state(&board, 256), "open");
        assert_eq!(state(&board, 256 - OPEN_JOBS as u64), "past");
        for number in 8..=300 {
            board.publish(template(number, 0));
        }
        assert_eq!(state(&board, 1), "unknown");
    }

    #[test]
    fn the_same_template_is_the_same_job() {
        let board = board();
        let mut current = board.current();
        board.publish(template(7, 1));
        assert_eq!(
            current.borrow_and_update().as_ref().map(|job| job.number),
            Some(1)
        );
        board.publish(template(7, 1));
        assert!(!current.has_changed().unwrap(), "nothing new");
        board.withdraw();
        assert!(current.borrow_and_update().is_none());
        board.withdraw();
        assert!(!current.has_changed().unwrap());
        board.publish(template(7, 1));
        assert_eq!(
            current.borrow_and_update().as_ref().map(|job| job.number),
            Some(1)
        );
    }
}
