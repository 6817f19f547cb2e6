//! The forms in which the solver makes digests: how many at once, and by which unit of the processor.

use super::word::Word;
use super::{DIGEST_WORDS, Nonce, bulk};

/// Digests made and split at a time: 24 KiB, which stays in L1. A multiple of what any form makes at once.
pub const LOT: usize = 384;

/// Digests, one after another.
pub type Lot = [u64; LOT * DIGEST_WORDS];

/// A way to make a lot of digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One at a time, in 64-bit words.
    One,
    /// Four at a time, in AVX2 lanes.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Eight at a time, in AVX-512 lanes.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// Two at a time, in WebAssembly's vector lanes.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Two,
    /// Three at a time: two in vector lanes, and one beside them in 64-bit words.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Three,
}

impl Form {
    /// All forms of this target, the widest last.
    pub const ALL: &[Form] = &[
        Form::One,
        #[cfg(target_arch = "x86_64")]
        Form::Avx2,
        #[cfg(target_arch = "x86_64")]
        Form::Avx512,
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        Form::Two,
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        Form::Three,
    ];

    /// Whether the processor that this runs on has what the form needs.
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Form::Avx2 => std::is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Form::Avx512 => std::is_x86_feature_detected!("avx512f"),
            // WebAssembly without vectors does not even load a module that has them.
            _ => true,
        }
    }

    /// The widest form that is available.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn widest() -> Form {
        let mut available = Form::ALL.iter().copied().filter(|form| form.is_available());
        available.next_back().unwrap_or(Form::One)
    }
}

impl Nonce {
    /// Digests `first .. first + n` into the lot; up to seven more may be written behind them.
    ///
    /// # Panics
    /// If `n` exceeds [`LOT`], or the form is not available.
    pub fn digests(&self, form: Form, first: u32, n: usize, lot: &mut Lot) {
        assert!(n <= LOT && form.is_available());
        if !self.is_of_chain() {
            return fill_anywhere(self, first, n, lot);
        }
        match form {
            Form::One => fill_one(self, first, n, lot),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: it is available.
            Form::Avx2 => unsafe { super::x86::fill_avx2(self, first, n, lot) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: it is available.
            Form::Avx512 => unsafe { super::x86::fill_avx512(self, first, n, lot) },
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Form::Two => super::wasm::fill_two(self, first, n, lot),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Form::Three => super::wasm::fill_three(self, first, n, lot),
        }
    }
}

/// A word that makes digests of successive counters, one in each lane.
pub trait Lanes: Word {
    /// Digests at once.
    const DIGESTS: usize;

    fn context() -> Self::Context;
    /// The counter of each digest.
    fn counters(first: u32) -> Self;
    /// Writes digests to their place in a lot, one after another. `digest` is their first seven words; what goes
    /// into an eighth is of no account.
    ///
    /// # Safety
    /// `out` begins `DIGESTS` digests of [`DIGEST_WORDS`] words.
    unsafe fn store(digest: &[Self; 7], out: *mut u64);
}

impl Lanes for u64 {
    const DIGESTS: usize = 1;

    #[inline(always)]
    fn context() {}
    #[inline(always)]
    fn counters(first: u32) -> Self {
        u64::from(first)
    }
    #[inline(always)]
    unsafe fn store(digest: &[Self; 7], out: *mut u64) {
        // SAFETY: seven words of eight.
        unsafe { out.cast::<[u64; 7]>().write(*digest) }
    }
}

/// Digests `first .. first + n` of a chain block.
#[inline(always)]
pub fn fill<W: Lanes>(nonce: &Nonce, first: u32, n: usize, lot: &mut Lot) {
    const { assert!(LOT.is_multiple_of(W::DIGESTS), "whole groups fill a lot") }
    debug_assert!(n <= LOT);
    let ctx = W::context();
    let mut i = 0;
    while i < n {
        let digest = bulk::of_chain(nonce, W::counters(first.wrapping_add(i as u32)), ctx);
        // SAFETY: `i` is a multiple of DIGESTS below LOT, and DIGESTS divides LOT, so the group is inside.
        unsafe { W::store(&digest, lot.as_mut_ptr().add(i * DIGEST_WORDS)) };
        i += W::DIGESTS;
    }
}

#[inline(never)]
fn fill_one(nonce: &Nonce, first: u32, n: usize, lot: &mut Lot) {
    fill::<u64>(nonce, first, n, lot);
}

/// Digests `first .. first + n` of whatever lengths header and nonce have.
fn fill_anywhere(nonce: &Nonce, first: u32, n: usize, lot: &mut Lot) {
    for (i, out) in lot.chunks_exact_mut(DIGEST_WORDS).take(n).enumerate() {
        out[..7].copy_from_slice(&nonce.digest(first.wrapping_add(i as u32)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaf::LeafHasher;
    use crate::params::Params;

    /// The forms to hold against the blake2 crate; those that this machine lacks are named.
    fn forms() -> impl Iterator<Item = Form> {
        Form::ALL.iter().copied().filter(|form| {
            if !form.is_available() {
                println!("NOT RUN: this processor lacks {form:?}");
            }
            form.is_available()
        })
    }

    fn check(form: Form, header: &[u8], nonce: &[u8], first: u32, n: usize) {
        let plain = LeafHasher::new(&Params::AION, header, nonce);
        let mut lot = [0; LOT * DIGEST_WORDS];
        Nonce::new(&Params::AION, header, nonce).digests(form, first, n, &mut lot);
        for (i, words) in lot.as_chunks::<DIGEST_WORDS>().0.iter().take(n).enumerate() {
            let counter = first.wrapping_add(i as u32);
            let bytes = words.map(u64::to_le_bytes);
            assert_eq!(
                bytes.as_flattened()[..54],
                plain.digest(counter)[..54],
                "{form:?}: header of {} bytes, counter {counter}",
                header.len()
            );
        }
    }

    #[test]
    fn every_form_gives_the_digests_of_the_blake2_crate_for_headers_of_any_length() {
        let header: Vec<u8> = (0..300u32).map(|i| (i * 7 + 3) as u8).collect();
        for form in forms() {
            for length in 0..=header.len() {
                check(form, &header[..length], &[0xa5; 32], 0x1f_fffe - length as u32, 5);
            }
        }
    }

    #[test]
    fn every_form_fills_every_place_of_a_lot() {
        for form in forms() {
            for (header, first) in [(0x42, 1000), (0x81, 0), (0xff, u32::MAX - 100)] {
                check(form, &[header; 32], &[0x17; 32], first, LOT);
            }
        }
    }

    #[test]
    fn no_digest_outside_a_lot_is_made_for_a_part_of_one() {
        let nonce = Nonce::new(&Params::AION, &[3; 32], &[4; 32]);
        for form in forms() {
            for n in 0..=9 {
                let mut lot = [7; LOT * DIGEST_WORDS];
                nonce.digests(form, 0, n, &mut lot);
                assert!(
                    lot[(n + 7) * DIGEST_WORDS..].iter().all(|&word| word == 7),
                    "{form:?} {n}"
                );
            }
        }
    }
}
