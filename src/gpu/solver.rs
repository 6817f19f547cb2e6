//! The solver: batches of nonces in, outcomes out.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use web_time::Instant;

use super::batch::{Batch, Meter, Outcome, Place};
use super::buffers::{Buffers, INPUT_BYTES, INPUT_STRIDE, ResultBuffers};
use super::device::{Adapter, AdapterChoice, Device};
use super::error::GpuError;
use super::feeder::Feeder;
use super::layout::Layout;
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
    batches: Vec<BatchPlace>,
    results: ResultLayout,
    feeder: Feeder,
    meter: Meter,
    bytes: u64,
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
struct BatchPlace {
    taken: Arc<AtomicBool>,
    buffers: ResultBuffers,
    expand: Stage,
}

/// One dispatch of a nonce.
pub(super) struct Dispatch<'a> {
    pub(super) stage: &'a Stage,
    pub(super) groups: u32,
    /// Which input is bound.
    pub(super) input: u32,
}

impl GpuSolver {
    /// Opens an adapter (see [`adapters`](super::adapters)), reserves all memory, compiles the shaders, and solves a nonce
    /// whose solutions are known, where the layout has one.
    ///
    /// # Errors
    /// [`GpuError`] says why there is no GPU to be had; then the CPU solver is.
    pub async fn open(choice: AdapterChoice<'_>, layout: Layout) -> Result<GpuSolver, GpuError> {
        GpuSolver::on(Device::open(choice).await?, layout).await
    }

    /// The same with the layout that [suits the device best](Layout::tuned).
    ///
    /// # Errors
    /// As [`GpuSolver::open`].
    pub async fn open_tuned(choice: AdapterChoice<'_>, layout: Layout) -> Result<GpuSolver, GpuError> {
        let device = Device::open(choice).await?;
        let layout = layout.tuned(&device.abilities);
        GpuSolver::on(device, layout).await
    }

    async fn on(device: Device, layout: Layout) -> Result<GpuSolver, GpuError> {
        let results = ResultLayout::new(&layout, Pace::MOST)?;
        let inputs = BATCHES as u32 * Pace::INPUTS;
        let bytes = Buffers::bytes(&layout, &results, inputs, BATCHES);
        let make = || Buffers::new(&device.device, &layout, inputs);
        let buffers = device.create("a buffer", bytes, make).await?;
        let stages = Stages {
            counter_word: CHAIN_COUNTER_WORD,
            leaves: stages::leaves(&device, &layout, &buffers, CHAIN_COUNTER_WORD).await?,
            rounds: stages::rounds(&device, &layout, &buffers).await?,
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
            batches,
            results,
            meter: Meter::default(),
            bytes,
        };
        solver.test_itself().await?;
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
        self.bytes
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
            self.stages.leaves =
                stages::leaves(&self.device, &self.layout, &self.buffers, counter_word).await?;
            self.stages.counter_word = counter_word;
        }
        Ok(())
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

