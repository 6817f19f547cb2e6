//! A run that is looked into stage by stage: for the tests, which compare every layer with a twin's.

use super::batch::{map, read};
use super::buffers::staging;
use super::commands::{Dispatch, encode};
use super::error::GpuError;
use super::layout::{CANDIDATES, LAYERS, Place, Plane};
use super::solver::GpuSolver;

/// A row as it lies on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InspectedRow {
    /// Its bucket, which stands for the digit's first bits.
    pub bucket: u32,
    /// Its place in the bucket.
    pub slot: u32,
    /// Its words, the lowest first.
    pub words: [u32; 7],
    /// Where it came from.
    pub reference: u32,
}

/// What is left when all layers have been seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// The positions in the last layer of each pair of equal rows: bucket times capacity, and slot.
    pub candidates: Vec<[u32; 2]>,
    /// Rows that found no place, as the device counted them.
    pub dropped_rows: u32,
}

impl GpuSolver {
    /// Runs nonces one after another, and hands over each layer when it is made, in the order of buckets and slots, with the
    /// nonce's number and the layer's. The leaves of the second and those behind it come from the rounds of the nonce before,
    /// where leaves are [fused](GpuSolver::fuse_leaves). No batch may be in flight.
    ///
    /// # Errors
    /// As [`GpuSolver::submit`].
    #[doc(hidden)]
    pub async fn inspect(
        &mut self,
        header: &[u8],
        nonces: &[Vec<u8>],
        mut see: impl FnMut(usize, usize, Vec<InspectedRow>),
    ) -> Result<Vec<Inspected>, GpuError> {
        let Some(first) = nonces.first() else {
            return Ok(Vec::new());
        };
        self.prepare(header.len() + first.len()).await?;
        let inputs = self.inputs(header, nonces)?;
        // Two slices, so that slicing is seen too.
        let slices = if self.fusion.is_some() { 1 } else { 2 };
        self.write_inputs(&inputs, slices, 0);
        let expand = &self.batches[0].expand;
        let mut inspected = Vec::new();
        for nonce in 0..nonces.len() {
            let input = nonce as u32 * slices;
            let next = (nonce + 1 < nonces.len()).then_some(input + 1);
            let is_first = nonce == 0;
            let (leaves, rest) = match &self.fusion {
                None => {
                    let mut leaves = self.dispatches(expand, input, slices);
                    let rest = leaves.split_off(slices as usize);
                    (leaves, rest)
                }
                Some(fusion) => {
                    let mut leaves = vec![Dispatch::whole(&fusion.leaves, input)];
                    leaves.retain(|_| is_first);
                    (leaves, self.dispatches_behind_leaves(fusion, expand, input, next))
                }
            };
            match leaves.is_empty() {
                true => self.clear(Self::clear_counters_but_leaves),
                false => self.clear(Self::clear_counters),
            }
            self.run(&leaves);
            see(nonce, 0, self.rows(0).await?);
            for layer in 1..LAYERS {
                self.run(&rest[layer - 1..layer]);
                see(nonce, layer, self.rows(layer).await?);
                if layer == 1 && self.fusion.is_some() && next.is_some() {
                    self.clear(Self::clear_leaf_counters);
                }
            }
            self.run(&rest[LAYERS - 1..LAYERS]);
            let counters = self.words(&self.buffers.counters).await?;
            let listed = counters[self.layout.candidate_counter() as usize].min(CANDIDATES) as usize;
            let candidates = self.words(&self.buffers.candidates).await?;
            inspected.push(Inspected {
                candidates: candidates.as_chunks().0[..listed].to_vec(),
                dropped_rows: counters[self.layout.dropped_counter() as usize],
            });
        }
        Ok(inspected)
    }

    fn clear(&self, clear: impl Fn(&Self, &mut wgpu::CommandEncoder)) {
        let mut encoder = self.encoder();
        clear(self, &mut encoder);
        self.device.queue.submit([encoder.finish()]);
    }

    fn run(&self, dispatches: &[Dispatch]) {
        let mut encoder = self.encoder();
        encode(&mut encoder, dispatches, None);
        self.device.queue.submit([encoder.finish()]);
    }

    async fn rows(&self, layer: usize) -> Result<Vec<InspectedRow>, GpuError> {
        let layout = &self.layout;
        let counters = self.words(&self.buffers.counters).await?;
        let planes = match &self.fusion {
            Some(fusion) if layer == 0 => &fusion.rows,
            _ => &self.buffers.rows[layer % 2],
        };
        let mut words = Vec::new();
        for plane in planes {
            words.push(self.words(plane).await?);
        }
        let capacity = layout.capacity(layer);
        let mut rows = Vec::new();
        for bucket in 0..layout.buckets() {
            let filled = counters[layer * layout.buckets() as usize + bucket as usize].min(capacity);
            for slot in 0..filled {
                let at = (bucket * capacity + slot) as usize;
                let component = |place: Place| {
                    let plane = &words[(place.plane == Plane::B) as usize];
                    plane[at * layout.width(layer, place.plane) + place.component]
                };
                let mut row = InspectedRow {
                    bucket,
                    slot,
                    words: [0; 7],
                    reference: component(layout.reference_place(layer)),
                };
                for word in 0..layout.words(layer) {
                    row.words[word] = component(layout.place(layer, word));
                }
                rows.push(row);
            }
        }
        Ok(rows)
    }

    async fn words(&self, buffer: &wgpu::Buffer) -> Result<Vec<u32>, GpuError> {
        let staging = staging(&self.device.device, buffer.size());
        let mut encoder = self.encoder();
        encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, buffer.size());
        let submission = self.device.queue.submit([encoder.finish()]);
        let mapped = map(&staging);
        read(
            &self.device.device,
            &self.device.faults,
            &staging,
            submission,
            mapped,
        )
        .await
    }
}
