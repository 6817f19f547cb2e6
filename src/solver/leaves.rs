//! Layer 0: digests, split into leaves and scattered to their buckets.

use super::Input;
use super::lanes::big_endian_pair;
use super::layout::*;
use super::pages::{NONE, Pages, page_of, start_of};
use super::streams::Streams;
use super::worker::Worker;
use crate::blake2b::{DIGEST_WORDS, LOT};

/// Pages that scattering one lot can need at most: each bucket may turn a page once, and once more for each
/// further page full of leaves.
const PAGES_PER_LOT: u32 = (BUCKETS + 2 * LOT / rows_per_page(0) + 1) as u32;

/// Makes and scatters the leaves of digests `unit * DIGESTS_PER_UNIT ..`, as far as the input has them.
pub fn make(input: &Input, unit: usize, pages: &Pages, worker: &mut Worker, streams: &mut Streams) {
    let from = unit as u32 * DIGESTS_PER_UNIT;
    let until = (from + DIGESTS_PER_UNIT).min(input.digests());
    let mut at = from;
    while at < until {
        let n = (until - at).min(LOT as u32);
        if !pages.ensure(&mut worker.free, PAGES_PER_LOT) {
            worker.dropped += 2 * u64::from(n);
            at += n;
            continue;
        }
        input.digests_into(at, n as usize, &mut worker.scratch.lot);
        // SAFETY: the lot holds n digests, the streams are open, and there are pages for the worst case.
        unsafe { scatter(at, n as usize, pages, worker, streams) };
        at += n;
    }
    pages.give_back(&mut worker.free, PAGES_PER_LOT);
}

/// Splits digests `first .. first + n` of the worker's lot into two leaves each, and appends each leaf to the
/// stream of its bucket.
///
/// # Safety
/// `n` is at most [`LOT`]; the streams are open, and the worker has [`PAGES_PER_LOT`] free pages.
#[inline(never)]
unsafe fn scatter(first: u32, n: usize, pages: &Pages, worker: &mut Worker, streams: &mut Streams) {
    debug_assert!(n <= LOT && worker.free.len >= PAGES_PER_LOT);
    let (base, links) = (pages.base(), pages.links());
    let (end, full) = (streams.end.as_mut_ptr(), streams.full.as_mut_ptr());
    let (mut free, mut taken) = (worker.free.first, 0);
    let mut leaf = (2 * first) << LEAF_SHIFT;
    let mut put = |q0: u64, q1: u64, q2: u64, q3: u64| {
        let bucket = (q3 >> LEAF_SHIFT) as usize;
        debug_assert!(bucket < BUCKETS);
        // SAFETY: the bucket has nine bits; an open stream ends inside its page with room for a row; a page
        // taken from the free list is ours, and the caller saw to it that the list does not run out.
        unsafe {
            let at = *end.add(bucket);
            let row = base.add(at as usize).cast::<u64>();
            row.write_unaligned(q0);
            row.add(1).write_unaligned(q1);
            row.add(2).write_unaligned(q2);
            row.add(3)
                .write_unaligned((q3 & ((1 << LEAF_SHIFT) - 1)) | u64::from(leaf));
            let mut next = at + stride(0) as u32;
            if next & PAGE_MASK > (PAGE - room(0)) as u32 {
                debug_assert!(free != NONE);
                let page = free;
                free = *links.add(page as usize);
                taken += 1;
                *links.add(page_of(next) as usize) = page;
                *full.add(bucket) += rows_per_page(0) as u32;
                next = start_of(page);
            }
            *end.add(bucket) = next;
        }
        leaf = leaf.wrapping_add(1 << LEAF_SHIFT);
    };
    let lot = worker.scratch.lot.as_ptr();
    for i in 0..n {
        // SAFETY: digest `i` is inside the lot.
        let [[b0, b1], [b2, b3], [b4, b5], [b6, _]] = unsafe {
            let digest = lot.add(i * DIGEST_WORDS);
            [
                big_endian_pair(digest),
                big_endian_pair(digest.add(2)),
                big_endian_pair(digest.add(4)),
                big_endian_pair(digest.add(6)),
            ]
        };
        // Bytes 0 to 26, then 27 to 53, each a 216-bit big-endian number without its low six bits.
        put(
            (b2 << 18) | (b3 >> 46),
            (b1 << 18) | (b2 >> 46),
            (b0 << 18) | (b1 >> 46),
            b0 >> 46,
        );
        put(
            (b5 << 42) | (b6 >> 22),
            (b4 << 42) | (b5 >> 22),
            (b3 << 42) | (b4 >> 22),
            (b3 << 24) >> 46,
        );
    }
    worker.free.first = free;
    worker.free.len -= taken;
}
