//! Two digests in a WebAssembly vector, and a third beside them in the integer unit.

use super::form::{Lanes, fill};
use super::word::Word;
use super::{DIGEST_WORDS, Nonce};
use core::arch::wasm32::*;

/// Byte orders of the two rotations that are a permutation but no lane swap.
static ROTATE_24: [u8; 16] = [3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10];
static ROTATE_16: [u8; 16] = [2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9];
/// Any constant: a state word equals it once in 2^32, so that a branch on it stays and never costs.
const FENCE: u32 = 0x5bd1_e995;

/// [`fill`], two digests at a time.
#[inline(never)]
pub fn fill_two(nonce: &Nonce, counters: &[u32], n: usize, digests: &mut [u64]) {
    fill::<Two>(nonce, counters, n, digests);
}

/// [`fill`], three digests at a time.
#[inline(never)]
pub fn fill_three(nonce: &Nonce, counters: &[u32], n: usize, digests: &mut [u64]) {
    fill::<Three>(nonce, counters, n, digests);
}

/// The permutations, kept in registers. Loaded, not constant: V8 rebuilds a constant shuffle mask at every
/// use, but keeps a loaded one.
#[derive(Clone, Copy)]
struct Masks {
    rotate_24: v128,
    rotate_16: v128,
}

/// Two digests in vector lanes.
#[derive(Clone, Copy)]
struct Two(v128);

impl Word for Two {
    type Context = Masks;

    #[inline(always)]
    fn splat(word: u64) -> Self {
        Self(u64x2_splat(word))
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(u64x2_add(self.0, other.0))
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(v128_xor(self.0, other.0))
    }
    #[inline(always)]
    fn rotate_32(self, _: Masks) -> Self {
        Self(u32x4_shuffle::<1, 0, 3, 2>(self.0, self.0))
    }
    #[inline(always)]
    fn rotate_24(self, masks: Masks) -> Self {
        Self(u8x16_swizzle(self.0, masks.rotate_24))
    }
    #[inline(always)]
    fn rotate_16(self, masks: Masks) -> Self {
        Self(u8x16_swizzle(self.0, masks.rotate_16))
    }
    #[inline(always)]
    fn rotate_63(self, _: Masks) -> Self {
        Self(v128_or(u64x2_add(self.0, self.0), u64x2_shr(self.0, 63)))
    }
    #[inline(always)]
    fn fence(self, _: Masks) {}
}

impl Lanes for Two {
    const DIGESTS: usize = 2;

    #[inline(always)]
    fn context() -> Masks {
        // SAFETY: 16 bytes each.
        unsafe {
            Masks {
                rotate_24: v128_load(core::hint::black_box(ROTATE_24.as_ptr()).cast()),
                rotate_16: v128_load(core::hint::black_box(ROTATE_16.as_ptr()).cast()),
            }
        }
    }
    #[inline(always)]
    unsafe fn counters(at: *const u32) -> Self {
        // SAFETY: two counters.
        let (first, second) = unsafe { (at.read(), at.add(1).read()) };
        Self(u64x2(u64::from(first), u64::from(second)))
    }
    #[inline(always)]
    unsafe fn store(digest: &[Self; 7], out: *mut u64) {
        let [a, b, c, d, e, f, g] = *digest;
        let out = out.cast::<v128>();
        for (i, (x, y)) in [(a, b), (c, d), (e, f), (g, g)].into_iter().enumerate() {
            // SAFETY: four vectors are a digest, and there are two.
            unsafe {
                v128_store(out.add(i), u64x2_shuffle::<0, 2>(x.0, y.0));
                v128_store(out.add(DIGEST_WORDS / 2 + i), u64x2_shuffle::<1, 3>(x.0, y.0));
            }
        }
    }
}

/// One digest in the integer unit beside two in the vector unit, so that both work at once.
#[derive(Clone, Copy)]
struct Three {
    one: u64,
    two: Two,
}

impl Three {
    #[inline(always)]
    fn with(one: u64, two: Two) -> Self {
        Self { one, two }
    }
}

impl Word for Three {
    type Context = Masks;

    #[inline(always)]
    fn splat(word: u64) -> Self {
        Self::with(word, Two::splat(word))
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self::with(self.one.add(other.one), self.two.add(other.two))
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self::with(self.one.xor(other.one), self.two.xor(other.two))
    }
    #[inline(always)]
    fn rotate_32(self, masks: Masks) -> Self {
        Self::with(self.one.rotate_32(()), self.two.rotate_32(masks))
    }
    #[inline(always)]
    fn rotate_24(self, masks: Masks) -> Self {
        Self::with(self.one.rotate_24(()), self.two.rotate_24(masks))
    }
    #[inline(always)]
    fn rotate_16(self, masks: Masks) -> Self {
        Self::with(self.one.rotate_16(()), self.two.rotate_16(masks))
    }
    #[inline(always)]
    fn rotate_63(self, masks: Masks) -> Self {
        Self::with(self.one.rotate_63(()), self.two.rotate_63(masks))
    }
    #[inline(always)]
    fn mix<const X: usize, const Y: usize>(
        v: [Self; 4],
        nonce: &Nonce,
        counters: Self,
        masks: Masks,
    ) -> [Self; 4] {
        let [a, b, c, d] = v;
        let [a2, b2, c2, d2] = Two::mix::<X, Y>([a.two, b.two, c.two, d.two], nonce, counters.two, masks);
        let [a, b, c, d] = u64::mix::<X, Y>([a.one, b.one, c.one, d.one], nonce, counters.one, ());
        [
            Self::with(a, a2),
            Self::with(b, b2),
            Self::with(c, c2),
            Self::with(d, d2),
        ]
    }
    /// LLVM sinks each unit's work to where it is needed, which would put the two one after the other. A
    /// branch ends the basic block, and with it the freedom to do so.
    #[inline(always)]
    fn fence(self, _: Masks) {
        if self.one as u32 == FENCE {
            core::hint::black_box(FENCE);
        }
    }
}

impl Lanes for Three {
    const DIGESTS: usize = 3;

    #[inline(always)]
    fn context() -> Masks {
        Two::context()
    }
    #[inline(always)]
    unsafe fn counters(at: *const u32) -> Self {
        // SAFETY: three counters; the first two are the vector's.
        unsafe { Self::with(u64::from(at.add(2).read()), Two::counters(at)) }
    }
    #[inline(always)]
    unsafe fn store(digest: &[Self; 7], out: *mut u64) {
        // SAFETY: three digests; the first two are the vector's.
        unsafe {
            Two::store(&digest.map(|word| word.two), out);
            u64::store(&digest.map(|word| word.one), out.add(2 * DIGEST_WORDS));
        }
    }
}
