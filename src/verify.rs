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
///    levels and nodes in the same order. Leaves are hashed as the pairs are checked, so a false pair costs no
///    hash beyond its own.
///
/// # Errors
/// [`VerifyError`] says what failed first, and where.
pub fn verify(params: &Params, header: &[u8], nonce: &[u8], solution: &[u8]) -> Result<(), VerifyError> {
    let indices = unpack(params, solution)?;
    check_distinct(&indices)?;
    check_order(params, &indices)?;
    if ChainLeaves::serve(params) {
        let leaves = ChainLeaves::new(params, header, nonce);
        check_digits(params, &indices, |index| leaves.words(index))
    } else {
        let leaves = LeafHasher::new(params, header, nonce);
        check_digits(params, &indices, |index| leaves.leaf(index).words())
    }
}

fn check_distinct(indices: &[u32]) -> Result<(), VerifyError> {
    if all_differ(indices) {
        return Ok(());
    }
    let mut sorted = indices.to_vec();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(VerifyError::Duplicate { index: pair[0] }),
        None => Ok(()),
    }
}

/// Whether no index occurs twice, by a hash table at most half full; sorting takes half as long as the hashes do.
/// Indices chosen to collide all with each other cost what a valid solution costs.
fn all_differ(indices: &[u32]) -> bool {
    // An index has 26 bits at most.
    const EMPTY: u32 = u32::MAX;
    let size_bits = (2 * indices.len()).next_power_of_two().trailing_zeros().max(1);
    let last = (1 << size_bits) - 1;
    let mut table = vec![EMPTY; last + 1];
    for &index in indices {
        // The golden ratio's bits scatter neighbours.
        let mut at = (index.wrapping_mul(0x9e37_79b1) >> (32 - size_bits)) as usize;
        while table[at] != EMPTY {
            if table[at] == index {
                return false;
            }
            at = (at + 1) & last;
        }
        table[at] = index;
    }
    true
}

fn check_order(params: &Params, indices: &[u32]) -> Result<(), VerifyError> {
    for level in 1..=params.k() {
        for (node, below) in indices.chunks_exact(1 << level).enumerate() {
            if below[0] >= below[below.len() / 2] {
                return Err(VerifyError::Order { level, node });
            }
        }
    }
    Ok(())
}

/// Checks every node's XOR, of which big-endian words are held: eight hold the longest leaf, the chain's takes four.
fn check_digits<const WORDS: usize>(
    params: &Params,
    indices: &[u32],
    leaf: impl Fn(u32) -> [u64; WORDS],
) -> Result<(), VerifyError> {
    let mut nodes: Vec<[u64; WORDS]> = Vec::with_capacity(params.indices() / 2);
    for (node, pair) in indices.chunks_exact(2).enumerate() {
        let xor = cancel(&leaf(pair[0]), &leaf(pair[1]));
        check_node(params, &xor, 1, node)?;
        nodes.push(xor);
    }
    for level in 2..=params.k() {
        for node in 0..nodes.len() / 2 {
            nodes[node] = cancel(&nodes[2 * node], &nodes[2 * node + 1]);
            check_node(params, &nodes[node], level, node)?;
        }
        nodes.truncate(nodes.len() / 2);
    }
    Ok(())
}

fn cancel<const WORDS: usize>(left: &[u64; WORDS], right: &[u64; WORDS]) -> [u64; WORDS] {
    std::array::from_fn(|word| left[word] ^ right[word])
}

fn check_node(params: &Params, xor: &[u64], level: u32, node: usize) -> Result<(), VerifyError> {
    let zero_bits = if level == params.k() {
        params.n()
    } else {
        level * params.digit_bits()
    };
    if leading_zeros(xor) < zero_bits {
        Err(VerifyError::Digit { level, node })
    } else {
        Ok(())
    }
}

fn leading_zeros(xor: &[u64]) -> u32 {
    let zero_words = xor.iter().take_while(|&&word| word == 0).count();
    zero_words as u32 * 64 + xor.get(zero_words).map_or(0, |word| word.leading_zeros())
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
    fn zero_bits_are_counted_across_words() {
        assert_eq!(leading_zeros(&[0; 8]), 512);
        assert_eq!(leading_zeros(&[1, 0, 0, 0, 0, 0, 0, 0]), 63);
        assert_eq!(leading_zeros(&[0, 1 << 63, 0, 0, 0, 0, 0, 0]), 64);
        assert_eq!(leading_zeros(&[0, 0, 0, 1 << 46, 0, 0, 0, 0]), 209);
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
                        sum[bit as usize / 64] >> (63 - bit % 64) & 1,
                    );
                }
            }
        }
        leaves
    }

    fn flip(leaf: &mut Node, bit: u32, by: u64) {
        leaf[bit as usize / 64] ^= by << (63 - bit % 64);
    }

    #[test]
    fn every_bit_of_a_leaf_is_held_at_the_level_where_it_has_to_cancel() {
        for params in [Params::AION, Params::new(77, 6, [0; 16]).unwrap()] {
            let indices: Vec<u32> = (0..params.indices() as u32).collect();
            let mut leaves = planted(&params);
            let check = |leaves: &[Node]| {
                // The chain's leaves go through in four words, as they do outside of tests.
                if params == Params::AION {
                    check_digits::<4>(&params, &indices, |index| {
                        *leaves[index as usize].first_chunk().expect("four of eight")
                    })
                } else {
                    check_digits(&params, &indices, |index| leaves[index as usize])
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
