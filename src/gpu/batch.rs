//! A batch of nonces on its way through the device, and what comes back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use web_time::Instant;

use super::device::Faults;
use super::error::GpuError;
use super::feeder::{Feeder, Ticket, Way};
use super::pace::Pace;
use super::results::ResultLayout;
use super::signal::{Receiver, Sender, signal};
use crate::params::Params;
use crate::solution::{order, pack};
use crate::verify::verify;

/// What one nonce gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Packed solutions, each verified on the CPU, sorted.
    pub solutions: Vec<Vec<u8>>,
    /// Rows, candidates and solutions that found no place, counted exactly. Above zero the outcome is incomplete:
    /// solutions may be missing.
    pub dropped: u64,
    /// Pairs of equal rows in the last layer, nearly all trivial.
    pub candidates: u32,
}

/// A batch that was submitted. Dropping it gives its outcomes up, and what is not with the device yet never will be.
pub struct Batch {
    pub(super) device: wgpu::Device,
    pub(super) faults: Faults,
    pub(super) params: Params,
    pub(super) header: Vec<u8>,
    pub(super) nonces: Vec<Vec<u8>>,
    pub(super) results: ResultLayout,
    pub(super) staging: wgpu::Buffer,
    pub(super) feeder: Feeder,
    pub(super) ticket: Ticket,
    pub(super) submitted: Instant,
    pub(super) meter: Meter,
    pub(super) place: Place,
}

/// One of the places for batches in flight, free again when this is dropped.
pub struct Place {
    pub index: usize,
    taken: Arc<AtomicBool>,
    /// The place's staging buffer, from when it is being mapped on.
    pub mapping: Option<wgpu::Buffer>,
    is_free: bool,
}

impl Place {
    /// Takes a place, unless it is taken.
    pub fn take(index: usize, taken: &Arc<AtomicBool>) -> Option<Place> {
        (!taken.swap(true, Ordering::AcqRel)).then(|| Place {
            index,
            taken: taken.clone(),
            mapping: None,
            is_free: false,
        })
    }

    /// Frees the place, once.
    pub fn free(&mut self) {
        if std::mem::replace(&mut self.is_free, true) {
            return;
        }
        // Whether it was read or given up: a mapped buffer cannot be copied to.
        if let Some(staging) = &self.mapping {
            staging.unmap();
        }
        self.taken.store(false, Ordering::Release);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.free();
    }
}

/// What batches say of the device's speed.
#[derive(Clone, Default)]
pub struct Meter(Arc<Mutex<Measured>>);

#[derive(Default)]
struct Measured {
    last_end: Option<Instant>,
    nonce_ms: Option<f64>,
}

impl Meter {
    fn batch_ended(&self, submitted: Instant, nonces: usize) {
        let mut measured = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A batch that waited for the one before began when that ended.
        let began = measured.last_end.map_or(submitted, |end| end.max(submitted));
        let now = Instant::now();
        let nonce_ms = (now - began).as_secs_f64() * 1e3 / nonces as f64;
        // A browser that looks late makes one batch seem long and the next one short.
        let before = measured.nonce_ms.unwrap_or(nonce_ms);
        measured.nonce_ms = Some(before + (nonce_ms - before) / 4.0);
        measured.last_end = Some(now);
    }

    /// Forgets what was measured: the first run of a device also pays for what happens once.
    pub fn reset(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Measured::default();
    }

    /// Milliseconds a nonce takes the device, once a batch has come back.
    pub fn nonce_ms(&self) -> Option<f64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).nonce_ms
    }

    /// The pace that follows.
    pub fn pace(&self) -> Pace {
        self.nonce_ms().map_or(Pace::FIRST, Pace::of)
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.feeder.abandon(&self.ticket);
    }
}

impl Batch {
    /// Nonces in the batch.
    pub fn nonces(&self) -> usize {
        self.nonces.len()
    }

