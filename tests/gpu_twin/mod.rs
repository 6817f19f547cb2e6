//! A twin of the GPU's stages on the CPU, driven by the same layout: every layer as a list of what is left of its rows.
//!
//! It knows nothing of planes, slots or references. Leaves come from another BLAKE2b than the library's.

// Each test binary compiles this module and uses its own part of it.
#![allow(dead_code)]

use aion_pow::gpu::{GpuError, GpuSolver, InspectedRow, Layout, blocking};

/// The n bits of a leaf, or of an XOR of leaves, as a little-endian integer.
pub type Value = [u64; 4];

/// Opens the adapter that `AION_GPU_ADAPTER` names, or the system's first, or says why there is none.
pub fn open(layout: Layout) -> Option<GpuSolver> {
    let name = std::env::var("AION_GPU_ADAPTER").ok();
    match blocking::open(name.as_deref(), layout) {
        Ok(solver) => Some(solver),
        Err(error @ GpuError::NoAdapter { .. }) => {
            println!("SKIPPED: {error}; Debian's mesa-vulkan-drivers has one that runs on any CPU");
            None
        }
        Err(error @ GpuError::NoSubgroups) => {
            println!("SKIPPED: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// All leaves, by their index.
pub fn leaves(layout: &Layout, header: &[u8], nonce: &[u8]) -> Vec<Value> {
    let params = layout.params();
    let mut base = blake2b_simd::Params::new()
        .hash_length(params.digest_bytes())
        .personal(params.personalization())
        .to_state();
    base.update(header).update(nonce);
    let digests = (0..layout.digests()).map(|number| base.clone().update(&number.to_le_bytes()).finalize());
    let mut leaves = Vec::with_capacity(layout.leaves() as usize);
    for digest in digests {
        for bytes in digest.as_bytes().chunks_exact(params.leaf_bytes()) {
            let spare = 8 * params.leaf_bytes() as u32 - params.n();
            leaves.push(shifted(big_endian(bytes), spare));
        }
    }
    leaves.truncate(layout.leaves() as usize);
    leaves
}

/// The layer that a round makes of layer `layer`.
pub fn next_layer(layout: &Layout, layer: usize, values: &[Value]) -> Vec<Value> {
    let digit_bits = layout.params().digit_bits();
    let below = layout.params().n() - digit_bits * (layer as u32 + 1);
    let digit = |value: &Value| shifted(*value, below)[0];
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by_key(digit);
    let mut next = Vec::with_capacity(values.len());
    for group in sorted.chunk_by(|a, b| digit(a) == digit(b)) {
        for (at, one) in group.iter().enumerate() {
            next.extend(
                group[..at]
                    .iter()
                    .map(|other| xor(one, other))
                    .filter(|value| *value != [0; 4]),
            );
        }
    }
    next
}

/// Pairs of equal rows.
pub fn equal_pairs(values: &[Value]) -> usize {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let groups = sorted.chunk_by(|a, b| a == b);
    groups.map(|group| group.len() * (group.len() - 1) / 2).sum()
}

/// What a row on the device stands for: its words, and its bucket above them.
pub fn value_of(layout: &Layout, layer: usize, row: &InspectedRow) -> Value {
    let mut value = [0; 4];
    for (at, &word) in row.words.iter().enumerate() {
        value[at / 2] |= u64::from(word) << (32 * (at % 2));
    }
    let bits = layout.stored_bits(layer);
    let (at, shift) = (bits as usize / 64, bits % 64);
    let bucket = u128::from(row.bucket) << shift;
    value[at] |= bucket as u64;
    if at < 3 {
        value[at + 1] |= (bucket >> 64) as u64;
    }
    value
}

/// The exclusive or of two values.
pub fn xor(a: &Value, b: &Value) -> Value {
    std::array::from_fn(|at| a[at] ^ b[at])
}

fn big_endian(bytes: &[u8]) -> Value {
    let mut value = [0u64; 4];
    for (at, &byte) in bytes.iter().rev().enumerate() {
        value[at / 8] |= u64::from(byte) << (8 * (at % 8));
    }
    value
}

/// The value without its last bits.
pub fn shifted(value: Value, by: u32) -> Value {
    let (words, bits) = ((by / 64) as usize, by % 64);
    let word = |at: usize| value.get(at + words).copied().unwrap_or(0);
    // Twice by half, because a shift by 64 is none.
    std::array::from_fn(|at| word(at) >> bits | word(at + 1) << (63 - bits) << 1)
}
