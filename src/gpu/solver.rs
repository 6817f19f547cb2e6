//! The solver: batches of nonces in, outcomes out.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use web_time::Instant;

use super::abilities::Abilities;
use super::batch::{Batch, Meter, Outcome, Place};
use super::buffers::{Buffers, ResultBuffers};
use super::device::{Adapter, AdapterChoice, Device};
use super::error::GpuError;
use super::feeder::Feeder;
use super::fusion::Fusion;
use super::layout::{Layout, ROUNDS};
use super::pace::Pace;
use super::results::ResultLayout;
use super::stages::{self, Stage};
use crate::blake2b::{LastBlock, Nonce};

/// Batches that may be in flight: one that the device works on, and one that waits for it.
pub const BATCHES: usize = 2;

/// The counter's 32-bit word in the last block of a nonce on the chain: behind a mine hash and a nonce of 32 bytes.
const CHAIN_COUNTER_WORD: usize = 16;

/// Bytes that BLAKE2b compresses at a time.
const BLOCK_BYTES: usize = 128;

/// A solver on a GPU. It keeps its memory, about 500 MiB for the chain's puzzle, until it is dropped.
pub struct GpuSolver {
    pub(super) device: Device,
    pub(super) layout: Layout,
    pub(super) buffers: Buffers,
    pub(super) stages: Stages,
    /// Where batches make the leaves of each nonce in the rounds of the one before.
    pub(super) fusion: Option<Fusion>,
    pub(super) batches: Vec<BatchPlace>,
    results: ResultLayout,
    feeder: Feeder,
    pub(super) meter: Meter,
    bytes: u64,
    /// Milliseconds from the first shader to the end of the self-test.
    pub(super) opening_ms: f64,
}

/// The stages that all batches share.
pub(super) struct Stages {
    /// The counter's word that the leaves' shader is for.
    counter_word: usize,
    pub(super) leaves: Stage,
    pub(super) rounds: Vec<Stage>,
    pub(super) last: Stage,
}

/// What a batch in flight has to itself.
pub(super) struct BatchPlace {
    taken: Arc<AtomicBool>,
    pub(super) buffers: ResultBuffers,
    pub(super) expand: Stage,
}

impl GpuSolver {
    /// Opens an adapter (see [`adapters`](super::adapters)), reserves all memory, compiles the shaders, and solves a nonce
    /// whose solutions are known, where the layout has one.
    ///
    /// # Errors
    /// [`GpuError`] says why there is no GPU to be had; then the CPU solver is.
    pub async fn open(choice: AdapterChoice<'_>, layout: Layout) -> Result<GpuSolver, GpuError> {
        GpuSolver::open_laid_out(choice, |_| Ok(layout)).await
    }

    /// The same with the layout that [suits the device best](Layout::tuned), and with
    /// [fused leaves](GpuSolver::fuse_leaves) where the device is no program on the CPU, solves several nonces in a batch's
    /// time, and is measured to be faster so, which takes a second.
    ///
    /// # Errors
    /// As [`GpuSolver::open`].
    pub async fn open_tuned(choice: AdapterChoice<'_>, layout: Layout) -> Result<GpuSolver, GpuError> {
        let tuned = |device: &Abilities| Ok(layout.tuned(device));
        let mut solver = GpuSolver::open_laid_out(choice, tuned).await?;
        if !solver.adapter().is_software {
            solver.choose_leaves().await?;
        }
        Ok(solver)
    }

    /// The same with the layout that is chosen when it is known what the device has.
    ///
    /// # Errors
    /// As [`GpuSolver::open`].
    pub async fn open_laid_out(
        choice: AdapterChoice<'_>,
        layout: impl FnOnce(&Abilities) -> Result<Layout, GpuError>,
    ) -> Result<GpuSolver, GpuError> {
        let device = Device::open(choice).await?;
        let layout = layout(&device.abilities)?;
        GpuSolver::on(device, layout).await
    }

