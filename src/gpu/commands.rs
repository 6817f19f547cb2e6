//! The commands of nonces: what is dispatched, in which order, with which input, and what is cleared between.

use super::batch::Place;
use super::buffers::{INPUT_BYTES, INPUT_STRIDE};
use super::fusion::Fusion;
use super::layout::WIDE_GROUP;
use super::pace::Pace;
use super::solver::GpuSolver;
use super::stages::Stage;
use crate::blake2b::LastBlock;

/// One dispatch of a nonce.
pub struct Dispatch<'a> {
    pub stage: &'a Stage,
    pub groups: u32,
    /// Which input is bound.
    pub input: u32,
}

impl<'a> Dispatch<'a> {
    /// All workgroups of a stage.
    pub fn whole(stage: &'a Stage, input: u32) -> Dispatch<'a> {
        Dispatch {
            stage,
            groups: stage.groups,
            input,
        }
    }
}

impl GpuSolver {
    /// The commands of a batch, in as many pieces as the pace says: writes the inputs, and leaves results in the place's
    /// staging buffer.
    pub(super) fn batch_commands(
        &self,
        place: &Place,
        inputs: &[LastBlock],
        pace: &Pace,
    ) -> Vec<wgpu::CommandBuffer> {
        let own = &self.batches[place.index];
        let first_input = place.index as u32 * Pace::INPUTS;
        let mut encoder = self.encoder();
        encoder.clear_buffer(&own.buffers.results, 0, None);
        let (mut pieces, mut encoder) = match &self.fusion {
            // Of a single nonce there is nothing to fuse.
            Some(fusion) if inputs.len() > 1 => {
                self.write_inputs(inputs, 1, first_input);
                self.encode_fused(
                    &mut encoder,
                    fusion,
                    &own.expand,
                    first_input,
                    inputs.len() as u32,
                );
                (Vec::new(), encoder)
            }
            _ => {
                self.write_inputs(inputs, pace.leaf_slices, first_input);
                self.pieces_apart(encoder, &own.expand, first_input, inputs.len() as u32, pace)
            }
        };
        let (from, to) = (&own.buffers.results, &own.buffers.staging);
        encoder.copy_buffer_to_buffer(from, 0, to, 0, from.size());
        pieces.push(encoder.finish());
        pieces
    }

    /// Nonces one after another; the last piece is still open.
    fn pieces_apart(
        &self,
        mut encoder: wgpu::CommandEncoder,
        expand: &Stage,
        first_input: u32,
        nonces: u32,
        pace: &Pace,
    ) -> (Vec<wgpu::CommandBuffer>, wgpu::CommandEncoder) {
        let mut pieces = Vec::new();
        for nonce in 0..nonces {
            self.clear_counters(&mut encoder);
            let dispatches =
                self.dispatches(expand, first_input + nonce * pace.leaf_slices, pace.leaf_slices);
            let piece = dispatches.len().div_ceil(pace.submissions as usize);
            for (number, dispatches) in dispatches.chunks(piece).enumerate() {
                if number > 0 {
                    let piece = std::mem::replace(&mut encoder, self.encoder());
                    pieces.push(piece.finish());
                }
                encode(&mut encoder, dispatches, None);
            }
        }
        (pieces, encoder)
    }

    /// Nonces whose rounds make the leaves of the one that follows.
    fn encode_fused(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        fusion: &Fusion,
        expand: &Stage,
        first_input: u32,
        nonces: u32,
    ) {
        self.clear_counters(encoder);
        encode(encoder, &[Dispatch::whole(&fusion.leaves, first_input)], None);
        for nonce in 0..nonces {
            let input = first_input + nonce;
            let next = (nonce + 1 < nonces).then_some(input + 1);
            if nonce > 0 {
                self.clear_counters_but_leaves(encoder);
            }
            let dispatches = self.dispatches_behind_leaves(fusion, expand, input, next);
            let (first_round, rest) = dispatches.split_at(1);
            encode(encoder, first_round, None);
            if next.is_some() {
                self.clear_leaf_counters(encoder);
            }
            encode(encoder, rest, None);
        }
    }

    /// Writes an input for every nonce and slice of its leaves, from input `first` on.
    pub(super) fn write_inputs(&self, inputs: &[LastBlock], slices: u32, first: u32) {
        let mut bytes = Vec::with_capacity(inputs.len() * slices as usize * INPUT_STRIDE as usize);
        for (nonce, input) in inputs.iter().enumerate() {
            for slice in 0..slices {
                let (first_group, _) = slice_of(self.stages.leaves.groups, slice, slices);
                let words = [&input.state[..], &input.message, &input.chain].concat();
                let run = [first_group * WIDE_GROUP, nonce as u32, 0, 0];
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

    /// All dispatches of a nonce by itself, in order; its inputs begin with `first`.
    pub(super) fn dispatches<'a>(&'a self, expand: &'a Stage, first: u32, slices: u32) -> Vec<Dispatch<'a>> {
        let leaves = (0..slices).map(|slice| Dispatch {
            groups: slice_of(self.stages.leaves.groups, slice, slices).1,
            ..Dispatch::whole(&self.stages.leaves, first + slice)
        });
        let rest = self.stages.rounds.iter().chain([&self.stages.last, expand]);
        let rest = rest.map(|stage| Dispatch::whole(stage, first));
        leaves.filter(|slice| slice.groups > 0).chain(rest).collect()
    }

    /// All dispatches of a nonce whose leaves are there, in order. Those behind the first round make the leaves of input
    /// `next`, if there is one: the counters of leaves have to be cleared before these.
    pub(super) fn dispatches_behind_leaves<'a>(
        &'a self,
        fusion: &'a Fusion,
        expand: &'a Stage,
        input: u32,
        next: Option<u32>,
    ) -> Vec<Dispatch<'a>> {
        let rounds: Vec<_> = match next {
            Some(next) => {
                let rounds = fusion.rounds.iter();
                rounds.map(|stage| Dispatch::whole(stage, next)).collect()
            }
            None => {
                let rounds = self.stages.rounds[1..].iter();
                rounds.map(|stage| Dispatch::whole(stage, input)).collect()
            }
        };
        let last = [&self.stages.last, expand].map(|stage| Dispatch::whole(stage, input));
        [Dispatch::whole(&fusion.first_round, input)]
            .into_iter()
            .chain(rounds)
            .chain(last)
            .collect()
    }

    pub(super) fn clear_counters(&self, encoder: &mut wgpu::CommandEncoder) {
        encoder.clear_buffer(&self.buffers.counters, 0, None);
    }

    /// Those of the leaves come first.
    pub(super) fn clear_counters_but_leaves(&self, encoder: &mut wgpu::CommandEncoder) {
        let leaves = 4 * u64::from(self.layout.buckets());
        encoder.clear_buffer(&self.buffers.counters, leaves, None);
    }

    pub(super) fn clear_leaf_counters(&self, encoder: &mut wgpu::CommandEncoder) {
        let leaves = 4 * u64::from(self.layout.buckets());
        encoder.clear_buffer(&self.buffers.counters, 0, Some(leaves));
    }

    pub(super) fn encoder(&self) -> wgpu::CommandEncoder {
        self.device
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor::default())
    }
}

/// Encodes dispatches in one pass, whose beginning and end are written down where that is asked for.
pub fn encode(
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
