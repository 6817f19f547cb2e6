//! What a run starts from: the leaves of a nonce, or leaves that the caller brings.

use super::SolverError;
use super::layout::*;
use crate::blake2b::{DIGEST_WORDS, Form, Lot, Nonce};
use crate::params::Params;
use crate::solution::pack;
use crate::verify::verify;

/// A leaf as digests hold it: a big-endian bit string whose first 210 bits count.
pub type LeafBytes = [u8; 27];

/// The source of layer 0.
pub enum Input {
    /// `header ‖ nonce`: 2^22 leaves.
    Nonce {
        hashes: Box<Nonce>,
        form: Form,
        header: Vec<u8>,
        nonce: Vec<u8>,
    },
    /// The caller's leaves, two to a digest.
    Given(Vec<LeafBytes>),
}

impl Input {
    pub fn of_nonce(header: &[u8], nonce: &[u8]) -> Self {
        Self::Nonce {
            hashes: Box::new(Nonce::new(&Params::AION, header, nonce)),
            form: Form::for_a_run(),
            header: header.to_vec(),
            nonce: nonce.to_vec(),
        }
    }

    pub fn given(leaves: Vec<LeafBytes>) -> Result<Self, SolverError> {
        if !leaves.len().is_multiple_of(2) || leaves.len() > LEAVES as usize {
            return Err(SolverError::LeafCount { found: leaves.len() });
        }
        Ok(Self::Given(leaves))
    }

    /// How many digests there are, at two leaves each.
    pub fn digests(&self) -> u32 {
        match self {
            Self::Nonce { .. } => LEAVES / 2,
            Self::Given(leaves) => leaves.len() as u32 / 2,
        }
    }

    /// Digests `first .. first + n`.
    pub fn digests_into(&self, first: u32, n: usize, lot: &mut Lot) {
        match self {
            Self::Nonce { hashes, form, .. } => hashes.lot(*form, first, n, lot),
            Self::Given(leaves) => {
                let pairs = leaves.chunks_exact(2).skip(first as usize).take(n);
                for (pair, out) in pairs.zip(lot.chunks_exact_mut(DIGEST_WORDS)) {
                    let mut digest = [0; 8 * DIGEST_WORDS];
                    digest[..27].copy_from_slice(&pair[0]);
                    digest[27..54].copy_from_slice(&pair[1]);
                    for (word, bytes) in out.iter_mut().zip(digest.as_chunks().0) {
                        *word = u64::from_le_bytes(*bytes);
                    }
                }
            }
        }
    }

    /// The packed solution, if the candidate is one by the chain's whole rule.
    pub fn confirm(&self, candidate: &[u32; 512]) -> Option<Vec<u8>> {
        let packed = pack(&Params::AION, candidate).ok()?;
        match self {
            Self::Nonce { header, nonce, .. } => verify(&Params::AION, header, nonce, &packed).ok()?,
            Self::Given(leaves) => cancels(leaves, candidate).then_some(())?,
        }
        Some(packed)
    }
}

/// Whether every node's leaves cancel in the digits of its level, and the root's in all bits. The order of the
/// indices is the expansion's doing and not asked here.
fn cancels(leaves: &[LeafBytes], candidate: &[u32; 512]) -> bool {
    let mut nodes: Vec<[u64; 4]> = candidate
        .iter()
        .map(|&index| {
            let mut wide = [0; 32];
            wide[..27].copy_from_slice(&leaves[index as usize]);
            wide[26] &= 0xc0;
            core::array::from_fn(|i| u64::from_be_bytes(wide.as_chunks().0[i]))
        })
        .collect();
    for level in 1..=K as u32 {
        nodes = nodes
            .as_chunks::<2>()
            .0
            .iter()
            .map(|[left, right]| core::array::from_fn(|i| left[i] ^ right[i]))
            .collect();
        let zero = if level == K as u32 {
            N as u32
        } else {
            level * DIGIT_BITS as u32
        };
        if nodes.iter().any(|node| leading_zeros(node) < zero) {
            return false;
        }
    }
    true
}

fn leading_zeros(node: &[u64; 4]) -> u32 {
    let words = node.iter().take_while(|&&word| word == 0).count();
    64 * words as u32 + node.get(words).map_or(0, |word| word.leading_zeros())
}
