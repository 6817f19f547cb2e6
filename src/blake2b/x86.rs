//! Four digests in AVX2 lanes, eight in AVX-512 lanes.
//!
//! No word leaves this file: the entries require the processor's feature, everything else is inlined there.
#![allow(
    clippy::undocumented_unsafe_blocks,
    reason = "each would say the same: words exist only inside the entries, whose callers see to the feature"
)]

use core::arch::x86_64::*;

use super::DIGEST_WORDS;
use super::Nonce;
use super::form::{Lanes, fill};
use super::hash::hash_lanes;

use super::word::Word;

/// [`fill`], four digests at a time.
///
/// # Safety
/// The processor has AVX2.
#[target_feature(enable = "avx2")]
pub unsafe fn fill_avx2(nonce: &Nonce, counters: &[u32], n: usize, digests: &mut [u64]) {
    fill::<Four>(nonce, counters, n, digests);
}

/// [`fill`], eight digests at a time.
///
/// # Safety
/// The processor has AVX-512F.
#[target_feature(enable = "avx512f")]
pub unsafe fn fill_avx512(nonce: &Nonce, counters: &[u32], n: usize, digests: &mut [u64]) {
    fill::<Eight>(nonce, counters, n, digests);
}

/// [`hash_lanes`], of four messages.
///
/// # Safety
/// The processor has AVX2.
#[target_feature(enable = "avx2")]
pub unsafe fn hash_avx2(messages: &[Vec<u8>], digests: &mut Vec<[u8; 32]>) -> usize {
    hash_lanes::<Four>(messages, digests)
}

/// [`hash_lanes`], of eight messages.
///
/// # Safety
/// The processor has AVX-512F.
#[target_feature(enable = "avx512f")]
pub unsafe fn hash_avx512(messages: &[Vec<u8>], digests: &mut Vec<[u8; 32]>) -> usize {
    hash_lanes::<Eight>(messages, digests)
}

#[derive(Clone, Copy)]
struct Four(__m256i);

impl Word for Four {
    type Context = ();

    #[inline(always)]
    fn splat(word: u64) -> Self {
        Self(unsafe { _mm256_set1_epi64x(word as i64) })
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(unsafe { _mm256_add_epi64(self.0, other.0) })
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(unsafe { _mm256_xor_si256(self.0, other.0) })
    }
    #[inline(always)]
    fn rotate_32(self, (): ()) -> Self {
        Self(unsafe { _mm256_shuffle_epi32::<0b10_11_00_01>(self.0) })
    }
    #[inline(always)]
    fn rotate_24(self, (): ()) -> Self {
        unsafe {
            let half = _mm_setr_epi8(3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10);
            Self(_mm256_shuffle_epi8(self.0, _mm256_broadcastsi128_si256(half)))
        }
    }
    #[inline(always)]
    fn rotate_16(self, (): ()) -> Self {
        unsafe {
            let half = _mm_setr_epi8(2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9);
            Self(_mm256_shuffle_epi8(self.0, _mm256_broadcastsi128_si256(half)))
        }
    }
    #[inline(always)]
    fn rotate_63(self, (): ()) -> Self {
        unsafe {
            let doubled = _mm256_add_epi64(self.0, self.0);
            Self(_mm256_or_si256(doubled, _mm256_srli_epi64::<63>(self.0)))
        }
    }
    #[inline(always)]
    fn fence(self, (): ()) {}
}

impl Lanes for Four {
    const DIGESTS: usize = 4;

    #[inline(always)]
    fn context() {}
    #[inline(always)]
    unsafe fn counters(at: *const u32) -> Self {
        unsafe { Self(_mm256_cvtepu32_epi64(_mm_loadu_si128(at.cast()))) }
    }
    #[inline(always)]
    unsafe fn store(digest: &[Self; 7], out: *mut u64) {
        let [a, b, c, d, e, f, g] = *digest;
        unsafe {
            store_square(a, b, c, d, out);
            store_square(e, f, g, g, out.add(4));
        }
    }
    #[inline(always)]
    unsafe fn load(at: *const u64) -> Self {
        unsafe { Self(_mm256_loadu_si256(at.cast())) }
    }
    #[inline(always)]
    unsafe fn unload(self, out: *mut u64) {
        unsafe { _mm256_storeu_si256(out.cast(), self.0) }
    }
}

