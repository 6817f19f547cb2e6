//! Leaf hashes: the list that a puzzle consists of.

use crate::blake2b::{DIGEST_WORDS, Form, GROUP, Nonce};
use crate::params::Params;

/// BLAKE2b after `header ‖ nonce`, ready to be finished with each digest's number: for leaves of any shape.
///
/// The digest length is part of BLAKE2b's parameter block: 54 bytes on the chain, and a digest of any other length
/// shares no bit with it.
pub struct LeafHasher {
    params: Params,
    nonce: Nonce,
}

impl LeafHasher {
    /// Hashes `header ‖ nonce`, once for all leaves. On the chain the header is the mine hash and both are 32
    /// bytes; any lengths are taken.
    pub fn new(params: &Params, header: &[u8], nonce: &[u8]) -> LeafHasher {
        LeafHasher {
            params: *params,
            nonce: Nonce::new(params, header, nonce),
        }
    }

    /// The digest of `header ‖ nonce ‖ LE32(number)`. Its first [`Params::digest_bytes`] bytes count, the rest are
    /// zero.
    pub fn digest(&self, number: u32) -> [u8; 64] {
        let mut digest = [0; 64];
        let words = self.nonce.digest_anywhere(number).map(u64::to_le_bytes);
        let used = self.params.digest_bytes();
        digest[..used].copy_from_slice(&words.as_flattened()[..used]);
        digest
    }

    /// The leaf of an index: on the chain bytes 0..27 of digest `index / 2` where the index is even, bytes 27..54
    /// where it is odd. See [`Leaf`] for its bits.
    pub fn leaf(&self, index: u32) -> Leaf {
        let per_digest = self.params.leaves_per_digest() as u32;
        let place = (index % per_digest) as usize;
        Leaf::cut(&self.params, &self.digest(index / per_digest), place)
    }
}

/// One leaf: a big-endian bit string in [`Params::leaf_bytes`] bytes, of which the first [`Params::n`] bits count
/// and the rest are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    bytes: [u8; 64],
    len: usize,
}

impl Leaf {
    /// The leaf at one place of a digest.
    fn cut(params: &Params, digest: &[u8; 64], place: usize) -> Leaf {
        let len = params.leaf_bytes();
        let mut bytes = [0; 64];
        bytes[..len].copy_from_slice(&digest[place * len..][..len]);
        let spare_bits = len as u32 * 8 - params.n();
        bytes[len - 1] &= 0xff << spare_bits;
        Leaf { bytes, len }
    }

    /// The leaf as little-endian words, zero beyond its end: its first bit is the top one of the lowest byte.
    pub(crate) fn words(&self) -> [u64; 8] {
        let mut words = [0; 8];
        for (word, bytes) in words.iter_mut().zip(self.bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        words
    }
}

impl std::ops::Deref for Leaf {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// Leaves of the chain's shape, 27 bytes and two to a digest, by a BLAKE2b that has done beforehand what all digests
/// have in common: the same bits as [`LeafHasher`], sooner.
pub(crate) struct ChainLeaves {
    nonce: Nonce,
    form: Form,
}

impl ChainLeaves {
    /// Indices whose leaves are made at a time.
    pub(crate) const GROUP: usize = GROUP;
    /// Bytes of a leaf.
    const BYTES: usize = 27;

    /// Whether leaves have the chain's shape. Neither `k` nor the personalization bears on it.
    pub(crate) fn serve(params: &Params) -> bool {
        params.leaf_bytes() == Self::BYTES
    }

    /// Hashes `header ‖ nonce`, for parameters that it [serves](ChainLeaves::serve).
    pub(crate) fn new(params: &Params, header: &[u8], nonce: &[u8]) -> ChainLeaves {
        debug_assert!(ChainLeaves::serve(params));
        ChainLeaves {
            nonce: Nonce::new(params, header, nonce),
            form: Form::widest(),
        }
    }

