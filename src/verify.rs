//! The rule that a solution must keep, whole, as the network's main kernel applies it.

use crate::leaf::{ChainLeaves, LeafHasher};
use crate::params::Params;
use crate::reason::Reason;
use crate::solution::unpack;

/// Judges a packed solution for `header ‖ nonce`. On the chain the header is the mine hash and both are 32 bytes.
///
/// What is checked, in this order, cheapest first; the first failure is reported:
/// 1. the length is [`Params::solution_bytes`];
/// 2. all indices differ, whichever two of them; of several that occur twice the lowest is named;
/// 3. at every node the first index of the left half is below the first of the right half: levels from the pairs
///    (level 1) up to the root (level k), nodes of a level from left to right;
/// 4. at every level r below k each node's 2^r leaves cancel in the first r digits, and at the root in all n bits:
///    levels and nodes in the same order. Leaves are hashed a few pairs at a time, so a false pair costs at most
///    24 hashes beyond its own.
///
/// # Errors
/// [`VerifyError`] says what failed first, and where.
pub fn verify(params: &Params, header: &[u8], nonce: &[u8], solution: &[u8]) -> Result<(), VerifyError> {
    let indices = unpack(params, solution)?;
    check_distinct(&indices)?;
    check_order(params, &indices)?;
    if ChainLeaves::serve(params) {
        let leaves = ChainLeaves::new(params, header, nonce);
        check_digits(params, &indices, |indices, words| leaves.words(indices, words))
    } else {
        let leaves = LeafHasher::new(params, header, nonce);
        check_digits(params, &indices, |indices, words| {
            for (words, &index) in words.iter_mut().zip(indices) {
                *words = leaves.leaf(index).words();
            }
        })
    }
}

fn check_distinct(indices: &[u32]) -> Result<(), VerifyError> {
    match lowest_repeated(indices) {
        Some(index) => Err(VerifyError::Duplicate { index }),
        None => Ok(()),
    }
}

/// The lowest index that occurs twice. A bit stands for many indices, and those that find theirs set are few; where
/// they are not, someone has chosen them, and sorting takes half as long as the hashes of a valid solution.
fn lowest_repeated(indices: &[u32]) -> Option<u32> {
    const FEW: usize = 8;
    let mut seen = [0u64; 1 << 10];
    let mut suspects = Vec::with_capacity(FEW);
    for &index in indices {
        // The golden ratio's bits scatter neighbours.
        let bit = index.wrapping_mul(0x9e37_79b1) >> 16;
        let (word, mask) = (&mut seen[bit as usize / 64], 1 << (bit % 64));
        if *word & mask != 0 {
            if suspects.len() == FEW {
                return lowest_repeated_by_sorting(indices);
            }
            suspects.push(index);
        }
        *word |= mask;
    }
    let occurs_twice = |suspect: &u32| indices.iter().filter(|&index| index == suspect).count() > 1;
    suspects.into_iter().filter(occurs_twice).min()
}

fn lowest_repeated_by_sorting(indices: &[u32]) -> Option<u32> {
    let mut sorted = indices.to_vec();
    sorted.sort_unstable();
    let twice = sorted.windows(2).find(|pair| pair[0] == pair[1]);
    twice.map(|pair| pair[0])
}

fn check_order(params: &Params, indices: &[u32]) -> Result<(), VerifyError> {
    for level in 1..=params.k() {
        let half = 1 << (level - 1);
        let firsts = || indices.iter().step_by(2 * half);
        let wrong = |(left, right): (&u32, &u32)| left >= right;
        let nodes = || firsts().zip(indices[half..].iter().step_by(2 * half));
        // Mostly none is: asked without a branch each.
        if nodes().fold(false, |any, node| any | wrong(node))
            && let Some(node) = nodes().position(wrong)
        {
            return Err(VerifyError::Order { level, node });
        }
    }
    Ok(())
}