/// Writes four words of four digests, transposed.
///
/// # Safety
/// `out` points to four words of the first of four digests.
#[inline(always)]
unsafe fn store_square(a: Four, b: Four, c: Four, d: Four, out: *mut u64) {
    unsafe {
        let (even_low, odd_low) = (_mm256_unpacklo_epi64(a.0, b.0), _mm256_unpackhi_epi64(a.0, b.0));
        let (even_high, odd_high) = (_mm256_unpacklo_epi64(c.0, d.0), _mm256_unpackhi_epi64(c.0, d.0));
        let digest = |i: usize| out.add(i * DIGEST_WORDS).cast::<__m256i>();
        _mm256_storeu_si256(digest(0), _mm256_permute2x128_si256::<0x20>(even_low, even_high));
        _mm256_storeu_si256(digest(1), _mm256_permute2x128_si256::<0x20>(odd_low, odd_high));
        _mm256_storeu_si256(digest(2), _mm256_permute2x128_si256::<0x31>(even_low, even_high));
        _mm256_storeu_si256(digest(3), _mm256_permute2x128_si256::<0x31>(odd_low, odd_high));
    }
}

#[derive(Clone, Copy)]
struct Eight(__m512i);

impl Word for Eight {
    type Context = ();

    #[inline(always)]
    fn splat(word: u64) -> Self {
        Self(unsafe { _mm512_set1_epi64(word as i64) })
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(unsafe { _mm512_add_epi64(self.0, other.0) })
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(unsafe { _mm512_xor_si512(self.0, other.0) })
    }
    #[inline(always)]
    fn rotate_32(self, (): ()) -> Self {
        Self(unsafe { _mm512_ror_epi64::<32>(self.0) })
    }
    #[inline(always)]
    fn rotate_24(self, (): ()) -> Self {
        Self(unsafe { _mm512_ror_epi64::<24>(self.0) })
    }
    #[inline(always)]
    fn rotate_16(self, (): ()) -> Self {
        Self(unsafe { _mm512_ror_epi64::<16>(self.0) })
    }
    #[inline(always)]
    fn rotate_63(self, (): ()) -> Self {
        Self(unsafe { _mm512_ror_epi64::<63>(self.0) })
    }
    #[inline(always)]
    fn fence(self, (): ()) {}
}

impl Lanes for Eight {
    const DIGESTS: usize = 8;

    #[inline(always)]
    fn context() {}
    #[inline(always)]
    unsafe fn counters(at: *const u32) -> Self {
        unsafe { Self(_mm512_cvtepu32_epi64(_mm256_loadu_si256(at.cast()))) }
    }
    #[inline(always)]
    unsafe fn store(digest: &[Self; 7], out: *mut u64) {
        let [a, b, c, d, e, f, g] = *digest;
        unsafe {
            // Pairs of words, then halves of four words, then whole digests.
            let (ab0, ab1) = (_mm512_unpacklo_epi64(a.0, b.0), _mm512_unpackhi_epi64(a.0, b.0));
            let (cd0, cd1) = (_mm512_unpacklo_epi64(c.0, d.0), _mm512_unpackhi_epi64(c.0, d.0));
            let (ef0, ef1) = (_mm512_unpacklo_epi64(e.0, f.0), _mm512_unpackhi_epi64(e.0, f.0));
            let (gg0, gg1) = (_mm512_unpacklo_epi64(g.0, g.0), _mm512_unpackhi_epi64(g.0, g.0));
            store_four([ab0, cd0, ef0, gg0], out);
            store_four([ab1, cd1, ef1, gg1], out.add(DIGEST_WORDS));
        }
    }
    #[inline(always)]
    unsafe fn load(at: *const u64) -> Self {
        unsafe { Self(_mm512_loadu_si512(at.cast())) }
    }
    #[inline(always)]
    unsafe fn unload(self, out: *mut u64) {
        unsafe { _mm512_storeu_si512(out.cast(), self.0) }
    }
}

/// Writes every other of eight digests, from the first on. Lane pair `i` of each part belongs to digest `2 i`.
///
/// # Safety
/// `out` begins the first of eight digests.
#[inline(always)]
unsafe fn store_four([ab, cd, ef, gg]: [__m512i; 4], out: *mut u64) {
    unsafe {
        let (low_04, low_26) = (
            _mm512_shuffle_i64x2::<0b10_00_10_00>(ab, cd),
            _mm512_shuffle_i64x2::<0b11_01_11_01>(ab, cd),
        );
        let (high_04, high_26) = (
            _mm512_shuffle_i64x2::<0b10_00_10_00>(ef, gg),
            _mm512_shuffle_i64x2::<0b11_01_11_01>(ef, gg),
        );
        let digest = |i: usize| out.add(i * DIGEST_WORDS).cast::<__m512i>();
        _mm512_storeu_si512(digest(0), _mm512_shuffle_i64x2::<0b10_00_10_00>(low_04, high_04));
        _mm512_storeu_si512(digest(2), _mm512_shuffle_i64x2::<0b10_00_10_00>(low_26, high_26));
        _mm512_storeu_si512(digest(4), _mm512_shuffle_i64x2::<0b11_01_11_01>(low_04, high_04));
        _mm512_storeu_si512(digest(6), _mm512_shuffle_i64x2::<0b11_01_11_01>(low_26, high_26));
    }
}
