//! Leaves of the next nonce, made in the rounds of this one.
//!
//! Leaves are bound by arithmetic and rounds by memory, and a queue runs one dispatch after another; so the only way to have
//! both at once is one dispatch of both. The leaves wait in buffers of their own until their nonce's first round has read them,
//! and from its second round on the leaves of the one after it come. The first nonce of a batch has its leaves by
//! themselves, and the rounds of the last one are by themselves.

use super::buffers::{Buffers, leaf_rows};
use super::device::Device;
use super::error::GpuError;
use super::layout::Layout;
use super::stages::{self, Stage};

/// What fused nonces have beyond others: buffers, and the stages that know them.
pub struct Fusion {
    /// The leaves' rows.
    pub rows: [wgpu::Buffer; 2],
    pub leaves: Stage,
    pub first_round: Stage,
    /// All other rounds, with leaves of the next nonce.
    pub rounds: Vec<Stage>,
}

impl Fusion {
    /// Reserves the memory and compiles the shaders.
    ///
    /// # Errors
    /// As [`Device::create`].
    pub async fn new(
        device: &Device,
        layout: &Layout,
        buffers: &Buffers,
        counter_word: usize,
    ) -> Result<Fusion, GpuError> {
        let make = || leaf_rows(&device.device, layout);
        let bytes = layout.leaf_row_bytes();
        let rows = device.create("a buffer", bytes, make).await?;
        let leaves = stages::leaves(device, layout, buffers, &rows, counter_word).await?;
        let mut first = stages::rounds(device, layout, buffers, &rows, 1..=1).await?;
        let rounds = stages::rounds_with_leaves(device, layout, buffers, &rows, counter_word).await?;
        Ok(Fusion {
            leaves,
            first_round: first.remove(0),
            rounds,
            rows,
        })
    }

    /// Makes the shaders ones for messages whose counter is in that word of their last block.
    ///
    /// # Errors
    /// As [`Device::create`].
    pub async fn prepare(
        &mut self,
        device: &Device,
        layout: &Layout,
        buffers: &Buffers,
        counter_word: usize,
    ) -> Result<(), GpuError> {
        self.leaves = stages::leaves(device, layout, buffers, &self.rows, counter_word).await?;
        self.rounds = stages::rounds_with_leaves(device, layout, buffers, &self.rows, counter_word).await?;
        Ok(())
    }
}