    async fn on(device: Device, layout: Layout) -> Result<GpuSolver, GpuError> {
        if layout.subgroups() && !device.abilities.has_subgroups {
            return Err(GpuError::NoSubgroups);
        }
        let results = ResultLayout::new(&layout, Pace::MOST)?;
        let inputs = BATCHES as u32 * Pace::INPUTS;
        let bytes = Buffers::bytes(&layout, &results, inputs, BATCHES);
        let make = || Buffers::new(&device.device, &layout, inputs);
        let buffers = device.create("a buffer", bytes, make).await?;
        let began = Instant::now();
        let stages = Stages {
            counter_word: CHAIN_COUNTER_WORD,
            leaves: stages::leaves(&device, &layout, &buffers, &buffers.rows[0], CHAIN_COUNTER_WORD).await?,
            rounds: stages::rounds(&device, &layout, &buffers, &buffers.rows[0], 1..=ROUNDS).await?,
            last: stages::last(&device, &layout, &buffers).await?,
        };
        let mut batches = Vec::new();
        for _ in 0..BATCHES {
            let make = || ResultBuffers::new(&device.device, &results);
            let own = device.create("a buffer", bytes, make).await?;
            batches.push(BatchPlace {
                taken: Arc::default(),
                expand: stages::expand(&device, &layout, &buffers, &results, &own.results).await?,
                buffers: own,
            });
        }
        let feeder = Feeder::new(device.queue.clone(), device.faults.turns());
        let mut solver = GpuSolver {
            feeder,
            device,
            layout,
            buffers,
            stages,
            fusion: None,
            batches,
            results,
            meter: Meter::default(),
            bytes,
            opening_ms: 0.0,
        };
        solver.test_itself().await?;
        solver.opening_ms = began.elapsed().as_secs_f64() * 1e3;
        Ok(solver)
    }

    async fn test_itself(&mut self) -> Result<(), GpuError> {
        let Some(known) = self.layout.known_nonce() else {
            return Ok(());
        };
        let outcomes = self.solve(&known.header, &[known.nonce.to_vec()]).await?;
        let found = outcomes.iter().map(|outcome| outcome.solutions.len()).sum();
        if found != known.solutions {
            return Err(GpuError::SelfTest {
                expected: known.solutions,
                found,
            });
        }
        Ok(())
    }

    /// The adapter.
    pub fn adapter(&self) -> &Adapter {
        &self.device.adapter
    }

    /// The layout.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Bytes of all buffers on the device.
    pub fn memory_bytes(&self) -> u64 {
        let fused = self.fusion.as_ref().map_or(0, |_| self.layout.leaf_row_bytes());
        self.bytes + fused
    }

    /// How many nonces the next batch should have, by what the device took for those before.
    pub fn batch_nonces(&self) -> u32 {
        self.meter.pace().nonces
    }

    /// Milliseconds a nonce takes the device, once it has solved one.
    pub fn nonce_milliseconds(&self) -> Option<f64> {
        self.meter.nonce_ms()
    }

    /// Forgets how fast the device was so far: what it did first also paid for what happens once.
    pub fn forget_speed(&self) {
        self.meter.reset();
    }

    /// Makes the shaders ones for headers and nonces of so many bytes together, a multiple of four. They are from the
    /// beginning for those of the chain, 64 bytes.
    ///
    /// # Errors
    /// [`GpuError::InputLength`], or what is wrong with the device.
    pub async fn prepare(&mut self, bytes: usize) -> Result<(), GpuError> {
        let counter_word = counter_word(bytes)?;
        if self.stages.counter_word != counter_word {
            let (device, layout, buffers) = (&self.device, &self.layout, &self.buffers);
            self.stages.leaves =
                stages::leaves(device, layout, buffers, &buffers.rows[0], counter_word).await?;
            if let Some(fusion) = &mut self.fusion {
                fusion.prepare(device, layout, buffers, counter_word).await?;
            }
            self.stages.counter_word = counter_word;
        }
        Ok(())
    }

    /// From now on batches make the leaves of each nonce in the rounds of the one before. That takes
    /// [`Layout::leaf_row_bytes`] more, 160 MiB for the chain's puzzle, and a batch is one submission, however long it
    /// takes: it is for devices that solve several nonces in a batch's time. No batch may be in flight.
    ///
    /// # Errors
    /// [`GpuError::OutOfMemory`] or what else is wrong with the device; then leaves are made as before.
    pub async fn fuse_leaves(&mut self) -> Result<(), GpuError> {
        if self.fusion.is_none() {
            let fusion = Fusion::new(
                &self.device,
                &self.layout,
                &self.buffers,
                self.stages.counter_word,
            );
            self.fusion = Some(fusion.await?);
        }
        Ok(())
    }

