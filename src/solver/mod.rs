//! The CPU solver: all solutions of a nonce, on any number of threads, in memory reserved beforehand.
//!
//! A run has ten stages. Stage 0 hashes 2^22 leaves and scatters them into 512 buckets by their first bits; stages
//! 1 to 8 consume one layer and make the next; stage 9 finds the roots, unfolds them, and has every solution
//! verified. Each stage is 512 units of well under a millisecond, handed out by a counter, so that threads share
//! the work whatever their speed, and so that [`Solver::advance`] can stop between any two and go on later: that
//! is how cancelling, throttling and a change of job work, with or without threads.
//!
//! Layers live in pages of one pool, and a page is free as soon as its bucket is consumed.
//! Nothing is lost silently: a row for which there is no page is counted, and an [`Outcome`] with
//! [`dropped`](Outcome::dropped) above zero is incomplete.
//!
//! ```no_run
//! use aion_pow::solver::{Progress, Solver};
//! use std::time::Duration;
//!
//! let mut solver = Solver::new(2)?;
//! solver.start(&[0; 32], &[0; 32]);
//! while solver.advance(Duration::from_millis(50)) == Progress::Running {
//!     // Look for a new job, or rest a while.
//! }
//! let outcome = solver.outcome();
//! println!("{} solutions in {:.0} ms", outcome.solutions.len(), outcome.milliseconds());
//! # Ok::<(), aion_pow::solver::SolverError>(())
//! ```

#[cfg(target_endian = "big")]
compile_error!("rows are read and written as little-endian words");

mod crew;
mod digest_lots;
mod input;
mod lanes;
mod last;
mod layout;
mod leaves;
mod pages;
mod rounds;
mod streams;
mod worker;

use crew::Crew;
use input::Input;
use last::LastRound;
use layout::{BUCKETS, K, PAGE};
use pages::Pages;
use rounds::Round;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use streams::{Snapshots, Streams};
use web_time::{Duration, Instant};
use worker::{ReferenceStarts, Worker};

pub use crew::MAX_THREADS;
#[doc(hidden)]
pub use digest_lots::DigestLots;
pub use input::LeafBytes;

/// Stages of a run: the leaves, eight rounds, the last round.
pub const STAGES: usize = K + 1;

/// Why a solver cannot be had, or cannot start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SolverError {
    /// The reservation was refused.
    #[error("no memory for the solver: {} MiB are needed at once", bytes.div_ceil(1 << 20))]
    OutOfMemory {
        /// Bytes asked for.
        bytes: usize,
    },
    /// A number of threads that this build does not take.
    #[error("{found} threads: this solver takes 1 to {limit}")]
    Threads {
        /// Threads asked for.
        found: usize,
        /// The most there can be; 1 in a build without threads.
        limit: usize,
    },
    /// The system refused to start threads.
    #[error("{wanted} threads could not be started: {cause}")]
    ThreadsRefused {
        /// Threads asked for.
        wanted: usize,
        /// What the system said.
        cause: String,
    },
    /// In a browser: the pool of thread workers is smaller than the solver needs, or was not started.
    #[error("the pool has {found} thread workers and {wanted} are needed beside the calling one")]
    Pool {
        /// Workers there are.
        found: usize,
        /// Workers needed.
        wanted: usize,
    },
    /// Given leaves come in pairs, at most 2^22.
    #[error("{found} leaves: an even number up to {} is needed", layout::LEAVES)]
    LeafCount {
        /// Leaves given.
        found: usize,
    },
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There is more to do.
    Running,
    /// The outcome is complete, or nothing was started.
    Done,
    /// The run was cancelled; its outcome is what was found before, in most cases nothing.
    Cancelled,
}

/// What a run found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Packed solutions of 1,408 bytes, each verified, sorted.
    pub solutions: Vec<Vec<u8>>,
    /// Rows that did not fit the reservation. Above zero the run is incomplete: solutions may be missing.
    pub dropped: u64,
    /// Trees of 512 different leaves that the verifier refused: a handful a run, from the one bit of layer 8 that
    /// is not stored.
    pub refused: usize,
    /// Time spent in each stage, in milliseconds, waiting between calls of `advance` not counted.
    pub stage_ms: [f64; STAGES],
    /// Most bytes of the page pool that were in use at once.
    pub peak_bytes: usize,
}

impl Outcome {
    /// Time spent in all stages, in milliseconds.
    pub fn milliseconds(&self) -> f64 {
        self.stage_ms.iter().sum()
    }
}

/// A solver of Equihash(210,9) with Aion's personalization. It keeps its memory from run to run.
pub struct Solver {
    crew: Crew,
    pages: Pages,
    /// Layers of even and odd number, by thread.
    streams: [Vec<Streams>; 2],
    snapshots: Vec<Snapshots>,
    workers: Vec<Worker>,
    references: ReferenceStarts,
    cancelled: Arc<AtomicBool>,
    run: Run,
}

