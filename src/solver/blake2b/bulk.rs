//! The compression of many last blocks that differ in the counter alone, unrolled.

use super::word::Word;
use super::{DIGEST_WORDS, LOT, Lot, Nonce, SIGMA, STEP};

/// The words of the last block, as mixing adds them.
trait Message<W> {
    /// `a` plus word `I`.
    fn add<const I: usize>(&self, a: W) -> W;
}

/// A block of the chain: the counter is word 8, and words 9 to 15 are zero and never added.
struct OfChain<'a, W> {
    words: &'a [u64; 16],
    counter: W,
}

impl<W: Word> Message<W> for OfChain<'_, W> {
    #[inline(always)]
    fn add<const I: usize>(&self, a: W) -> W {
        match I {
            0..8 => a.add(W::splat(self.words[I])),
            8 => a.add(self.counter),
            _ => a,
        }
    }
}

/// Any block.
struct Any<W>([W; 16]);

impl<W: Word> Message<W> for Any<W> {
    #[inline(always)]
    fn add<const I: usize>(&self, a: W) -> W {
        a.add(self.0[I])
    }
}

macro_rules! mix {
    ($v:ident, $message:ident, $ctx:ident, $round:expr, $i:expr) => {{
        const A: usize = STEP[$i][0];
        const B: usize = STEP[$i][1];
        const C: usize = STEP[$i][2];
        const D: usize = STEP[$i][3];
        let a = $message.add::<{ SIGMA[$round % 10][2 * $i] }>($v[A].add($v[B]));
        let d = $v[D].xor(a).rotate_32($ctx);
        let c = $v[C].add(d);
        let b = $v[B].xor(c).rotate_24($ctx);
        $v[A] = $message.add::<{ SIGMA[$round % 10][2 * $i + 1] }>(a.add(b));
        $v[D] = d.xor($v[A]).rotate_16($ctx);
        $v[C] = c.add($v[D]);
        $v[B] = b.xor($v[C]).rotate_63($ctx);
        $v[0].fence($ctx);
    }};
}

macro_rules! round {
    ($v:ident, $message:ident, $ctx:ident, $($round:literal)*) => {$(
        mix!($v, $message, $ctx, $round, 0);
        mix!($v, $message, $ctx, $round, 1);
        mix!($v, $message, $ctx, $round, 2);
        mix!($v, $message, $ctx, $round, 3);
        mix!($v, $message, $ctx, $round, 4);
        mix!($v, $message, $ctx, $round, 5);
        mix!($v, $message, $ctx, $round, 6);
        mix!($v, $message, $ctx, $round, 7);
    )*};
}

/// Digests of a chain block, whose round 0 is prepared but for one step.
#[inline(never)]
pub fn of_chain<W: Word>(nonce: &Nonce, first: u32, n: usize, lot: &mut Lot) {
    const { assert!(LOT.is_multiple_of(W::DIGESTS), "whole groups fill a lot") }
    debug_assert!(nonce.counter_at == 64 && n <= LOT);
    let ctx = W::context();
    for i in (0..n).step_by(W::DIGESTS) {
        let message = OfChain {
            words: &nonce.message,
            counter: W::counters(first.wrapping_add(i as u32)),
        };
        let mut v = nonce.prepared.map(W::splat);
        mix!(v, message, ctx, 0, 4);
        round!(v, message, ctx, 1 2 3 4 5 6 7 8 9 10 11);
        finish(&v, &nonce.h, i, lot);
    }
}

/// Digests of any input whose counter lies within one 32-bit half of a word.
#[inline(never)]
pub fn within_word<W: Word>(nonce: &Nonce, first: u32, n: usize, lot: &mut Lot) {
    const { assert!(LOT.is_multiple_of(W::DIGESTS), "whole groups fill a lot") }
    debug_assert!(nonce.counter_at <= 124 && nonce.counter_at % 8 <= 4 && n <= LOT);
    let (word, shift) = (nonce.counter_at / 8, 8 * (nonce.counter_at as u32 % 8));
    let ctx = W::context();
    let state = nonce.start(true, nonce.length);
    for i in (0..n).step_by(W::DIGESTS) {
        let mut message = Any(nonce.message.map(W::splat));
        message.0[word] = message.0[word].xor(W::counters(first.wrapping_add(i as u32)).shift_left(shift));
        let mut v = state.map(W::splat);
        round!(v, message, ctx, 0 1 2 3 4 5 6 7 8 9 10 11);
        finish(&v, &nonce.h, i, lot);
    }
}

/// Writes the digests of a final state to their place in the lot.
#[inline(always)]
fn finish<W: Word>(v: &[W; 16], h: &[u64; 8], i: usize, lot: &mut Lot) {
    for word in 0..7 {
        let digest = v[word].xor(v[word + 8]).xor(W::splat(h[word]));
        // SAFETY: `i` is a multiple of DIGESTS below LOT, and DIGESTS divides LOT, so the group is inside.
        unsafe { digest.write(lot.as_mut_ptr().add(i * DIGEST_WORDS), word) };
    }
}
