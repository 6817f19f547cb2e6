//! What the compression is written over: a word of the state, of one digest or of several.

use super::Nonce;
use super::bulk::plus;

/// A word of the state, for as many digests at once as it has lanes.
pub trait Word: Copy {
    /// What rotations need at hand.
    type Context: Copy;

    /// The same word for every digest.
    fn splat(word: u64) -> Self;
    fn add(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn rotate_32(self, context: Self::Context) -> Self;
    fn rotate_24(self, context: Self::Context) -> Self;
    fn rotate_16(self, context: Self::Context) -> Self;
    fn rotate_63(self, context: Self::Context) -> Self;
    /// The mixing step that adds words `X` and `Y` of the message.
    #[inline(always)]
    fn mix<const X: usize, const Y: usize>(
        [a, b, c, d]: [Self; 4],
        nonce: &Nonce,
        counters: Self,
        context: Self::Context,
    ) -> [Self; 4] {
        let a = plus::<Self, X>(nonce, counters, a.add(b));
        let d = d.xor(a).rotate_32(context);
        let c = c.add(d);
        let b = b.xor(c).rotate_24(context);
        let a = plus::<Self, Y>(nonce, counters, a.add(b));
        let d = d.xor(a).rotate_16(context);
        let c = c.add(d);
        let b = b.xor(c).rotate_63(context);
        [a, b, c, d]
    }
    /// Keeps the compiler from moving one step's work behind the next.
    fn fence(self, context: Self::Context);
}

impl Word for u64 {
    type Context = ();

    #[inline(always)]
    fn splat(word: u64) -> Self {
        word
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }
    #[inline(always)]
    fn rotate_32(self, (): ()) -> Self {
        self.rotate_right(32)
    }
    #[inline(always)]
    fn rotate_24(self, (): ()) -> Self {
        self.rotate_right(24)
    }
    #[inline(always)]
    fn rotate_16(self, (): ()) -> Self {
        self.rotate_right(16)
    }
    #[inline(always)]
    fn rotate_63(self, (): ()) -> Self {
        self.rotate_right(63)
    }
    #[inline(always)]
    fn fence(self, (): ()) {}
}
