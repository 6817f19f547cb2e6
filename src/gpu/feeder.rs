//! Gives batches to the device a few pieces at a time, so that what nobody wants any more can be held back.
//!
//! What was submitted cannot be called back. A nonce that takes the device long is therefore many submissions, of which a
//! few are with the device and the rest wait here.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Wakes whoever waits for the device to get on: a submission is done, or something went wrong.
#[derive(Clone, Default)]
pub struct Turns(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    turns: u64,
    wakers: Vec<Waker>,
}

impl Turns {
    /// Something happened.
    pub fn turn(&self) {
        let mut waiting = locked(&self.0);
        waiting.turns += 1;
        for waker in waiting.wakers.drain(..) {
            waker.wake();
        }
    }

    /// How often something happened so far.
    pub fn count(&self) -> u64 {
        locked(&self.0).turns
    }

    /// Resolves when something happened after those `seen`.
    pub fn after(&self, seen: u64) -> impl Future<Output = ()> {
        Turn {
            turns: self.clone(),
            seen,
        }
    }
}

struct Turn {
    turns: Turns,
    seen: u64,
}

impl Future for Turn {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut waiting = locked(&self.turns.0);
        if waiting.turns != self.seen {
            return Poll::Ready(());
        }
        waiting.wakers.push(context.waker().clone());
        Poll::Pending
    }
}

/// Where a batch is on its way.
#[derive(Clone, Debug)]
pub enum Way {
    /// Pieces of it are not with the device yet.
    Waiting,
    /// All of it is, and this was the last submission.
    Submitted(wgpu::SubmissionIndex),
    /// What was not with the device yet never will be.
    Abandoned,
}

/// A batch on its way.
#[derive(Clone)]
pub struct Ticket(Arc<Mutex<Way>>);

struct Piece {
    commands: wgpu::CommandBuffer,
    ticket: Ticket,
    is_last: bool,
}

struct State {
    waiting: VecDeque<Piece>,
    /// Submissions that the device has not finished, as far as was looked.
    flying: VecDeque<wgpu::SubmissionIndex>,
    /// The most there may be of them.
    most: usize,
    /// Submissions that were seen to be done.
    seen_done: u64,
}

/// The pieces of all batches, in order.
#[derive(Clone)]
pub struct Feeder {
    queue: wgpu::Queue,
    // In a browser nothing of this leaves its thread, but natively a batch may.
    #[cfg_attr(target_arch = "wasm32", allow(clippy::arc_with_non_send_sync))]
    state: Arc<Mutex<State>>,
    done: Arc<AtomicU64>,
    turns: Turns,
}

impl Feeder {
    /// A feeder of a queue; `turns` is turned by each submission that is done.
    #[cfg_attr(target_arch = "wasm32", allow(clippy::arc_with_non_send_sync))]
    pub fn new(queue: wgpu::Queue, turns: Turns) -> Feeder {
        let state = State {
            waiting: VecDeque::new(),
            flying: VecDeque::new(),
            most: 1,
            seen_done: 0,
        };
        Feeder {
            queue,
            state: Arc::new(Mutex::new(state)),
            done: Arc::default(),
            turns,
        }
    }

    /// Adds a batch's pieces behind all others; from now on `most` submissions may be with the device.
    pub fn add(&self, pieces: Vec<wgpu::CommandBuffer>, most: usize) -> Ticket {
        let ticket = Ticket(Arc::new(Mutex::new(Way::Waiting)));
        let last = pieces.len().saturating_sub(1);
        let mut state = locked(&self.state);
        state.most = most;
        for (at, commands) in pieces.into_iter().enumerate() {
            state.waiting.push_back(Piece {
                commands,
                ticket: ticket.clone(),
                is_last: at == last,
            });
        }
        drop(state);
        self.advance();
        ticket
    }

    /// Submits what may be, and says where the batch is.
    pub fn way(&self, ticket: &Ticket) -> Way {
        self.advance();
        locked(&ticket.0).clone()
    }

    /// The submission that the device will finish first.
    pub fn oldest(&self) -> Option<wgpu::SubmissionIndex> {
        locked(&self.state).flying.front().cloned()
    }

    /// Holds back what is left of a batch. One that is all with the device goes on.
    pub fn abandon(&self, ticket: &Ticket) {
        self.hold_back(|piece| Arc::ptr_eq(&piece.ticket.0, &ticket.0));
    }

    /// Holds back what is left of all batches.
    pub fn abandon_all(&self) {
        self.hold_back(|_| true);
    }

    fn hold_back(&self, unwanted: impl Fn(&Piece) -> bool) {
        let mut state = locked(&self.state);
        state.waiting.retain(|piece| {
            let unwanted = unwanted(piece);
            if unwanted {
                *locked(&piece.ticket.0) = Way::Abandoned;
            }
            !unwanted
        });
        drop(state);
        self.turns.turn();
    }

    fn advance(&self) {
        let mut state = locked(&self.state);
        let done = self.done.load(Ordering::Acquire);
        while state.seen_done < done {
            // The queue finishes in order.
            state.flying.pop_front();
            state.seen_done += 1;
        }
        while state.flying.len() < state.most {
            let Some(piece) = state.waiting.pop_front() else {
                break;
            };
            let index = self.queue.submit([piece.commands]);
            let (done, turns) = (self.done.clone(), self.turns.clone());
            self.queue.on_submitted_work_done(move || {
                done.fetch_add(1, Ordering::AcqRel);
                turns.turn();
            });
            if piece.is_last {
                *locked(&piece.ticket.0) = Way::Submitted(index.clone());
            }
            state.flying.push_back(index);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
