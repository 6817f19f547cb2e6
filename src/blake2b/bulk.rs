//! The compression of last blocks that differ in the counter alone, unrolled.
//!
//! All of it is inlined into its callers: where one of them may use more of the processor than the rest of the
//! program, so may what is inlined there, and nothing else.

use super::word::Word;
use super::{Nonce, SIGMA, STEP};

/// `a` plus word `I` of a block whose counter is word 8 and whose words 9 to 15 are zero, and never added.
#[inline(always)]
pub fn plus<W: Word, const I: usize>(nonce: &Nonce, counters: W, a: W) -> W {
    match I {
        0..8 => a.add(W::splat(nonce.message[I])),
        8 => a.add(counters),
        _ => a,
    }
}

macro_rules! mix {
    ($v:ident, $nonce:ident, $counters:ident, $ctx:ident, $round:expr, $i:expr) => {{
        const A: usize = STEP[$i][0];
        const B: usize = STEP[$i][1];
        const C: usize = STEP[$i][2];
        const D: usize = STEP[$i][3];
        const X: usize = SIGMA[$round % 10][2 * $i];
        const Y: usize = SIGMA[$round % 10][2 * $i + 1];
        [$v[A], $v[B], $v[C], $v[D]] = W::mix::<X, Y>([$v[A], $v[B], $v[C], $v[D]], $nonce, $counters, $ctx);
    }};
}

macro_rules! rounds {
    ($v:ident, $nonce:ident, $counters:ident, $ctx:ident, $($round:literal)*) => {$(
        mix!($v, $nonce, $counters, $ctx, $round, 0);
        mix!($v, $nonce, $counters, $ctx, $round, 1);
        mix!($v, $nonce, $counters, $ctx, $round, 2);
        mix!($v, $nonce, $counters, $ctx, $round, 3);
        $v[0].fence($ctx);
        mix!($v, $nonce, $counters, $ctx, $round, 4);
        mix!($v, $nonce, $counters, $ctx, $round, 5);
        mix!($v, $nonce, $counters, $ctx, $round, 6);
        mix!($v, $nonce, $counters, $ctx, $round, 7);
        $v[0].fence($ctx);
    )*};
}

/// The first seven words of the digests of `counters`, for a block of the chain: its round 0 is prepared but for
/// one step.
#[inline(always)]
pub fn of_chain<W: Word>(nonce: &Nonce, counters: W, ctx: W::Context) -> [W; 7] {
    debug_assert!(nonce.is_of_chain());
    // Loops over the state are spelled out: they are to vanish at every level of optimisation, and a closure
    // would be compiled without its caller's features.
    macro_rules! each {
        ($of:ident: $($i:literal)*) => { [$($of!($i)),*] };
    }
    macro_rules! prepared {
        ($i:literal) => {
            W::splat(nonce.prepared[$i])
        };
    }
    let mut v = each!(prepared: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    mix!(v, nonce, counters, ctx, 0, 4);
    rounds!(v, nonce, counters, ctx, 1 2 3 4 5 6 7 8 9 10 11);
    macro_rules! word {
        ($i:literal) => {
            v[$i].xor(v[$i + 8]).xor(W::splat(nonce.h[$i]))
        };
    }
    each!(word: 0 1 2 3 4 5 6)
}
