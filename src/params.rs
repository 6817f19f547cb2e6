//! The parameters of an Equihash puzzle and the sizes that follow from them.

/// Leaves share one BLAKE2b digest of at most this many bytes.
const MAX_DIGEST_BYTES: usize = 64;

/// The widest digit: its leaves are numbered with 26 bits, and no solver holds more.
const MAX_DIGIT_BITS: u32 = 25;

/// The fewest rounds for which the packed indices of a solution are a whole number of bytes whatever their width.
const MIN_K: u32 = 3;

/// The most rounds; a solution then names 32,768 leaves, two million bytes of them at most.
const MAX_K: u32 = 15;

/// Equihash(n, k) under one BLAKE2b personalization.
///
/// A leaf is `n` bits, read as `k + 1` digits of `n / (k + 1)` bits, the first digit the most significant. A
/// solution names `2^k` leaves, by indices one bit wider than a digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    n: u32,
    k: u32,
    personalization: [u8; 16],
}

impl Params {
    /// The chain's parameters: Equihash(210,9), personalization `AION0PoW` ‖ LE32(210) ‖ LE32(9).
    pub const AION: Params = match Params::new(210, 9, *b"AION0PoW\xd2\0\0\0\x09\0\0\0") {
        Ok(params) => params,
        Err(_) => panic!("the chain's parameters keep the rules"),
    };

    /// Equihash(n, k) with a personalization of 16 bytes.
    ///
    /// # Errors
    /// [`ParamsError`] names the value and the rule that it breaks.
    pub const fn new(n: u32, k: u32, personalization: [u8; 16]) -> Result<Params, ParamsError> {
        // Four indices or more are a whole number of bytes at an even width only; from eight on they always are.
        if k < MIN_K || k > MAX_K {
            return Err(ParamsError::Rounds { k });
        }
        // A digit is cut off a leaf in each of k rounds, and one more is left for the last.
        if n == 0 || !n.is_multiple_of(k + 1) {
            return Err(ParamsError::Digits { n, k });
        }
        // A leaf is cut from one digest, so it has to fit there.
        if n.div_ceil(8) as usize > MAX_DIGEST_BYTES {
            return Err(ParamsError::Leaf { n });
        }
        // Indices are 32-bit integers, and the leaves of a puzzle have to fit a machine.
        let digit_bits = n / (k + 1);
        if digit_bits > MAX_DIGIT_BITS {
            return Err(ParamsError::DigitBits { digit_bits });
        }
        // All indices of a solution differ, so there must be as many leaves: 2^k <= 2^(digit_bits + 1).
        if k > digit_bits + 1 {
            return Err(ParamsError::Leaves {
                k,
                index_bits: digit_bits + 1,
            });
        }
        Ok(Params {
            n,
            k,
            personalization,
        })
    }

    /// Bits in a leaf.
    pub const fn n(&self) -> u32 {
        self.n
    }

    /// Rounds, which is the height of a solution's tree.
    pub const fn k(&self) -> u32 {
        self.k
    }

    /// The BLAKE2b personalization.
    pub const fn personalization(&self) -> &[u8; 16] {
        &self.personalization
    }

    /// Bits in a digit: 21 on the chain.
    pub const fn digit_bits(&self) -> u32 {
        self.n / (self.k + 1)
    }

    /// Bits in an index: 22 on the chain, for 2^22 leaves.
    pub const fn index_bits(&self) -> u32 {
        self.digit_bits() + 1
    }

    /// Indices in a solution, 2^k: 512 on the chain.
    pub const fn indices(&self) -> usize {
        1 << self.k
    }

    /// Bytes of a packed solution: 1408 on the chain.
    pub const fn solution_bytes(&self) -> usize {
        self.indices() * self.index_bits() as usize / 8
    }

    /// Bytes that hold a leaf: 27 on the chain, of whose 216 bits the last six are cleared.
    pub const fn leaf_bytes(&self) -> usize {
        self.n.div_ceil(8) as usize
    }

