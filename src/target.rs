//! Difficulty, the boundary it sets, and the hash that must stay below it.

use std::num::NonZeroU128;

use crate::blake2b::hash_256;

/// The proof-of-work hash: BLAKE2b-256 of `mine hash ‖ nonce ‖ solution`, compared as a big-endian integer.
pub fn pow_hash(mine_hash: &[u8; 32], nonce: &[u8; 32], solution: &[u8]) -> [u8; 32] {
    hash_256(&pow_message(mine_hash, nonce, solution))
}

/// What the proof-of-work hash is made of.
pub(crate) fn pow_message(mine_hash: &[u8; 32], nonce: &[u8; 32], solution: &[u8]) -> Vec<u8> {
    [mine_hash, nonce, solution].concat()
}

/// A difficulty: how many tries, on the mean, a hash below the boundary takes. Never zero, at most 128 bits, as the
/// header's field has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difficulty(NonZeroU128);

impl Difficulty {
    /// A difficulty from an integer.
    ///
    /// # Errors
    /// [`DifficultyError::Zero`], since no boundary follows from it.
    pub const fn new(value: u128) -> Result<Difficulty, DifficultyError> {
        match NonZeroU128::new(value) {
            Some(value) => Ok(Difficulty(value)),
            None => Err(DifficultyError::Zero),
        }
    }

    /// A difficulty from 1 to 16 big-endian bytes.
    ///
    /// # Errors
    /// [`DifficultyError`] where there are no bytes, more than 16, or only zeros.
    pub fn from_be_bytes(bytes: &[u8]) -> Result<Difficulty, DifficultyError> {
        if bytes.is_empty() || bytes.len() > 16 {
            return Err(DifficultyError::Length { bytes: bytes.len() });
        }
        Difficulty::new(bytes.iter().fold(0, |value, &byte| value << 8 | u128::from(byte)))
    }

    /// The integer.
    pub const fn get(self) -> u128 {
        self.0.get()
    }
}

/// Bytes that are no difficulty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DifficultyError {
    /// Zero has no boundary.
    #[error("the difficulty is 0, and must be at least 1")]
    Zero,
    /// No bytes, or more than the header's field has.
    #[error("the difficulty has {bytes} bytes, and must have 1 to 16")]
    Length {
        /// Bytes given.
        bytes: usize,
    },
}

/// The boundary: a proof-of-work hash is good when it is strictly below.
///
/// Targets compare as the integers they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target(Boundary);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Boundary {
    /// A big-endian integer.
    Below([u8; 32]),
    /// 2^256, the boundary of difficulty 1: one more than 32 bytes can say.
    Everything,
}

impl Target {
    /// The boundary `floor(2^256 / difficulty)`.
    pub fn from_difficulty(difficulty: Difficulty) -> Target {
        let divisor = difficulty.get();
        if divisor == 1 {
            return Target(Boundary::Everything);
        }
        // Long division, bit by bit: after the leading 1 of 2^256 the remainder is 1, as the divisor is above it.
        let mut remainder = 1u128;
        let mut quotient = [0; 32];
        for byte in &mut quotient {
            for _ in 0..8 {
                let carried = remainder >> 127 == 1;
                remainder <<= 1;
                *byte <<= 1;
                if carried || remainder >= divisor {
                    remainder = remainder.wrapping_sub(divisor);
                    *byte |= 1;
                }
            }
        }
        Target(Boundary::Below(quotient))
    }

    /// A boundary from 32 big-endian bytes.
    pub const fn from_be_bytes(bytes: [u8; 32]) -> Target {
        Target(Boundary::Below(bytes))
    }

    /// The boundary as 32 big-endian bytes; none for 2^256, the boundary of difficulty 1, which 32 bytes cannot
    /// hold.
    pub const fn to_be_bytes(self) -> Option<[u8; 32]> {
        match self.0 {
            Boundary::Below(bytes) => Some(bytes),
            Boundary::Everything => None,
        }
    }

    /// Whether a proof-of-work hash, as a big-endian integer, is strictly below the boundary.
    pub fn is_met_by(&self, pow_hash: &[u8; 32]) -> bool {
        match &self.0 {
            Boundary::Below(bytes) => pow_hash < bytes,
            Boundary::Everything => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boundary(difficulty: u128) -> Option<String> {
        Target::from_difficulty(Difficulty::new(difficulty).unwrap())
            .to_be_bytes()
            .map(hex::encode)
    }

    #[test]
    fn the_boundary_is_the_quotient_rounded_down() {
        let table: [(&str, u128, String); 6] = [
            ("a half", 2, format!("80{}", "00".repeat(31))),
            ("a third", 3, "55".repeat(32)),
            ("the least on the chain", 16, format!("10{}", "00".repeat(31))),
            ("a power of two", 1 << 127, format!("{:0>31}2{:0>32}", "", "")),
            ("the greatest", u128::MAX, format!("{:0>31}1{:0>31}1", "", "")),
            (
                "the greatest but one",
                u128::MAX - 1,
                format!("{:0>31}1{:0>31}2", "", ""),
            ),
        ];
        for (name, difficulty, expected) in table {
            assert_eq!(boundary(difficulty), Some(expected), "{name}");
        }
    }

    #[test]
    fn difficulty_one_lets_everything_pass() {
        let target = Target::from_difficulty(Difficulty::new(1).unwrap());
        assert_eq!(target.to_be_bytes(), None);
        assert!(target.is_met_by(&[0xff; 32]));
        assert!(target > Target::from_be_bytes([0xff; 32]));
    }

    #[test]
    fn what_is_no_difficulty_is_refused() {
        let table: [(&str, &[u8], DifficultyError); 4] = [
            ("nothing", &[], DifficultyError::Length { bytes: 0 }),
            ("17 bytes", &[1; 17], DifficultyError::Length { bytes: 17 }),
            ("one zero byte", &[0], DifficultyError::Zero),
            ("sixteen zero bytes", &[0; 16], DifficultyError::Zero),
        ];
        for (name, bytes, expected) in table {
            assert_eq!(Difficulty::from_be_bytes(bytes), Err(expected), "{name}");
        }
        assert_eq!(Difficulty::from_be_bytes(&[1, 0]).unwrap().get(), 256);
    }

    #[test]
    fn a_hash_equal_to_the_boundary_misses_it() {
        let mut hash = [0; 32];
        hash[0] = 0x10;
        let target = Target::from_difficulty(Difficulty::new(16).unwrap());
        assert!(!target.is_met_by(&hash));
        hash[0] = 0x0f;
        hash[31] = 0xff;
        assert!(target.is_met_by(&hash));
    }
}
