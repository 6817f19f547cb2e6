//! A verifier written a second time, straight from the rule and as slow as it likes: leaves as lists of bits from
//! another BLAKE2b, every node's XOR computed anew from its leaves.

// Each test binary compiles this module and uses its own part of it.
#![allow(dead_code)]

use aion_pow::params::Params;

/// The name of what failed first, and the level and node where it is a node's.
pub type Refusal = (&'static str, Option<(u32, usize)>);

/// Judges a packed solution.
pub fn verify(params: &Params, header: &[u8], nonce: &[u8], solution: &[u8]) -> Result<(), Refusal> {
    let bits = bits_of(solution);
    let width = params.index_bits() as usize;
    if bits.len() != params.indices() * width {
        return Err(("solution-length", None));
    }
    let indices: Vec<u32> = bits.chunks(width).map(integer).collect();

    check_indices(params, &indices)?;
    let leaves: Vec<Vec<bool>> = indices
        .iter()
        .map(|&index| leaf(params, header, nonce, index))
        .collect();
    for level in 1..=params.k() {
        let zeros = if level == params.k() {
            params.n()
        } else {
            level * params.n() / (params.k() + 1)
        };
        for (node, below) in leaves.chunks(1 << level).enumerate() {
            let odd = |bit: &usize| below.iter().filter(|leaf| leaf[*bit]).count() % 2 == 1;
            if (0..zeros as usize).any(|bit| odd(&bit)) {
                return Err(("digit-not-zero", Some((level, node))));
            }
        }
    }
    Ok(())
}

/// The part of the rule that needs no hash: all indices differ, and stand in order at every node.
pub fn check_indices(params: &Params, indices: &[u32]) -> Result<(), Refusal> {
    for (place, index) in indices.iter().enumerate() {
        if indices[..place].contains(index) {
            return Err(("duplicate-index", None));
        }
    }
    for level in 1..=params.k() {
        let size = 1 << level;
        for node in 0..params.indices() / size {
            if indices[node * size] >= indices[node * size + size / 2] {
                return Err(("index-order", Some((level, node))));
            }
        }
    }
    Ok(())
}

/// A leaf's n bits.
pub fn leaf(params: &Params, header: &[u8], nonce: &[u8], index: u32) -> Vec<bool> {
    let bytes = (params.n() as usize).div_ceil(8);
    let in_a_digest = 64 / bytes;
    let number = index / in_a_digest as u32;
    let digest = blake2b_simd::Params::new()
        .hash_length(in_a_digest * bytes)
        .personal(params.personalization())
        .hash(&[header, nonce, &number.to_le_bytes()].concat());
    let place = index as usize % in_a_digest;
    let mut bits = bits_of(&digest.as_bytes()[place * bytes..][..bytes]);
    bits.truncate(params.n() as usize);
    bits
}

fn bits_of(bytes: &[u8]) -> Vec<bool> {
    bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1))
        .collect()
}

fn integer(bits: &[bool]) -> u32 {
    bits.iter().fold(0, |sum, &bit| sum << 1 | u32::from(bit))
}