/// Checks every node's XOR, of which little-endian words are held: eight hold the longest leaf, the chain's takes
/// four. `leaves` writes the leaves of up to [`ChainLeaves::GROUP`] indices; bits behind the n-th are not looked at.
fn check_digits<const WORDS: usize>(
    params: &Params,
    indices: &[u32],
    leaves: impl Fn(&[u32], &mut [[u64; WORDS]]),
) -> Result<(), VerifyError> {
    const { assert!(ChainLeaves::GROUP.is_multiple_of(2), "a group is whole pairs") }
    let mut nodes: Vec<[u64; WORDS]> = Vec::with_capacity(params.indices() / 2);
    let mut group = [[0; WORDS]; ChainLeaves::GROUP];
    let must_vanish = leading_bits(zero_bits(params, 1));
    for indices in indices.chunks(ChainLeaves::GROUP) {
        let group = &mut group[..indices.len()];
        leaves(indices, group);
        for pair in group.chunks_exact(2) {
            let xor = cancel(&pair[0], &pair[1]);
            check_node(&xor, &must_vanish, 1, nodes.len())?;
            nodes.push(xor);
        }
    }
    for level in 2..=params.k() {
        let must_vanish = leading_bits(zero_bits(params, level));
        for node in 0..nodes.len() / 2 {
            nodes[node] = cancel(&nodes[2 * node], &nodes[2 * node + 1]);
            check_node(&nodes[node], &must_vanish, level, node)?;
        }
        nodes.truncate(nodes.len() / 2);
    }
    Ok(())
}

fn cancel<const WORDS: usize>(left: &[u64; WORDS], right: &[u64; WORDS]) -> [u64; WORDS] {
    std::array::from_fn(|word| left[word] ^ right[word])
}

fn check_node<const WORDS: usize>(
    xor: &[u64; WORDS],
    must_vanish: &[u64; WORDS],
    level: u32,
    node: usize,
) -> Result<(), VerifyError> {
    let left = xor
        .iter()
        .zip(must_vanish)
        .fold(0, |left, (word, mask)| left | word & mask);
    if left == 0 {
        Ok(())
    } else {
        Err(VerifyError::Digit { level, node })
    }
}

/// Leading bits in which the leaves below a node of a level must cancel.
fn zero_bits(params: &Params, level: u32) -> u32 {
    if level == params.k() {
        params.n()
    } else {
        level * params.digit_bits()
    }
}

/// The first `bits` bits of a string in little-endian words, where a byte's first bit is its top one.
fn leading_bits<const WORDS: usize>(bits: u32) -> [u64; WORDS] {
    std::array::from_fn(|word| {
        let here = bits.saturating_sub(64 * word as u32).min(64);
        (!(!0u128 >> here) >> 64) as u64
    })
    .map(u64::swap_bytes)
}

/// What a solution failed first, and where.
///
/// A level is a height in the tree: 1 for pairs, k for the root. Nodes of a level are counted from the left, from
/// zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The solution is too short or too long.
    #[error("the solution has {bytes} bytes, and must have {expected}")]
    Length {
        /// Bytes given.
        bytes: usize,
        /// Bytes a solution has.
        expected: usize,
    },
    /// An index occurs twice.
    #[error("index {index} occurs twice")]
    Duplicate {
        /// The lowest such index.
        index: u32,
    },
    /// A node's halves stand the wrong way round.
    #[error("at level {level}, node {node} the left half's first index is not below the right half's")]
    Order {
        /// The node's level.
        level: u32,
        /// The node's place in its level.
        node: usize,
    },
    /// A node's leaves do not cancel.
    #[error("at level {level}, node {node} the leaves do not cancel in all the bits that must be zero")]
    Digit {
        /// The node's level.
        level: u32,
        /// The node's place in its level.
        node: usize,
    },
}

impl VerifyError {
    /// The name of this failure in the vocabulary that all faces of this project share.
    pub const fn kind(&self) -> Reason {
        match self {
            VerifyError::Length { .. } => Reason::SolutionLength,
            VerifyError::Duplicate { .. } => Reason::DuplicateIndex,
            VerifyError::Order { .. } => Reason::IndexOrder,
            VerifyError::Digit { .. } => Reason::DigitNotZero,
        }
    }

