//! Layer 0: digests, split into leaves and scattered to their buckets.

use super::Input;
use super::lanes::{Lanes, prefetch_to_write, reverse_64_bytes};
use super::layout::*;
use super::pages::{NONE, Pages, page_of, start_of};
use super::streams::Streams;
use super::worker::Worker;
use crate::blake2b::{DIGEST_WORDS, LOT};

/// Bytes from one digest to the next.
const DIGEST_BYTES: usize = DIGEST_WORDS * 8;
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
    let lot = worker.scratch.lot.as_mut_ptr().cast::<u8>();
    for i in 0..n {
        // SAFETY: digest `i` is inside the lot.
        unsafe { reverse_64_bytes(lot.add(i * DIGEST_BYTES)) };
    }
    // In the high lane of a row's second half: the nine bits of hash, and above them the leaf's number.
    let hash_bits = Lanes::of(u64::MAX, (1 << LEAF_SHIFT) - 1);
    let mut number = (2 * first) << LEAF_SHIFT;
    for i in 0..n {
        // Now a digest is a little-endian number. Its first leaf was bytes 0 to 26, its second 27 to 53; each is
        // 216 bits without the low six.
        for from in [DIGEST_BYTES - 27, DIGEST_BYTES - 54] {
            // SAFETY: reads begin in digest `i` and end at most 13 bytes behind it, which is inside the lot and its
            // slack. The bucket has nine bits; an open stream ends inside its page with room for a row; a page
            // taken from the free list is ours, and the caller saw to it that the list does not run out.
            unsafe {
                let leaf = lot.add(i * DIGEST_BYTES + from).cast_const();
                let shifted = |at: usize| {
                    let (low, high) = (Lanes::load(leaf.add(at)), Lanes::load(leaf.add(at + 8)));
                    low.shift_right::<6>().or(high.shift_left::<58>())
                };
                let top = u32::from(leaf.add(25).cast::<u16>().read_unaligned());
                let bucket = (top >> (16 - BUCKET_BITS)) as usize;
                let at = *end.add(bucket);
                let row = base.at(at);
                prefetch_to_write(row.wrapping_add(64));
                shifted(0).store(row);
                let rest = shifted(16).and(hash_bits).or(Lanes::of(0, u64::from(number)));
                rest.store(row.add(16));
                number = number.wrapping_add(1 << LEAF_SHIFT);
                let mut next = at + stride(0) as u32;
                if next & PAGE_MASK > (PAGE - room(0)) as u32 {
                    debug_assert!(free != NONE);
                    let page = free;
                    free = *links.wrapping_add(page as usize);
                    taken += 1;
                    *links.wrapping_add(page_of(next) as usize) = page;
                    *full.add(bucket) += rows_per_page(0) as u32;
                    next = start_of(page);
                }
                *end.add(bucket) = next;
            }
        }
    }
    worker.free.first = free;
    worker.free.len -= taken;
}
