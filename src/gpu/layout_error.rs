//! Why numbers make no layout.

use super::layout::{LAYERS, PAIR_BITS, webgpu};

/// Numbers that make no layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// The puzzle has another number of rounds.
    #[error("k is {k}, and the shaders are for {LAYERS}")]
    Rounds {
        /// The puzzle's rounds.
        k: u32,
    },
    /// The puzzle's rows are too wide.
    #[error("digits of {digit_bits} bits: no layout of rows is for so many")]
    DigitBits {
        /// Bits of a digit.
        digit_bits: u32,
    },
    /// The bits of a digit cannot be divided so.
    #[error(
        "{chain_bits} chain bits leave too few or too many of a digit's {digit_bits} for the buckets: 1 to {}",
        32 - PAIR_BITS
    )]
    Buckets {
        /// Bits of a digit.
        digit_bits: u32,
        /// Of which choose a chain.
        chain_bits: u32,
    },
    /// A bucket has too many places, or none.
    #[error("buckets of layer {layer} have {rows} places, and may have 1 to {limit}")]
    Capacity {
        /// The layer.
        layer: usize,
        /// Places of a bucket.
        rows: u32,
        /// The most there can be.
        limit: u32,
    },
    /// A layer's references would begin where no binding may.
    #[error(
        "with {rows} places a bucket, what follows layer {layer} is not aligned to {} bytes",
        webgpu::OFFSET
    )]
    Alignment {
        /// The layer.
        layer: usize,
        /// Places of a bucket.
        rows: u32,
    },
    /// No pairs can be listed.
    #[error("the list of pairs has no places")]
    PairWindow,
    /// The workgroup's size is not one.
    #[error(
        "{found} invocations in a workgroup: it takes a power of two up to {}",
        webgpu::WORKGROUP
    )]
    Workgroup {
        /// Invocations asked for.
        found: u32,
    },
    /// Too much workgroup memory.
    #[error(
        "{bytes} bytes of workgroup memory, and WebGPU promises {}",
        webgpu::WORKGROUP_BYTES
    )]
    WorkgroupMemory {
        /// Bytes needed.
        bytes: u32,
    },
    /// A binding is too large.
    #[error("a binding of {bytes} bytes, and there may be {limit}")]
    Binding {
        /// Bytes needed.
        bytes: u64,
        /// Bytes that the device allows, or that WebGPU promises.
        limit: u64,
    },
    /// A buffer is too large.
    #[error("a buffer of {bytes} bytes, and WebGPU promises {}", webgpu::BUFFER_BYTES)]
    Buffer {
        /// Bytes needed.
        bytes: u64,
    },
}