/// The state of a run between two calls of `advance`.
struct Run {
    input: Input,
    stage: usize,
    /// Whether the stage's streams are open.
    open: bool,
    /// The next unit of the stage; at or past [`BUCKETS`] all are taken.
    next_unit: AtomicUsize,
    progress: Progress,
    outcome: Outcome,
}

impl Solver {
    /// Reserves all memory and starts the threads; see [`Solver::reservation`] for how much.
    ///
    /// # Errors
    /// [`SolverError`], if memory or threads are refused, or `threads` is out of range.
    pub fn new(threads: usize) -> Result<Self, SolverError> {
        let crew = Crew::new(threads)?;
        Self::with_pages(crew, layout::reserved_pages(threads))
    }

    /// A solver with a page pool of about so many bytes instead of the usual one, to hold the usual one against a
    /// far larger one.
    #[doc(hidden)]
    pub fn with_reservation(threads: usize, bytes: usize) -> Result<Self, SolverError> {
        Self::with_pages(Crew::new(threads)?, bytes.div_ceil(PAGE))
    }

    fn with_pages(crew: Crew, pages: usize) -> Result<Self, SolverError> {
        let threads = crew.threads();
        let count = pages;
        let pages = Pages::reserve(count)?;
        // What follows is allocated in parts that cannot be refused one by one. Asked for as a whole, and given back,
        // a refusal is still an error.
        let beside = Self::scratch_bytes(threads) + Self::SLACK;
        Vec::<u8>::new()
            .try_reserve_exact(beside)
            .map_err(|_| SolverError::OutOfMemory {
                bytes: Pages::bytes_for(count) + beside,
            })?;
        let streams = || (0..threads).map(|_| Streams::new()).collect();
        Ok(Self {
            pages,
            streams: [streams(), streams()],
            snapshots: (0..threads).map(|_| Snapshots::new()).collect(),
            workers: (0..threads).map(|_| Worker::new()).collect(),
            references: ReferenceStarts::new(),
            cancelled: Arc::new(AtomicBool::new(false)),
            crew,
            run: Run {
                input: Input::Given(Vec::new()),
                stage: STAGES,
                open: false,
                next_unit: AtomicUsize::new(0),
                progress: Progress::Done,
                outcome: Outcome::default(),
            },
        })
    }

    /// Bytes of everything that is too small to count, and of what the allocator adds.
    const SLACK: usize = 256 << 10;

    /// Bytes that a solver with so many threads reserves: the page pool and each thread's scratch space.
    pub const fn reservation(threads: usize) -> usize {
        Pages::bytes_for(layout::reserved_pages(threads)) + Self::scratch_bytes(threads)
    }

    /// The part of [`Solver::reservation`] that is not the page pool.
    pub const fn scratch_bytes(threads: usize) -> usize {
        threads * (size_of::<worker::Scratch>() + 2 * size_of::<Streams>() + Snapshots::BYTES)
    }

    /// The number of threads.
    pub fn threads(&self) -> usize {
        self.crew.threads()
    }

    /// Begins a run over the leaves of `header ‖ nonce`, dropping the one before. On the chain the header is the
    /// mine hash and both are 32 bytes; any lengths are taken.
    pub fn start(&mut self, header: &[u8], nonce: &[u8]) {
        self.start_input(Input::of_nonce(header, nonce));
    }

    /// Begins a run over leaves that the caller brings, each a big-endian bit string whose first 210 bits count:
    /// the same stages, for tests and experiments.
    ///
    /// # Errors
    /// [`SolverError::LeafCount`] unless they are an even number up to 2^22.
    pub fn start_with_leaves(&mut self, leaves: Vec<LeafBytes>) -> Result<(), SolverError> {
        self.start_input(Input::given(leaves)?);
        Ok(())
    }

    fn start_input(&mut self, input: Input) {
        self.pages.reset();
        self.workers.iter_mut().for_each(Worker::reset);
        self.cancelled.store(false, Ordering::Relaxed);
        self.run = Run {
            input,
            stage: 0,
            open: false,
            next_unit: AtomicUsize::new(0),
            progress: Progress::Running,
            outcome: Outcome::default(),
        };
    }