    /// From now on each nonce's leaves are made by themselves, as in the beginning. No batch may be in flight.
    pub fn part_leaves(&mut self) {
        self.fusion = None;
    }

    /// Whether batches make the leaves of each nonce in the rounds of the one before.
    pub fn has_fused_leaves(&self) -> bool {
        self.fusion.is_some()
    }

    /// Submits a batch: nonces of one length for one header. On the chain the header is the mine hash and all are 32
    /// bytes; for other lengths, [`GpuSolver::prepare`] comes first.
    ///
    /// What is with the device cannot be called back. Of a nonce that takes it long the most part waits here, and goes
    /// to the device while outcomes are awaited; [`GpuSolver::abandon`] holds it back. Whoever wants to be able to stop
    /// submits batches of [`GpuSolver::batch_nonces`].
    ///
    /// # Errors
    /// [`GpuError::BatchSize`], [`GpuError::InputLength`], [`GpuError::NotPrepared`], [`GpuError::Busy`], or what is wrong
    /// with the device.
    pub fn submit(&mut self, header: &[u8], nonces: &[Vec<u8>]) -> Result<Batch, GpuError> {
        self.device.faults.check()?;
        let pace = self.pace_for(nonces.len())?;
        let inputs = self.inputs(header, nonces)?;
        let place = self
            .batches
            .iter()
            .enumerate()
            .find_map(|(index, place)| Place::take(index, &place.taken))
            .ok_or(GpuError::Busy { limit: BATCHES })?;

        let pieces = self.batch_commands(&place, &inputs, &pace);
        Ok(Batch {
            device: self.device.device.clone(),
            faults: self.device.faults.clone(),
            params: *self.layout.params(),
            header: header.to_vec(),
            nonces: nonces.to_vec(),
            results: self.results,
            staging: self.batches[place.index].buffers.staging.clone(),
            ticket: self.feeder.add(pieces, pace.flying as usize),
            feeder: self.feeder.clone(),
            submitted: Instant::now(),
            meter: self.meter.clone(),
            place,
        })
    }

    /// Gives up all batches of which a part is not with the device yet: they fail with [`GpuError::Abandoned`]. Batches
    /// that are all with it come back as usual.
    pub fn abandon(&self) {
        self.feeder.abandon_all();
    }

    /// One batch and its outcomes.
    ///
    /// # Errors
    /// As [`GpuSolver::submit`] and [`Batch::outcomes`].
    pub async fn solve(&mut self, header: &[u8], nonces: &[Vec<u8>]) -> Result<Vec<Outcome>, GpuError> {
        self.prepare(header.len() + nonces.first().map_or(0, Vec::len))
            .await?;
        self.submit(header, nonces)?.outcomes().await
    }

    /// Loses the device, as a driver's reset would. For tests.
    #[doc(hidden)]
    pub fn lose_device(&self) {
        self.device.device.destroy();
    }

    fn pace_for(&self, nonces: usize) -> Result<Pace, GpuError> {
        if nonces == 0 || nonces > Pace::MOST as usize {
            return Err(GpuError::BatchSize {
                nonces,
                limit: Pace::MOST,
            });
        }
        let mut pace = self.meter.pace();
        if nonces > 1 {
            // There are inputs for so many slices of all nonces together.
            pace.leaf_slices = pace.leaf_slices.min(Pace::INPUTS / nonces as u32);
        }
        Ok(pace)
    }

    /// The nonces' last blocks, whose counters are all in the word that the shaders are for.
    pub(super) fn inputs(&self, header: &[u8], nonces: &[Vec<u8>]) -> Result<Vec<LastBlock>, GpuError> {
        let input = |nonce: &Vec<u8>| {
            let bytes = header.len() + nonce.len();
            if counter_word(bytes)? != self.stages.counter_word {
                return Err(GpuError::NotPrepared { bytes });
            }
            let block = Nonce::new(self.layout.params(), header, nonce).last_block();
            block.ok_or(GpuError::InputLength { bytes })
        };
        nonces.iter().map(input).collect()
    }
}

/// The 32-bit word of the last block in which the counter stands, behind so many bytes.
fn counter_word(bytes: usize) -> Result<usize, GpuError> {
    match bytes.is_multiple_of(4) {
        true => Ok(bytes % BLOCK_BYTES / 4),
        false => Err(GpuError::InputLength { bytes }),
    }
}