    /// Leaves cut from one digest: two on the chain.
    pub const fn leaves_per_digest(&self) -> usize {
        MAX_DIGEST_BYTES / self.leaf_bytes()
    }

    /// The digest length that goes into BLAKE2b's parameter block: 54 on the chain.
    pub const fn digest_bytes(&self) -> usize {
        self.leaves_per_digest() * self.leaf_bytes()
    }
}

/// Parameters that make no puzzle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// Too few or too many rounds.
    #[error("k is {k}, and must be from {MIN_K} to {MAX_K}")]
    Rounds {
        /// The value given.
        k: u32,
    },
    /// The leaf does not divide into digits.
    #[error("n is {n}, and must be a multiple of k + 1 = {} above zero", k + 1)]
    Digits {
        /// The value given.
        n: u32,
        /// The rounds given with it.
        k: u32,
    },
    /// The leaf is longer than a digest.
    #[error("n is {n} bits, and a leaf may have at most {}", MAX_DIGEST_BYTES * 8)]
    Leaf {
        /// The value given.
        n: u32,
    },
    /// The digit is too wide.
    #[error("n / (k + 1) is {digit_bits} bits, and a digit may have at most {MAX_DIGIT_BITS}")]
    DigitBits {
        /// The digit's width that follows from the values given.
        digit_bits: u32,
    },
    /// A solution would need more leaves than there are.
    #[error("k is {k}, but only 2^{index_bits} leaves exist to choose 2^{k} from")]
    Leaves {
        /// The value given.
        k: u32,
        /// The width of an index.
        index_bits: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_has_these_sizes() {
        let p = Params::AION;
        assert_eq!((p.n(), p.k(), p.digit_bits(), p.index_bits()), (210, 9, 21, 22));
        assert_eq!((p.indices(), p.solution_bytes()), (512, 1408));
        assert_eq!(
            (p.leaf_bytes(), p.leaves_per_digest(), p.digest_bytes()),
            (27, 2, 54)
        );
        assert_eq!(
            hex::encode(p.personalization()),
            "41494f4e30506f57d200000009000000"
        );
    }

    #[test]
    fn values_that_make_no_puzzle_are_named() {
        let table: [(&str, u32, u32, ParamsError); 8] = [
            ("no rounds", 210, 0, ParamsError::Rounds { k: 0 }),
            ("two rounds", 30, 2, ParamsError::Rounds { k: 2 }),
            ("sixteen rounds", 17 * 20, 16, ParamsError::Rounds { k: 16 }),
            ("no bits", 0, 9, ParamsError::Digits { n: 0, k: 9 }),
            ("a bit too many", 211, 9, ParamsError::Digits { n: 211, k: 9 }),
            ("a leaf of 65 bytes", 520, 9, ParamsError::Leaf { n: 520 }),
            (
                "a digit of 26 bits",
                260,
                9,
                ParamsError::DigitBits { digit_bits: 26 },
            ),
            (
                "more indices than leaves",
                70,
                9,
                ParamsError::Leaves { k: 9, index_bits: 8 },
            ),
        ];
        for (name, n, k, expected) in table {
            assert_eq!(Params::new(n, k, [0; 16]), Err(expected), "{name}");
        }
        assert_eq!(
            ParamsError::DigitBits { digit_bits: 26 }.to_string(),
            "n / (k + 1) is 26 bits, and a digit may have at most 25"
        );
    }

    #[test]
    fn other_puzzles_have_the_sizes_their_rules_give() {
        let p = Params::new(96, 5, [0; 16]).unwrap();
        assert_eq!(
            (
                p.digit_bits(),
                p.leaf_bytes(),
                p.leaves_per_digest(),
                p.digest_bytes()
            ),
            (16, 12, 5, 60)
        );
        assert_eq!((p.indices(), p.solution_bytes()), (32, 68));
        let p = Params::new(200, 9, [0; 16]).unwrap();
        assert_eq!((p.digest_bytes(), p.solution_bytes()), (50, 1344));
    }
}