    /// [`VerifyError::kind`] as its stable kebab-case name.
    pub const fn reason(&self) -> &'static str {
        self.kind().as_str()
    }

    /// The level of the node that failed, where the failure is a node's.
    pub const fn level(&self) -> Option<u32> {
        match *self {
            VerifyError::Order { level, .. } | VerifyError::Digit { level, .. } => Some(level),
            VerifyError::Length { .. } | VerifyError::Duplicate { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Node = [u64; 8];

    #[test]
    fn leading_bits_run_on_from_byte_to_byte_and_word_to_word() {
        assert_eq!(leading_bits::<4>(0), [0; 4]);
        assert_eq!(leading_bits::<4>(1), [0x80, 0, 0, 0]);
        assert_eq!(leading_bits::<4>(21), [0xf8_ffff, 0, 0, 0]);
        assert_eq!(leading_bits::<4>(64), [!0, 0, 0, 0]);
        assert_eq!(leading_bits::<4>(210), [!0, !0, !0, 0xc0_ffff]);
        assert_eq!(leading_bits::<8>(512), [!0; 8]);
    }

    /// Leaves that keep the rule: below each node of level r they cancel in the first r digits, at the root in all.
    fn planted(params: &Params) -> Vec<Node> {
        let mut noise = 0x2545_f491_4f6c_dd1du64;
        let mut leaves = vec![[0; 8]; params.indices()];
        for (place, leaf) in leaves.iter_mut().enumerate() {
            // A leaf is free from the digit on in which it first has to cancel with leaves before it.
            let free_from = (place as u32).trailing_ones() * params.digit_bits();
            for bit in free_from..params.n() {
                noise ^= noise << 13;
                noise ^= noise >> 7;
                noise ^= noise << 17;
                flip(leaf, bit, noise & 1);
            }
        }
        for level in 1..=params.k() {
            let size = 1 << level;
            let to = if level == params.k() {
                params.n()
            } else {
                level * params.digit_bits()
            };
            for below in leaves.chunks_exact_mut(size) {
                let sum = below.iter().fold([0; 8], |sum, leaf| cancel(&sum, leaf));
                for bit in (level - 1) * params.digit_bits()..to {
                    flip(
                        &mut below[size - 1],
                        bit,
                        sum[bit as usize / 64] >> place(bit) & 1,
                    );
                }
            }
        }
        leaves
    }

    fn flip(leaf: &mut Node, bit: u32, by: u64) {
        leaf[bit as usize / 64] ^= by << place(bit);
    }

    /// Where a bit of the string is in its little-endian word.
    fn place(bit: u32) -> u32 {
        bit % 64 / 8 * 8 + 7 - bit % 8
    }

    #[test]
    fn every_bit_of_a_leaf_is_held_at_the_level_where_it_has_to_cancel() {
        for params in [Params::AION, Params::new(77, 6, [0; 16]).unwrap()] {
            let indices: Vec<u32> = (0..params.indices() as u32).collect();
            let mut leaves = planted(&params);
            let check = |leaves: &[Node]| {
                // The chain's leaves go through in four words, as they do outside of tests.
                if params == Params::AION {
                    check_digits::<4>(&params, &indices, |indices, words| {
                        for (words, &index) in words.iter_mut().zip(indices) {
                            *words = *leaves[index as usize].first_chunk().expect("four of eight");
                        }
                    })
                } else {
                    check_digits(&params, &indices, |indices, words| {
                        for (words, &index) in words.iter_mut().zip(indices) {
                            *words = leaves[index as usize];
                        }
                    })
                }
            };
            assert_eq!(check(&leaves), Ok(()));
            for bit in 0..params.n() {
                let place = bit as usize * 37 % params.indices();
                flip(&mut leaves[place], bit, 1);
                let level = (bit / params.digit_bits() + 1).min(params.k());
                let expected = Err(VerifyError::Digit {
                    level,
                    node: place >> level,
                });
                assert_eq!(check(&leaves), expected, "bit {bit}");
                flip(&mut leaves[place], bit, 1);
            }
        }
    }

    #[test]
    fn of_indices_that_occur_twice_the_lowest_is_named() {
        // Neighbours, one far apart, and many that fall into one place of a table.
        let strides = [1, 8191, 0x20_0000 / 512, 0x40_0000 / 512];
        for stride in strides {
            let indices: Vec<u32> = (0..512).map(|i| i * stride).collect();
            assert_eq!(check_distinct(&indices), Ok(()), "stride {stride}");
            for (at, of) in [(0, 511), (511, 0), (3, 4), (200, 100)] {
                let mut twice = indices.clone();
                twice[at] = twice[of];
                let lowest = Err(VerifyError::Duplicate { index: indices[of] });
                assert_eq!(check_distinct(&twice), lowest, "stride {stride}, {at} as {of}");
                twice[300] = indices[301];
                let index = indices[of].min(indices[301]);
                assert_eq!(check_distinct(&twice), Err(VerifyError::Duplicate { index }));
            }
        }
        assert_eq!(check_distinct(&[]), Ok(()));
    }

    #[test]
    fn a_half_must_begin_below_the_other_at_every_node() {
        let indices: Vec<u32> = (0..512).collect();
        assert_eq!(check_order(&Params::AION, &indices), Ok(()));
        for level in 1..=9u32 {
            for node in 0..512usize >> level {
                let (first, second) = (node << level, (node << level) + (1 << (level - 1)));
                let mut equal = indices.clone();
                equal[second] = equal[first];
                assert_eq!(
                    check_order(&Params::AION, &equal),
                    Err(VerifyError::Order { level, node })
                );
            }
        }
    }
}
