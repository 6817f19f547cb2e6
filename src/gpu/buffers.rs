//! All memory of a run on the GPU.

use super::layout::{CANDIDATES, Layout, Plane};
use super::results::ResultLayout;

/// Bytes from one nonce's input to the next: what a binding may be offset by.
pub const INPUT_STRIDE: u64 = 512;
/// Bytes of a nonce's input: start state, message, chain value, and four words on the run.
pub const INPUT_BYTES: u64 = 8 * (16 + 16 + 8) + 16;

/// The buffers that all nonces share: commands run in order, so one nonce has them at a time.
pub struct Buffers {
    /// Rows of the even layers and of the odd ones, each in two planes.
    pub rows: [[wgpu::Buffer; 2]; 2],
    pub references: wgpu::Buffer,
    pub counters: wgpu::Buffer,
    pub candidates: wgpu::Buffer,
    pub inputs: wgpu::Buffer,
}

/// The buffers that a batch has to itself until its results are read.
pub struct ResultBuffers {
    pub results: wgpu::Buffer,
    pub staging: wgpu::Buffer,
}

impl Buffers {
    /// Bytes of everything: the shared buffers, and results and staging of each batch in flight.
    pub fn bytes(layout: &Layout, results: &ResultLayout, inputs: u32, batches: usize) -> u64 {
        layout.memory_bytes() + u64::from(inputs) * INPUT_STRIDE + 2 * batches as u64 * results.bytes()
    }

    /// Creates them, for so many inputs.
    pub fn new(device: &wgpu::Device, layout: &Layout, inputs: u32) -> Buffers {
        let storage = |label, bytes| storage(device, label, bytes);
        let rows = [0, 1].map(|parity| {
            [(Plane::A, "rows a"), (Plane::B, "rows b")]
                .map(|(plane, label)| storage(label, layout.plane_bytes(parity, plane)))
        });
        Buffers {
            rows,
            references: storage("references", layout.reference_bytes()),
            counters: storage("counters", 4 * u64::from(layout.counters())),
            candidates: storage("candidates", 8 * u64::from(CANDIDATES)),
            inputs: buffer(
                device,
                "inputs",
                u64::from(inputs) * INPUT_STRIDE,
                wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            ),
        }
    }
}

/// The planes of leaves that wait for their nonce to be begun.
pub fn leaf_rows(device: &wgpu::Device, layout: &Layout) -> [wgpu::Buffer; 2] {
    [(Plane::A, "leaves a"), (Plane::B, "leaves b")]
        .map(|(plane, label)| storage(device, label, layout.layer_plane_bytes(0, plane)))
}

impl ResultBuffers {
    /// Creates them.
    pub fn new(device: &wgpu::Device, results: &ResultLayout) -> ResultBuffers {
        ResultBuffers {
            results: storage(device, "results", results.bytes()),
            staging: staging(device, results.bytes()),
        }
    }
}

/// A buffer that shaders write. It is read back by tests alone, but asking for that costs nothing.
fn storage(device: &wgpu::Device, label: &str, bytes: u64) -> wgpu::Buffer {
    let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
    // A layout whose rows are all narrow has no plane B, and a buffer may not be empty.
    buffer(device, label, bytes.max(16), usage)
}

/// A buffer that is copied to and then read.
pub fn staging(device: &wgpu::Device, bytes: u64) -> wgpu::Buffer {
    let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
    buffer(device, "staging", bytes, usage)
}

fn buffer(device: &wgpu::Device, label: &str, size: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size,
        usage,
        mapped_at_creation: false,
    })
}
