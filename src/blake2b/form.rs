//! The forms in which digests are made: how many at once, and by which unit of the processor.

use super::word::Word;
use super::{DIGEST_WORDS, Nonce, bulk};

/// Digests come in whole groups of so many: a multiple of what any form makes at once.
pub const GROUP: usize = 24;

/// Digests that the solver makes and splits at a time: 24 KiB, which stays in L1.
#[cfg(feature = "solver")]
pub const LOT: usize = 16 * GROUP;

/// Digests, one after another.
#[cfg(feature = "solver")]
pub type Lot = [u64; LOT * DIGEST_WORDS];

/// A way to make a lot of digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "solver"),
    allow(
        dead_code,
        reason = "without a solver there is no trial, and the widest form serves"
    )
)]
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
    #[cfg(feature = "solver")]
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

    /// Its name, as benchmarks print it.
    #[cfg(feature = "solver")]
    pub const fn name(self) -> &'static str {
        match self {
            Form::One => "one",
            #[cfg(target_arch = "x86_64")]
            Form::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Form::Avx512 => "avx512",
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Form::Two => "two",
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Form::Three => "three",
        }
    }

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

    /// The form to take where there is no time to try them: the widest that is available.
    pub fn widest() -> Form {
        #[cfg(target_arch = "x86_64")]
        for form in [Form::Avx512, Form::Avx2] {
            if form.is_available() {
                return form;
            }
        }
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return Form::Three;
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        Form::One
    }
}

impl Nonce {
    /// The digests of `counters`, one after another, [`DIGEST_WORDS`] words each. Of `counters` and `digests` there
    /// are whole groups; only the first `n` digests are asked for, and up to seven more may be made.
    ///
    /// # Panics
    /// If the groups are not whole, `n` exceeds them, or the form is not available.
    pub fn digests(&self, form: Form, counters: &[u32], n: usize, digests: &mut [u64]) {
        assert!(counters.len().is_multiple_of(GROUP) && digests.len() == counters.len() * DIGEST_WORDS);
        assert!(n <= counters.len() && form.is_available());
        if !self.is_of_chain() {
            return fill_anywhere(self, counters, n, digests);
        }
        match form {
            Form::One => fill_one(self, counters, n, digests),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: it is available.
            Form::Avx2 => unsafe { super::x86::fill_avx2(self, counters, n, digests) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: it is available.
            Form::Avx512 => unsafe { super::x86::fill_avx512(self, counters, n, digests) },
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Form::Two => super::wasm::fill_two(self, counters, n, digests),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Form::Three => super::wasm::fill_three(self, counters, n, digests),
        }
    }

    /// Digests `first .. first + n` into the lot; what is behind them is of no account.
    ///
    /// # Panics
    /// If `n` exceeds [`LOT`], or the form is not available.
    #[cfg(feature = "solver")]
    pub fn lot(&self, form: Form, first: u32, n: usize, lot: &mut Lot) {
        let counters: [u32; LOT] = core::array::from_fn(|i| first.wrapping_add(i as u32));
        self.digests(form, &counters, n, lot);
    }
}

/// A word that makes digests of several counters, one in each lane.
pub trait Lanes: Word {
    /// Digests at once.
    const DIGESTS: usize;

    fn context() -> Self::Context;
    /// The counter of each digest, in order.
    ///
    /// # Safety
    /// `DIGESTS` counters at `at` are readable.
    unsafe fn counters(at: *const u32) -> Self;
    /// Writes digests to their place in a lot, one after another. `digest` is their first seven words; what goes
    /// into an eighth is of no account.
    ///
    /// # Safety
    /// `out` begins `DIGESTS` digests of [`DIGEST_WORDS`] words.
    unsafe fn store(digest: &[Self; 7], out: *mut u64);
    /// A word of each lane, in order.
    ///
    /// # Safety
    /// `DIGESTS` words at `at` are readable.
    #[cfg(target_arch = "x86_64")]
    unsafe fn load(at: *const u64) -> Self;
    /// Writes the word of each lane, in order.
    ///
    /// # Safety
    /// `DIGESTS` words at `out` are writable.
    #[cfg(target_arch = "x86_64")]
    unsafe fn unload(self, out: *mut u64);
}

impl Lanes for u64 {
    const DIGESTS: usize = 1;

