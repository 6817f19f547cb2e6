//! A run that is looked into stage by stage: for the tests, which compare every layer with a twin's.

use super::batch::{map, read};
use super::buffers::staging;
use super::error::GpuError;
use super::layout::{CANDIDATES, LAYERS, Place, Plane};
use super::solver::{Dispatch, GpuSolver, encode};

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
    /// Runs one nonce and hands over each layer when it is made, in the order of buckets and slots. No batch may be in
    /// flight.
    ///
    /// # Errors
    /// As [`GpuSolver::submit`].
    #[doc(hidden)]
    pub async fn inspect(
        &mut self,
        header: &[u8],
        nonce: &[u8],
        mut see: impl FnMut(usize, Vec<InspectedRow>),
    ) -> Result<Inspected, GpuError> {
        self.prepare(header.len() + nonce.len()).await?;
        let inputs = self.inputs(header, &[nonce.to_vec()])?;
        // Two slices, so that slicing is seen too.
        let slices = 2;
        self.write_inputs(&inputs, slices, 0);
        let mut encoder = self.encoder();
        encoder.clear_buffer(&self.buffers.counters, 0, None);
        self.device.queue.submit([encoder.finish()]);
        let (expand, _) = self.expand_stage();
        let dispatches = self.dispatches(expand, 0, slices);
        let (leaves, rest) = dispatches.split_at(slices as usize);
        self.run(leaves);
        see(0, self.rows(0).await?);
        for layer in 1..LAYERS {
            self.run(&rest[layer - 1..layer]);
            see(layer, self.rows(layer).await?);
        }
        self.run(&rest[LAYERS - 1..LAYERS]);
        let counters = self.words(&self.buffers.counters).await?;
        let listed = counters[self.layout.candidate_counter() as usize].min(CANDIDATES) as usize;
        let candidates = self.words(&self.buffers.candidates).await?;
        let dropped_rows = counters[self.layout.dropped_counter() as usize];
        Ok(Inspected {
            candidates: candidates.as_chunks().0[..listed].to_vec(),
            dropped_rows,
        })
    }

    fn run(&self, dispatches: &[Dispatch]) {
        let mut encoder = self.encoder();
        encode(&mut encoder, dispatches, None);
        self.device.queue.submit([encoder.finish()]);
    }

    async fn rows(&self, layer: usize) -> Result<Vec<InspectedRow>, GpuError> {
        let layout = &self.layout;
        let counters = self.words(&self.buffers.counters).await?;
        let planes = &self.buffers.rows[layer % 2];
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
