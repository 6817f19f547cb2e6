//! The tree of a solution, for those who want to see it: how far the leaves below each node cancel.

use crate::leaf::LeafHasher;
use crate::params::Params;
use crate::solution::unpack;
use crate::verify::VerifyError;

/// The leading zero bits of each node's XOR: first the leaves in the solution's order, then the pairs, and so on, the
/// root last; `2^(k+1) - 1` counts, 1,023 on the chain. The root of a valid solution has all [`Params::n`] bits.
///
/// Nothing is judged: false solutions have a tree too.
///
/// # Errors
/// [`VerifyError::Length`] where the bytes are not [`Params::solution_bytes`].
pub fn zero_bits(
    params: &Params,
    header: &[u8],
    nonce: &[u8],
    solution: &[u8],
) -> Result<Vec<u16>, VerifyError> {
    let leaves = LeafHasher::new(params, header, nonce);
    let indices = unpack(params, solution)?;
    let mut level: Vec<[u8; 64]> = indices.iter().map(|&index| padded(&leaves.leaf(index))).collect();
    let mut counts = Vec::with_capacity(2 * level.len() - 1);
    loop {
        counts.extend(level.iter().map(|xor| leading_zeros(params, xor)));
        if level.len() == 1 {
            return Ok(counts);
        }
        let pairs = level.as_chunks().0.iter();
        level = pairs
            .map(|[left, right]| std::array::from_fn(|byte| left[byte] ^ right[byte]))
            .collect();
    }
}

fn padded(leaf: &[u8]) -> [u8; 64] {
    std::array::from_fn(|byte| leaf.get(byte).copied().unwrap_or(0))
}

fn leading_zeros(params: &Params, xor: &[u8; 64]) -> u16 {
    let zero_bytes = xor.iter().take_while(|&&byte| byte == 0).count();
    let bits = zero_bytes as u32 * 8 + xor.get(zero_bytes).map_or(0, |byte| byte.leading_zeros());
    // Beyond n nothing is left of a leaf; n is at most 512.
    bits.min(params.n()) as u16
}
