//! A solution as a list of indices and as the bytes that travel.

use crate::params::Params;
use crate::verify::VerifyError;

/// Bytes of a packed solution on the chain: 512 indices of 22 bits.
pub const SOLUTION_BYTES: usize = Params::AION.solution_bytes();

/// Packs indices: each in [`Params::index_bits`] bits, most significant bit first, without gaps.
///
/// # Errors
/// [`PackError`] where the count is wrong or an index is too wide. Order and repetition are the verifier's matter.
pub fn pack(params: &Params, indices: &[u32]) -> Result<Vec<u8>, PackError> {
    if indices.len() != params.indices() {
        return Err(PackError::Count {
            found: indices.len(),
            expected: params.indices(),
        });
    }
    let width = params.index_bits();
    let mut bytes = Vec::with_capacity(params.solution_bytes());
    let mut pending = 0u64;
    let mut pending_bits = 0;
    for (position, &index) in indices.iter().enumerate() {
        if index >> width != 0 {
            return Err(PackError::Index {
                position,
                index,
                bits: width,
            });
        }
        pending = pending << width | u64::from(index);
        pending_bits += width;
        while pending_bits >= 8 {
            pending_bits -= 8;
            bytes.push((pending >> pending_bits) as u8);
        }
    }
    Ok(bytes)
}

/// Reads the indices of a packed solution. Every string of the right length is exactly one list.
///
/// # Errors
/// [`VerifyError::Length`] where the bytes are not [`Params::solution_bytes`].
pub fn unpack(params: &Params, solution: &[u8]) -> Result<Vec<u32>, VerifyError> {
    if solution.len() != params.solution_bytes() {
        return Err(VerifyError::Length {
            bytes: solution.len(),
            expected: params.solution_bytes(),
        });
    }
    let width = params.index_bits();
    // Each index by itself, so that none waits for another: out of the eight bytes from the one in which it begins,
    // which hold up to seven bits before it and its own, 26 at most.
    let mut padded = solution.to_vec();
    padded.extend([0; 8]);
    let index = |place: usize| {
        let bit = place * width as usize;
        let bytes = padded[bit / 8..].first_chunk().unwrap_or(&[0; 8]);
        (u64::from_be_bytes(*bytes) << (bit % 8) >> (64 - width)) as u32
    };
    Ok((0..params.indices()).map(index).collect())
}

/// Swaps the halves of each node, from the leaves up, so that the first leaf on the left is the smaller: the
/// one order the chain accepts. There are `2^k` leaves.
#[cfg(any(feature = "solver", feature = "gpu"))]
pub(crate) fn order(leaves: &mut [u32]) {
    let mut half = 1;
    while half < leaves.len() {
        for node in leaves.chunks_exact_mut(2 * half) {
            let (left, right) = node.split_at_mut(half);
            if left[0] > right[0] {
                left.swap_with_slice(right);
            }
        }
        half *= 2;
    }
}

/// Indices that cannot be packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// Not as many indices as a solution has.
    #[error("{found} indices, and a solution has {expected}")]
    Count {
        /// How many were given.
        found: usize,
        /// How many a solution has.
        expected: usize,
    },
    /// An index beyond the leaves.
    #[error("index {index} at position {position} does not fit {bits} bits")]
    Index {
        /// Its place in the list.
        position: usize,
        /// The index given.
        index: u32,
        /// The width of an index.
        bits: u32,
    },
}

#[cfg(all(test, any(feature = "solver", feature = "gpu")))]
mod tests {
    use super::*;

    #[test]
    fn ordering_puts_the_smaller_first_leaf_left_at_every_node() {
        let mut leaves: [u32; 512] = core::array::from_fn(|i| (i as u32).wrapping_mul(0x9e37_79b9) >> 10);
        let mut sorted = leaves;
        order(&mut leaves);
        for half in (0..9).map(|level| 1 << level) {
            assert!(leaves.chunks_exact(2 * half).all(|node| node[0] < node[half]));
        }
        let mut after = leaves;
        sorted.sort_unstable();
        after.sort_unstable();
        assert_eq!(sorted, after, "no leaf was lost");
    }
}
