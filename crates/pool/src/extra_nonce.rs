//! The pool's part of every nonce: no two connections have the same at a time.

use std::hash::{BuildHasher, RandomState};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use stratum::Dialect;

/// How many values two bytes have.
const SMALL_VALUES: usize = 1 << 16;

/// Gives out extraNonce1: 8 bytes in the solo dialect, 2 in MiningCore's. Clones share what is taken.
#[derive(Debug, Clone)]
pub(crate) enum ExtraNonces {
    /// 64 bits count up and never come again.
    Long(Arc<AtomicU64>),
    /// 16 bits come again when they are free; the longest free is the next.
    Short(Arc<Mutex<Short>>),
}

#[derive(Debug)]
pub(crate) struct Short {
    next: u16,
    taken: Box<[bool; SMALL_VALUES]>,
    left: usize,
}

/// One connection's extraNonce1; free again when dropped.
#[derive(Debug)]
pub(crate) enum ExtraNonce1 {
    Long([u8; 8]),
    Short([u8; 2], Arc<Mutex<Short>>),
}

impl ExtraNonces {
    /// `first` fixes where counting starts, by as many of its bytes as there are; otherwise dice do.
    pub(crate) fn new(dialect: Dialect, first: Option<[u8; 8]>) -> Self {
        let dice = RandomState::new().hash_one(());
        match dialect {
            Dialect::Solo => {
                // Four random bytes that tell this pool from an earlier one, and a counter from 0.
                let first = first.map_or(dice & !u64::from(u32::MAX), u64::from_be_bytes);
                ExtraNonces::Long(Arc::new(AtomicU64::new(first)))
            }
            Dialect::MiningCore => {
                let [high, low, ..] = first.unwrap_or(dice.to_be_bytes());
                ExtraNonces::Short(Arc::new(Mutex::new(Short {
                    next: u16::from_be_bytes([high, low]),
                    taken: Box::new([false; SMALL_VALUES]),
                    left: SMALL_VALUES,
                })))
            }
        }
    }

    /// One that no connection has, `None` where all are taken.
    pub(crate) fn take(&self) -> Option<ExtraNonce1> {
        match self {
            ExtraNonces::Long(next) => Some(ExtraNonce1::Long(next.fetch_add(1, Relaxed).to_be_bytes())),
            ExtraNonces::Short(shared) => {
                let mut short = shared.lock().unwrap_or_else(PoisonError::into_inner);
                if short.left == 0 {
                    return None;
                }
                while short.taken[usize::from(short.next)] {
                    short.next = short.next.wrapping_add(1);
                }
                let value = short.next;
                short.taken[usize::from(value)] = true;
                short.left -= 1;
                short.next = value.wrapping_add(1);
                Some(ExtraNonce1::Short(value.to_be_bytes(), shared.clone()))
            }
        }
    }
}

impl ExtraNonce1 {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            ExtraNonce1::Long(bytes) => bytes,
            ExtraNonce1::Short(bytes, _) => bytes,
        }
    }
}

impl Drop for ExtraNonce1 {
    fn drop(&mut self) {
        if let ExtraNonce1::Short(bytes, shared) = self {
            let mut short = shared.lock().unwrap_or_else(PoisonError::into_inner);
            short.taken[usize::from(u16::from_be_bytes(*bytes))] = false;
            short.left += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn two_bytes_are_unique_until_all_are_taken() {
        let nonces = ExtraNonces::new(Dialect::MiningCore, Some([0xbe, 0x10, 0, 0, 0, 0, 0, 0]));
        let mut held: Vec<_> = (0..SMALL_VALUES).map(|_| nonces.take().unwrap()).collect();
        assert_eq!(held[0].bytes(), [0xbe, 0x10]);
        assert_eq!(held[1].bytes(), [0xbe, 0x11]);
        let different: HashSet<_> = held.iter().map(|nonce| nonce.bytes().to_vec()).collect();
        assert_eq!(different.len(), SMALL_VALUES);
        assert!(nonces.take().is_none(), "65,536 are in use");
        let free = held.swap_remove(5).bytes().to_vec();
        assert_eq!(nonces.take().unwrap().bytes(), free);
    }

    #[test]
    fn a_free_value_comes_again_as_late_as_it_can() {
        let nonces = ExtraNonces::new(Dialect::MiningCore, Some([0; 8]));
        for value in 0..=u16::MAX {
            assert_eq!(nonces.take().unwrap().bytes(), value.to_be_bytes());
        }
        assert_eq!(nonces.take().unwrap().bytes(), [0, 0]);
    }

    #[test]
    fn eight_bytes_count_up() {
        let nonces = ExtraNonces::new(Dialect::Solo, Some(*b"\xbc\x4f\xe0\x51\0\0\0\0"));
        assert_eq!(nonces.take().unwrap().bytes(), b"\xbc\x4f\xe0\x51\0\0\0\0");
        assert_eq!(nonces.take().unwrap().bytes(), b"\xbc\x4f\xe0\x51\0\0\0\x01");
        let random = ExtraNonces::new(Dialect::Solo, None);
        assert_eq!(random.take().unwrap().bytes()[4..], [0; 4]);
    }
}