    #[inline(always)]
    fn context() {}
    #[inline(always)]
    unsafe fn counters(at: *const u32) -> Self {
        // SAFETY: one counter.
        u64::from(unsafe { at.read() })
    }
    #[inline(always)]
    unsafe fn store(digest: &[Self; 7], out: *mut u64) {
        // SAFETY: seven words of eight.
        unsafe { out.cast::<[u64; 7]>().write(*digest) }
    }
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    unsafe fn load(at: *const u64) -> Self {
        // SAFETY: one word.
        unsafe { at.read() }
    }
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    unsafe fn unload(self, out: *mut u64) {
        // SAFETY: one word.
        unsafe { out.write(self) }
    }
}

/// [`Nonce::digests`] of a chain block, in lanes of one kind.
#[inline(always)]
pub fn fill<W: Lanes>(nonce: &Nonce, counters: &[u32], n: usize, digests: &mut [u64]) {
    const { assert!(GROUP.is_multiple_of(W::DIGESTS), "lanes fill whole groups") }
    debug_assert!(n <= counters.len() && digests.len() == counters.len() * DIGEST_WORDS);
    let ctx = W::context();
    let mut i = 0;
    while i < n {
        // SAFETY: `i` is a multiple of DIGESTS below the number of counters, which DIGESTS divides, so all lanes'
        // counters and digests are inside.
        unsafe {
            let digest = bulk::of_chain(nonce, W::counters(counters.as_ptr().add(i)), ctx);
            W::store(&digest, digests.as_mut_ptr().add(i * DIGEST_WORDS));
        }
        i += W::DIGESTS;
    }
}

#[inline(never)]
fn fill_one(nonce: &Nonce, counters: &[u32], n: usize, digests: &mut [u64]) {
    fill::<u64>(nonce, counters, n, digests);
}

/// The first `n` digests, whatever lengths header and nonce have.
fn fill_anywhere(nonce: &Nonce, counters: &[u32], n: usize, digests: &mut [u64]) {
    let places = digests.chunks_exact_mut(DIGEST_WORDS);
    for (&counter, digest) in counters[..n].iter().zip(places) {
        digest.copy_from_slice(&nonce.digest_anywhere(counter));
    }
}

#[cfg(all(test, feature = "solver"))]
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
        Nonce::new(&Params::AION, header, nonce).lot(form, first, n, &mut lot);
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
    fn counters_may_come_in_any_order() {
        let (header, nonce) = ([5; 32], [6; 32]);
        let plain = LeafHasher::new(&Params::AION, &header, &nonce);
        let counters: [u32; 2 * GROUP] = core::array::from_fn(|i| (i as u32).wrapping_mul(0x9e37_79b1));
        for form in forms() {
            for n in [1, GROUP - 1, 2 * GROUP] {
                let mut digests = [0; 2 * GROUP * DIGEST_WORDS];
                Nonce::new(&Params::AION, &header, &nonce).digests(form, &counters, n, &mut digests);
                for (&counter, words) in counters[..n].iter().zip(digests.as_chunks::<DIGEST_WORDS>().0) {
                    let bytes = words.map(u64::to_le_bytes);
                    assert_eq!(
                        bytes.as_flattened()[..54],
                        plain.digest(counter)[..54],
                        "{form:?} {counter}"
                    );
                }
            }
        }
    }

    #[test]
    fn no_digest_outside_a_lot_is_made_for_a_part_of_one() {
        let nonce = Nonce::new(&Params::AION, &[3; 32], &[4; 32]);
        for form in forms() {
            for n in 0..=9 {
                let mut lot = [7; LOT * DIGEST_WORDS];
                nonce.lot(form, 0, n, &mut lot);
                assert!(
                    lot[(n + 7) * DIGEST_WORDS..].iter().all(|&word| word == 7),
                    "{form:?} {n}"
                );
            }
        }
    }
}