        let first_input = place.index as u32 * Pace::INPUTS;
        self.write_inputs(&inputs, pace.leaf_slices, first_input);
        let own = &self.batches[place.index];
        let mut encoder = self.encoder();
        encoder.clear_buffer(&own.buffers.results, 0, None);
        let mut pieces = Vec::new();
        for nonce in 0..nonces.len() as u32 {
            encoder.clear_buffer(&self.buffers.counters, 0, None);
            let nonce_input = first_input + nonce * pace.leaf_slices;
            let dispatches = self.dispatches(&own.expand, nonce_input, pace.leaf_slices);
            let piece = dispatches.len().div_ceil(pace.submissions as usize);
            for (number, dispatches) in dispatches.chunks(piece).enumerate() {
                if number > 0 {
                    let piece = std::mem::replace(&mut encoder, self.encoder());
                    pieces.push(piece.finish());
                }
                encode(&mut encoder, dispatches, None);
            }
        }
        encoder.copy_buffer_to_buffer(
            &own.buffers.results,
            0,
            &own.buffers.staging,
            0,
            self.results.bytes(),
        );
        pieces.push(encoder.finish());
        Ok(Batch {
            device: self.device.device.clone(),
            faults: self.device.faults.clone(),
            params: *self.layout.params(),
            header: header.to_vec(),
            nonces: nonces.to_vec(),
            results: self.results,
            staging: own.buffers.staging.clone(),
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

    /// Writes an input for every nonce and slice of its leaves, from input `first` on.
    pub(super) fn write_inputs(&self, inputs: &[LastBlock], slices: u32, first: u32) {
        let mut bytes = Vec::with_capacity(inputs.len() * slices as usize * INPUT_STRIDE as usize);
        for (nonce, input) in inputs.iter().enumerate() {
            for slice in 0..slices {
                let (first_group, _) = slice_of(self.stages.leaves.groups, slice, slices);
                let words = [&input.state[..], &input.message, &input.chain].concat();
                let run = [first_group * super::layout::WIDE_GROUP, nonce as u32, 0, 0];
                let begins = bytes.len();
                bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
                bytes.extend(run.iter().flat_map(|word| word.to_le_bytes()));
                debug_assert_eq!(bytes.len() - begins, INPUT_BYTES as usize);
                bytes.resize(begins + INPUT_STRIDE as usize, 0);
            }
        }
        let at = u64::from(first) * INPUT_STRIDE;
        self.device.queue.write_buffer(&self.buffers.inputs, at, &bytes);
    }

    /// All dispatches of a nonce, in order; its inputs begin with `first`.
    pub(super) fn dispatches<'a>(&'a self, expand: &'a Stage, first: u32, slices: u32) -> Vec<Dispatch<'a>> {
        let leaves = (0..slices).map(|slice| Dispatch {
            stage: &self.stages.leaves,
            groups: slice_of(self.stages.leaves.groups, slice, slices).1,
            input: first + slice,
        });
        let rest = self.stages.rounds.iter().chain([&self.stages.last, expand]);
        let rest = rest.map(|stage| Dispatch {
            stage,
            groups: stage.groups,
            input: first,
        });
        leaves.filter(|slice| slice.groups > 0).chain(rest).collect()
    }

    /// Slices that a nonce's leaves are dispatched in at the present pace.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn leaf_slices(&self) -> u32 {
        self.meter.pace().leaf_slices
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn expand_stage(&self) -> (&Stage, &ResultBuffers) {
        (&self.batches[0].expand, &self.batches[0].buffers)
    }

    pub(super) fn encoder(&self) -> wgpu::CommandEncoder {
        self.device
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor::default())
    }
}

/// Encodes dispatches in one pass, whose beginning and end are written down where that is asked for.
pub(super) fn encode(
    encoder: &mut wgpu::CommandEncoder,
    dispatches: &[Dispatch],
    timestamp_writes: Option<wgpu::ComputePassTimestampWrites>,
) {
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
        label: None,
        timestamp_writes,
    });
    for dispatch in dispatches {
        let offset = dispatch.input * INPUT_STRIDE as u32;
        let offsets = if dispatch.stage.takes_input {
            &[offset][..]
        } else {
            &[]
        };
        pass.set_pipeline(&dispatch.stage.pipeline);
        pass.set_bind_group(0, &dispatch.stage.bindings, offsets);
        pass.dispatch_workgroups(dispatch.groups, 1, 1);
    }
}

/// The first workgroup of a slice, and how many it has.
fn slice_of(groups: u32, slice: u32, slices: u32) -> (u32, u32) {
    let begin = |slice: u32| (u64::from(groups) * u64::from(slice) / u64::from(slices)) as u32;
    (begin(slice), begin(slice + 1) - begin(slice))
}

/// The 32-bit word of the last block in which the counter stands, behind so many bytes.
fn counter_word(bytes: usize) -> Result<usize, GpuError> {
    match bytes.is_multiple_of(4) {
        true => Ok(bytes % BLOCK_BYTES / 4),
        false => Err(GpuError::InputLength { bytes }),
    }
}