    /// The leaves of up to [`ChainLeaves::GROUP`] indices, as little-endian words. What follows a leaf's `n` bits is
    /// left as the digest has it: it is for the caller to look at no more than those.
    ///
    /// # Panics
    /// If there are more indices, or not as many leaves.
    pub(crate) fn words(&self, indices: &[u32], leaves: &mut [[u64; 4]]) {
        assert_eq!(indices.len(), leaves.len());
        let (mut counters, mut digests) = ([0; Self::GROUP], [0; Self::GROUP * DIGEST_WORDS]);
        for (counter, index) in counters.iter_mut().zip(indices) {
            *counter = index / 2;
        }
        self.nonce
            .digests(self.form, &counters, indices.len(), &mut digests);
        for ((leaf, index), digest) in leaves.iter_mut().zip(indices).zip(digests.as_chunks().0) {
            *leaf = four_words_from(digest, Self::BYTES * (index % 2) as usize);
        }
    }
}

/// The 32 bytes from `start` on, of a digest that keeps its bytes in little-endian words. No branch: which half of a
/// digest a leaf is cannot be predicted.
#[inline(always)]
fn four_words_from(digest: &[u64; DIGEST_WORDS], start: usize) -> [u64; 4] {
    let (word, shift) = (start / 8, start % 8 * 8);
    // Twice by half, because a shift by 64 is none.
    core::array::from_fn(|i| digest[word + i] >> shift | digest[word + i + 1] << (63 - shift) << 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_of_the_chain_s_shape_are_those_of_the_plain_hasher() {
        let shapes = [
            Params::AION,
            Params::new(210, 9, [0xee; 16]).unwrap(),
            Params::new(216, 8, [1; 16]).unwrap(),
            Params::new(209, 10, [2; 16]).unwrap(),
        ];
        let bytes: Vec<u8> = (0..200u8).map(|i| i.wrapping_mul(167) ^ 0x5c).collect();
        for params in shapes {
            assert!(ChainLeaves::serve(&params));
            for (header, nonce) in [(32, 32), (0, 0), (64, 0), (96, 32), (61, 2), (64, 63), (168, 32)] {
                let (header, nonce) = (&bytes[..header], &bytes[200 - nonce..]);
                let (quick, plain) = (
                    ChainLeaves::new(&params, header, nonce),
                    LeafHasher::new(&params, header, nonce),
                );
                let indices: Vec<u32> = (0..0x3f_ffff)
                    .step_by(59_999)
                    .chain([1, 2, 3, 0x3f_ffff, u32::MAX])
                    .collect();
                for indices in indices.chunks(ChainLeaves::GROUP) {
                    let mut leaves = vec![[0; 4]; indices.len()];
                    quick.words(indices, &mut leaves);
                    for (leaf, &index) in leaves.iter().zip(indices) {
                        let bytes = leaf.map(u64::to_le_bytes);
                        let (whole, rest) = (params.n() as usize / 8, params.n() % 8);
                        let mut bytes = bytes.as_flattened()[..27].to_vec();
                        if rest > 0 {
                            bytes[whole] &= !(0xff >> rest);
                        }
                        assert_eq!(
                            bytes[..],
                            plain.leaf(index)[..],
                            "{params:?}, header of {} bytes, index {index}",
                            header.len()
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn leaves_of_other_shapes_are_left_to_the_plain_hasher() {
        // 26, 28 and 18 bytes; the last are three to a digest of 54 bytes.
        for (n, k) in [(208, 12), (224, 13), (144, 8)] {
            let params = Params::new(n, k, [0; 16]).unwrap();
            assert!(!ChainLeaves::serve(&params), "{n}, {k}");
        }
    }

    #[test]
    fn the_bits_beyond_n_are_cleared() {
        let hasher = LeafHasher::new(&Params::AION, &[7; 32], &[9; 32]);
        let mut seen = 0;
        for index in 0..64 {
            let leaf = hasher.leaf(index);
            assert_eq!(leaf.len(), 27);
            assert_eq!(leaf[26] & 0x3f, 0, "leaf {index}");
            seen |= leaf[26];
        }
        assert_eq!(seen, 0xc0, "the two bits that count are not cleared with them");
    }

    #[test]
    fn a_digest_ends_at_its_length() {
        let digest = LeafHasher::new(&Params::AION, &[7; 32], &[9; 32]).digest(3);
        assert_eq!(digest[54..], [0; 10]);
        assert_ne!(digest[53], 0);
    }

    #[test]
    fn the_header_may_be_longer_than_a_block_of_the_hash() {
        let short = LeafHasher::new(&Params::AION, &[1; 300], &[2; 32]).digest(0);
        let split = LeafHasher::new(&Params::AION, &[1; 299], &[[1].as_slice(), &[2; 32]].concat()).digest(0);
        assert_eq!(short, split, "only the concatenation counts");
    }
}