    /// Works on the run for about `max`, at least one unit a thread, and says where it stands. A unit takes well
    /// under a millisecond, and `max` is overrun by no more than that.
    pub fn advance(&mut self, max: Duration) -> Progress {
        let mut now = Instant::now();
        let deadline = now.checked_add(max);
        while self.run.progress == Progress::Running {
            if self.cancelled.load(Ordering::Relaxed) {
                self.run.progress = Progress::Cancelled;
                break;
            }
            let stage = self.run.stage;
            if self.run.open || self.open_stage() {
                self.work(deadline);
                if self.run.next_unit.load(Ordering::Relaxed) >= BUCKETS {
                    self.close_stage();
                }
            }
            let then = std::mem::replace(&mut now, Instant::now());
            self.run.outcome.stage_ms[stage] += (now - then).as_secs_f64() * 1e3;
            if deadline.is_some_and(|deadline| now >= deadline) {
                break;
            }
        }
        self.run.progress
    }

    /// Ends the run. The next [`Solver::advance`] says so; one in progress on another thread returns within a
    /// unit, about a millisecond.
    pub fn cancel(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// A flag that cancels the run when set, from any thread. Each start clears it.
    pub fn cancel_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancelled)
    }

    /// What the run found so far; complete once [`Solver::advance`] has said [`Progress::Done`].
    pub fn outcome(&self) -> &Outcome {
        &self.run.outcome
    }

    /// Gives every thread its open pages. If the pool cannot, the layer about to be consumed counts as dropped
    /// and the run ends, incomplete.
    fn open_stage(&mut self) -> bool {
        let Run {
            stage,
            next_unit,
            open,
            ..
        } = &mut self.run;
        let stage = *stage;
        *next_unit.get_mut() = 0;
        *open = true;
        if stage == K {
            return true;
        }
        let streams = &mut self.streams[stage & 1];
        for (streams, worker) in streams.iter_mut().zip(&mut self.workers) {
            if !streams.open(&self.pages, &mut worker.free) {
                self.run.outcome.dropped += match stage {
                    0 => u64::from(2 * self.run.input.digests()),
                    _ => rows_in(stage - 1, &self.streams[(stage - 1) & 1]),
                };
                self.finish();
                return false;
            }
        }
        self.snapshots.iter_mut().for_each(Snapshots::begin_round);
        true
    }

    /// Hands out units of the present stage until all are taken or the deadline has passed.
    fn work(&mut self, deadline: Option<Instant>) {
        let Run {
            input,
            stage,
            next_unit,
            ..
        } = &self.run;
        let (stage, pages, references) = (*stage, &self.pages, &self.references);
        let cancelled = &*self.cancelled;
        let hand_out = |consume: &mut dyn FnMut(usize)| {
            while !cancelled.load(Ordering::Relaxed) {
                let unit = next_unit.fetch_add(1, Ordering::Relaxed);
                if unit >= BUCKETS {
                    break;
                }
                consume(unit);
                if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                    break;
                }
            }
        };
        let [even, odd] = &mut self.streams;
        let (sources, streams) = if stage % 2 == 0 { (odd, even) } else { (even, odd) };
        if stage == K {
            let round = LastRound {
                pages,
                sources,
                references,
                snapshots: &self.snapshots,
            };
            self.crew.each(&mut self.workers, |worker| {
                hand_out(&mut |unit| round.consume(unit, worker));
            });
            return;
        }
        let round = Round {
            pages,
            sources,
            references,
        };
        let items = self.workers.iter_mut().zip(streams).zip(&mut self.snapshots);
        self.crew.each(items, |((worker, streams), snapshots)| {
            hand_out(&mut |unit| match stage {
                0 => leaves::make(input, unit, pages, worker, streams),
                _ => round.consume(stage, unit, worker, streams, snapshots),
            });
        });
    }

    fn close_stage(&mut self) {
        let stage = self.run.stage;
        if (1..K).contains(&stage) {
            for (snapshots, streams) in self.snapshots.iter_mut().zip(&self.streams[stage & 1]) {
                snapshots.end_round(stage, streams);
            }
        }
        self.run.open = false;
        self.run.stage += 1;
        if stage == K {
            self.finish();
        }
    }

    /// Verifies the candidates and completes the outcome.
    fn finish(&mut self) {
        let Run {
            input,
            outcome,
            progress,
            ..
        } = &mut self.run;
        for worker in &mut self.workers {
            outcome.dropped += worker.dropped;
            for candidate in worker.candidates.drain(..) {
                match input.confirm(&candidate) {
                    Some(solution) => outcome.solutions.push(solution),
                    None => outcome.refused += 1,
                }
            }
        }
        outcome.solutions.sort_unstable();
        outcome.solutions.dedup();
        outcome.peak_bytes = self.pages.high_water() * PAGE;
        *progress = Progress::Done;
    }
}

/// Rows of layer `l` in all buckets of all threads.
fn rows_in(l: usize, streams: &[Streams]) -> u64 {
    let rows = |streams: &Streams| (0..BUCKETS).map(|b| u64::from(streams.rows(l, b))).sum::<u64>();
    streams.iter().map(rows).sum()
}

#[cfg(test)]
mod tests;