    /// Waits for the device, then orders and verifies every solution: an outcome a nonce, in the nonces' order.
    ///
    /// Natively this blocks the thread while the device works; in a browser it yields.
    ///
    /// # Errors
    /// [`GpuError`]: the batch was abandoned, or the device was lost, refused a command, or computes wrongly.
    pub async fn outcomes(mut self) -> Result<Vec<Outcome>, GpuError> {
        let submission = self.all_submitted().await?;
        let mapped = map(&self.staging);
        self.place.mapping = Some(self.staging.clone());
        let words = read(&self.device, &self.faults, &self.staging, submission, mapped).await?;
        self.meter.batch_ended(self.submitted, self.nonces.len());
        // The place is free for the next batch while this one is verified.
        self.place.free();
        let mut outcomes = vec![Outcome::default(); self.nonces.len()];
        let mut came_back = vec![0; self.nonces.len()];
        for (nonce, leaves) in self.results.solutions(&words) {
            let at = nonce as usize;
            let solution = ordered(&self.params, leaves)?;
            let bytes = self
                .nonces
                .get(at)
                .ok_or_else(|| wrong("a solution of no nonce"))?;
            verify(&self.params, &self.header, bytes, &solution)
                .map_err(|refused| wrong(refused.reason()))?;
            outcomes[at].solutions.push(solution);
            came_back[at] += 1;
        }
        for (at, outcome) in outcomes.iter_mut().enumerate() {
            let record = self.results.record(&words, at as u32);
            outcome.dropped = record.dropped(came_back[at]);
            outcome.candidates = record.candidates;
            // Two candidates may unfold to the same leaves, grouped in another way; in order they are equal only where
            // the trees are.
            outcome.solutions.sort_unstable();
            outcome.solutions.dedup();
        }
        Ok(outcomes)
    }

    /// Feeds the device until all of the batch is with it, those before it first; its last submission.
    async fn all_submitted(&self) -> Result<wgpu::SubmissionIndex, GpuError> {
        let turns = self.faults.turns();
        loop {
            // Natively what happened is told from polling alone; in a browser it does nothing and the event loop tells.
            // A loss that came in between is heard before anything is submitted to what is no more.
            let polled = self.device.poll(wgpu::PollType::Poll);
            self.faults.check()?;
            polled.map_err(lost)?;
            let seen = turns.count();
            match self.feeder.way(&self.ticket) {
                Way::Submitted(index) => return Ok(index),
                Way::Abandoned => return Err(GpuError::Abandoned),
                Way::Waiting => {}
            }
            let waited = self.device.poll(wgpu::PollType::Wait {
                submission_index: self.feeder.oldest(),
                timeout: None,
            });
            self.faults.check()?;
            waited.map_err(lost)?;
            turns.after(seen).await;
        }
    }
}

fn ordered(params: &Params, leaves: &[u32]) -> Result<Vec<u8>, GpuError> {
    let mut leaves = leaves.to_vec();
    order(&mut leaves);
    pack(params, &leaves).map_err(|_| wrong("an index beyond the leaves"))
}

fn wrong(reason: &str) -> GpuError {
    GpuError::WrongAnswer {
        reason: reason.to_owned(),
    }
}

fn lost(error: impl std::fmt::Display) -> GpuError {
    GpuError::DeviceLost {
        cause: error.to_string(),
    }
}

/// Begins to map a staging buffer; the receiver hears when it is.
pub fn map(staging: &wgpu::Buffer) -> Receiver<Result<(), wgpu::BufferAsyncError>> {
    let (sender, receiver): (Sender<_>, _) = signal();
    staging.map_async(wgpu::MapMode::Read, .., move |mapped| sender.send(mapped));
    receiver
}

/// The words of a staging buffer that is being mapped. It stays mapped.
pub async fn read(
    device: &wgpu::Device,
    faults: &Faults,
    staging: &wgpu::Buffer,
    submission: wgpu::SubmissionIndex,
    mapped: Receiver<Result<(), wgpu::BufferAsyncError>>,
) -> Result<Vec<u32>, GpuError> {
    // Natively callbacks come from here; in a browser it does nothing and the event loop brings them.
    let waited = device.poll(wgpu::PollType::Wait {
        submission_index: Some(submission),
        timeout: None,
    });
    // A device that is lost or refused a command says so itself, and better.
    faults.check()?;
    waited.map_err(lost)?;
    let mapped = mapped.await;
    faults.check()?;
    mapped.map_err(lost)?;
    let view = staging.get_mapped_range(..).map_err(lost)?;
    let words = view.as_chunks().0.iter();
    Ok(words.map(|bytes| u32::from_le_bytes(*bytes)).collect())
}
