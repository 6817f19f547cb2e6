//! How long each stage takes the device, and how fast its memory is.

use web_time::{Duration, Instant};

use super::batch::{map, read};
use super::buffers::staging;
use super::commands::{Dispatch, encode};
use super::error::GpuError;
use super::layout::LAYERS;
use super::solver::GpuSolver;

/// Stages that are timed: the leaves, eight rounds, and the last round with what it unfolds.
pub const GPU_STAGES: usize = LAYERS + 1;

impl GpuSolver {
    /// Milliseconds of each of the [`GPU_STAGES`] for one nonce, by the device's own clock. Where leaves are
    /// [fused](GpuSolver::fuse_leaves) the rounds behind the first have those of another nonce beside them, and the leaves'
    /// own stage is what only the first nonce of a batch takes. No batch may be in flight.
    ///
    /// # Errors
    /// [`GpuError::NoTimestamps`] where the adapter has no such clock; else as [`GpuSolver::submit`].
    pub async fn stage_milliseconds(
        &mut self,
        header: &[u8],
        nonce: &[u8],
    ) -> Result<[f64; GPU_STAGES], GpuError> {
        if !self.device.has_timestamps() {
            return Err(GpuError::NoTimestamps);
        }
        self.prepare(header.len() + nonce.len()).await?;
        let inputs = self.inputs(header, &[nonce.to_vec()])?;
        let own = &self.batches[0];
        let (leaves, rest) = match &self.fusion {
            None => {
                let slices = self.meter.pace().leaf_slices;
                self.write_inputs(&inputs, slices, 0);
                let mut leaves = self.dispatches(&own.expand, 0, slices);
                let rest = leaves.split_off(leaves.len() - GPU_STAGES);
                (leaves, rest)
            }
            Some(fusion) => {
                self.write_inputs(&inputs, 1, 0);
                // The nonce is also the one that follows.
                let rest = self.dispatches_behind_leaves(fusion, &own.expand, 0, Some(0));
                (vec![Dispatch::whole(&fusion.leaves, 0)], rest)
            }
        };
        // The last round's dispatch and the unfolding one are one stage.
        let (rounds, last) = rest.split_at(LAYERS - 1);
        let stages = [&leaves[..]].into_iter().chain(rounds.chunks(1)).chain([last]);

        let count = 2 * GPU_STAGES as u32;
        let device = &self.device.device;
        let query_set = device.create_query_set(&wgpu::QuerySetDescriptor {
            label: None,
            ty: wgpu::QueryType::Timestamp,
            count,
        });
        let bytes = u64::from(count) * 8;
        let resolved = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("timestamps"),
            size: bytes,
            usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        let staging = staging(device, bytes);
        let mut encoder = self.encoder();
        self.clear_counters(&mut encoder);
        encoder.clear_buffer(&own.buffers.results, 0, None);
        for (stage, dispatches) in stages.enumerate() {
            let writes = wgpu::ComputePassTimestampWrites {
                query_set: &query_set,
                beginning_of_pass_write_index: Some(2 * stage as u32),
                end_of_pass_write_index: Some(2 * stage as u32 + 1),
            };
            encode(&mut encoder, dispatches, Some(writes));
            if stage == 1 && self.fusion.is_some() {
                self.clear_leaf_counters(&mut encoder);
            }
        }
        encoder.resolve_query_set(&query_set, 0..count, &resolved, 0);
        encoder.copy_buffer_to_buffer(&resolved, 0, &staging, 0, bytes);
        let submission = self.device.queue.submit([encoder.finish()]);
        let mapped = map(&staging);
        let words = read(device, &self.device.faults, &staging, submission, mapped).await?;
        let ticks = |at: usize| u64::from(words[2 * at]) | u64::from(words[2 * at + 1]) << 32;
        let nanoseconds = f64::from(self.device.queue.get_timestamp_period());
        Ok(std::array::from_fn(|stage| {
            let ticks = ticks(2 * stage + 1).saturating_sub(ticks(2 * stage));
            ticks as f64 * nanoseconds / 1e6
        }))
    }

    /// Bytes a second that copies from buffer to buffer move, what is read and what is written both counted. It takes a
    /// tenth of a second or more. No batch may be in flight.
    ///
    /// # Errors
    /// What is wrong with the device.
    pub async fn copy_bytes_per_second(&self) -> Result<f64, GpuError> {
        let [from, to] = [&self.buffers.rows[0][0], &self.buffers.rows[1][0]];
        let bytes = from.size().min(to.size());
        let mut copies = 4u32;
        loop {
            let staging = staging(&self.device.device, 16);
            let mut encoder = self.encoder();
            for _ in 0..copies {
                encoder.copy_buffer_to_buffer(from, 0, to, 0, bytes);
            }
            encoder.copy_buffer_to_buffer(to, 0, &staging, 0, 16);
            let began = Instant::now();
            let submission = self.device.queue.submit([encoder.finish()]);
            let mapped = map(&staging);
            read(
                &self.device.device,
                &self.device.faults,
                &staging,
                submission,
                mapped,
            )
            .await?;
            let took = began.elapsed();
            if took >= Duration::from_millis(100) || copies >= 1 << 16 {
                return Ok(2.0 * bytes as f64 * f64::from(copies) / took.as_secs_f64());
            }
            copies *= 2;
        }
    }
}
