//! Rounds 1 to 8: a bucket of one layer is gathered, its rows with equal keys are paired, and the XOR of each
//! pair is appended to a bucket of the next layer.
//!
//! Pairs are found by chains: the last row of each key, and for each row the one before it. Three steps down a
//! chain are taken without asking whether it ends; longer chains are rare. A new row refers to its pair by one
//! 32-bit word: the pair's triangular number `later (later - 1) / 2 + earlier`, and the low bits of the
//! bucket both lie in; [`Snapshots`] give the bucket's other bits.

use super::lanes::{Lanes, prefetch_to_read, prefetch_to_write};
use super::layout::*;
use super::pages::{NONE, Pages, page_of, start_of};
use super::streams::{Snapshots, Streams};
use super::worker::{END, END_BIT, ReferenceStarts, WINDOW, Worker};

/// Free pages that a worker keeps for itself between buckets, if others could use them.
const KEEP_FREE: u32 = 128;

/// What the threads of a round share.
pub struct Round<'a> {
    pub pages: &'a Pages,
    /// The layer being consumed, of every thread.
    pub sources: &'a [Streams],
    pub references: &'a ReferenceStarts,
}

impl Round<'_> {
    /// Consumes `bucket` of layer `r - 1`, appending to layer `r`.
    ///
    /// # Panics
    /// If `r` is not 1 to 8.
    pub fn consume(
        &self,
        r: usize,
        bucket: usize,
        worker: &mut Worker,
        streams: &mut Streams,
        snapshots: &mut Snapshots,
    ) {
        snapshots.reach(r, bucket, streams);
        match r {
            1 => self.consume_in::<1>(bucket, worker, streams),
            2 => self.consume_in::<2>(bucket, worker, streams),
            3 => self.consume_in::<3>(bucket, worker, streams),
            4 => self.consume_in::<4>(bucket, worker, streams),
            5 => self.consume_in::<5>(bucket, worker, streams),
            6 => self.consume_in::<6>(bucket, worker, streams),
            7 => self.consume_in::<7>(bucket, worker, streams),
            8 => self.consume_in::<8>(bucket, worker, streams),
            _ => unreachable!("rounds are 1 to 8"),
        }
        if self.sources.len() > 1 && worker.free.len > 2 * KEEP_FREE {
            self.pages.give_back(&mut worker.free, KEEP_FREE);
        }
    }

    fn consume_in<const R: usize>(&self, bucket: usize, worker: &mut Worker, streams: &mut Streams) {
        let rows = gather(R - 1, bucket, self.pages, self.sources, worker);
        worker.scratch.heads.fill(END);
        let (mut row, mut pairs) = (0, 0);
        // One window covers a bucket unless it is far above the mean.
        while row < rows {
            let Worker { free, references, .. } = worker;
            let Some((at, n)) = references.space(rows - row, self.pages, free) else {
                worker.dropped += (rows - row) as u64;
                break;
            };
            if row == 0 {
                self.references.set(R - 1, bucket, at);
            }
            let until = row + n;
            // SAFETY: `at` has room for n references, counted from row `row`.
            let list = unsafe { self.pages.base().at(at).cast::<u32>().sub(row) };
            while row < until {
                // SAFETY: rows up to `rows` are gathered, and the pair list has room past WINDOW.
                (row, pairs) = unsafe { link::<R>(row, until, pairs, list, worker) };
                if pairs > WINDOW {
                    self.combine::<R>(bucket, pairs, worker, streams);
                    pairs = 0;
                }
            }
        }
        self.combine::<R>(bucket, pairs, worker, streams);
    }

    /// XORs the listed pairs, turning pages where the quick way finds no free one.
    fn combine<const R: usize>(
        &self,
        bucket: usize,
        pairs: usize,
        worker: &mut Worker,
        streams: &mut Streams,
    ) {
        let mut from = 0;
        while from < pairs {
            // SAFETY: the pairs name gathered rows, and the streams are open.
            let stop = unsafe { xor::<R>(bucket, from, pairs, self.pages, worker, streams) };
            from = stop.pair;
            if let Some(full) = stop.full_bucket
                && !streams.turn_page(R, full, self.pages, &mut worker.free)
            {
                worker.dropped += 1;
            }
        }
    }
}

/// Copies a bucket of layer `l`, all threads' parts in thread order, into the scratch, and frees its pages. The
/// pages just freed are the next to be written, while they are still cached. Returns the number of rows.
#[inline(never)]
pub fn gather(l: usize, bucket: usize, pages: &Pages, sources: &[Streams], worker: &mut Worker) -> usize {
    let to = worker.scratch.rows.as_mut_ptr();
    let mut rows = 0;
    for source in sources {
        let (mut page, end) = (source.head[bucket], source.end[bucket]);
        while page != NONE {
            let last = page == page_of(end);
            let here = if last {
                (end & PAGE_MASK) as usize / stride(l)
            } else {
                rows_per_page(l)
            };
            let n = here.min(BUCKET_ROWS - rows);
            worker.dropped += (here - n) as u64;
            // SAFETY: the page holds `here` rows and its layer is complete; the scratch has room for
            // BUCKET_ROWS. This thread consumes the bucket, so its pages are now this thread's.
            page = unsafe {
                let from = pages.base().at(start_of(page));
                if !last {
                    let ahead = pages.base().at(start_of(pages.next(page)));
                    for line in (0..PAGE).step_by(64) {
                        prefetch_to_read(ahead.wrapping_add(line));
                    }
                }
                core::ptr::copy_nonoverlapping(from, to.add(rows * stride(l)), n * stride(l));
                let next = if last { NONE } else { pages.next(page) };
                pages.put(&mut worker.free, page);
                next
            };
            rows += n;
        }
    }
    rows
}

/// The key of a row of layer `R - 1`: the bits of digit `R` that its bucket does not tell.
///
/// # Safety
/// The row is readable, with eight bytes of slack.
#[inline(always)]
unsafe fn key<const R: usize>(row: *const u8) -> usize {
    let (word, shift) = (const { digit_low(R) / 32 }, const { digit_low(R) % 32 });
    // SAFETY: by contract.
    unsafe {
        let bits = if shift + KEY_BITS <= 32 {
            row.cast::<u32>().add(word).read_unaligned() >> shift
        } else {
            (row.add(4 * word).cast::<u64>().read_unaligned() >> shift) as u32
        };
        (bits & (KEYS as u32 - 1)) as usize
    }
}

/// Puts rows `from .. until` into their chains, lists the pairs each makes with earlier rows, and writes the
/// rows' references to `list[from ..]`. Stops early when the pair list has passed its window. Returns the next
/// row and the number of pairs.
///
/// # Safety
/// Rows up to `until` are in the scratch; `list` has room; `pairs` is at most [`WINDOW`], and no more than a
/// page of references is asked for at once.
#[inline(never)]
unsafe fn link<const R: usize>(
    from: usize,
    until: usize,
    mut pairs: usize,
    list: *mut u32,
    worker: &mut Worker,
) -> (usize, usize) {
    debug_assert!(until <= BUCKET_ROWS && until - from <= PAGE / 4 && pairs <= WINDOW);
    let scratch = &mut *worker.scratch;
    let (heads, before) = (scratch.heads.as_mut_ptr(), scratch.before.as_mut_ptr());
    // A black box, or else the compiler adds the list's place in the scratch to every address anew.
    let out = core::hint::black_box(scratch.pairs.as_mut_ptr());
    let mut i = from;
    // SAFETY: by contract; a key has KEY_BITS bits; links are rows or END, for which `before` has a place. The end of
    // the pairs may step back before their list, inside the scratch, and is past it again when it is written to.
    unsafe {
        let mut row = scratch.rows.as_ptr().add(from * const { stride(R - 1) });
        let mut pair = out.add(pairs);
        let mut list = list.add(from);
        while i < until {
            let head = heads.add(key::<R>(row));
            let reference = if R == 1 {
                row.cast::<u32>().add(6).read_unaligned() >> LEAF_SHIFT
            } else {
                row.cast::<u32>().add(const { words(R - 1) }).read_unaligned()
            };
            list.write(reference);
            let later = (i as u32) << 16;
            let last = *head;
            *head = i as u16;
            let mut j = last;
            // Three places on, less one for each step that was past the end: cheaper than to ask and count.
            for step in 0..3 {
                *pair.add(step) = later | u32::from(j);
                pair = pair.byte_sub((usize::from(j) >> const { END_BIT - 2 }) & 4);
                j = *before.add(usize::from(j));
            }
            pair = pair.add(3);
            *before.add(i) = last;
            row = row.add(const { stride(R - 1) });
            list = list.add(1);
            i += 1;
            if j != END {
                while j != END {
                    *pair = later | u32::from(j);
                    pair = pair.add(1);
                    j = *before.add(usize::from(j));
                }
                if pair > out.add(WINDOW) {
                    break;
                }
            }
        }
        pairs = pair.offset_from(out) as usize;
    }
    (i, pairs)
}

/// Why [`xor`] came back.
struct Stop {
    /// The next pair.
    pair: usize,
    /// A bucket whose page is full while the worker had no free page.
    full_bucket: Option<usize>,
}

/// Appends the XOR of each pair `from .. until` to its bucket of layer `R`, except those that are zero in all
/// bits left: nearly always two trees over the same leaves. (A node of a true solution is zero there with a
/// chance below 2^-20 a run; such solutions are not looked for.)
///
/// # Safety
/// The pairs name rows in the scratch, and the streams are open.
#[inline(never)]
unsafe fn xor<const R: usize>(
    bucket: usize,
    from: usize,
    until: usize,
    pages: &Pages,
    worker: &mut Worker,
    streams: &mut Streams,
) -> Stop {
    let (base, links) = (pages.base(), pages.links());
    let (end, full) = (streams.end.as_mut_ptr(), streams.full.as_mut_ptr());
    let (rows, pairs) = (worker.scratch.rows.as_ptr(), worker.scratch.pairs.as_ptr());
    let source = bucket as u32 & ((1 << SOURCE_BITS) - 1);
    let mut free = worker.free.first;
    let mut taken = 0;
    let mut stop = Stop {
        pair: until,
        full_bucket: None,
    };
    for q in from..until {
        // SAFETY: rows of a pair are gathered, with slack for whole vectors; an open stream ends inside its
        // page with room for a row, and no store below ends more than the four spare bytes behind the row; pages
        // from the free list are this thread's.
        unsafe {
            let pair = *pairs.add(q);
            let (later, earlier) = (pair >> 16, pair & 0xffff);
            let a = rows.add(later as usize * const { stride(R - 1) });
            let b = rows.add(earlier as usize * const { stride(R - 1) });
            let triangular = (later.wrapping_mul(later.wrapping_sub(1)) >> 1) + earlier;
            let reference = triangular << SOURCE_BITS | source;
            let to_bucket: usize;
            let at: u32;
            // Whether the word that holds the bucket's bits is zero, which it hardly ever is, and whether the
            // other hash bits are. Lazily, for the sake of the hot path.
            let zero: bool;
            let word =
                |i: usize| a.cast::<u64>().add(i).read_unaligned() ^ b.cast::<u64>().add(i).read_unaligned();
            let low = const { bucket_low(R) };
            macro_rules! destination {
                ($bits:expr) => {{
                    to_bucket = ($bits >> (low % 64)) as usize & (BUCKETS - 1);
                    at = *end.add(to_bucket);
                    prefetch_to_write(base.at(at).wrapping_add(64));
                    base.at(at)
                }};
            }
            // Both loads come before the first store: a vector load over a narrow store in flight stalls.
            match R {
                1..=3 => {
                    let x0 = Lanes::load(a).xor(Lanes::load(b));
                    let x1 = word(2);
                    let to = destination!(x1);
                    x0.store(to);
                    match words(R) {
                        6 => {
                            zero = x1 == 0 && !x0.any();
                            Lanes::of(x1, u64::from(reference)).store(to.add(16));
                        }
                        _ => {
                            // Layer 2's sixth word holds bucket bits only; layer 3's is the row's reference.
                            zero = (if R == 2 { x1 } else { x1 & 0xffff_ffff }) == 0 && !x0.any();
                            let top = (x1 & 0xffff_ffff) | (u64::from(reference) << 32);
                            to.add(16).cast::<u64>().write_unaligned(top);
                        }
                    }
                }
                4..=6 => {
                    let x0 = Lanes::load(a).xor(Lanes::load(b));
                    let x1 = x0.high();
                    let to = destination!(x1);
                    if words(R) == 4 {
                        zero = x1 == 0 && x0.low() == 0;
                        x0.store(to);
                        to.add(16).cast::<u32>().write_unaligned(reference);
                    } else {
                        // In round 6 the fourth word is the XOR of two references.
                        zero = (if R == 5 { x1 } else { x1 & 0xffff_ffff }) == 0 && x0.low() == 0;
                        x0.with_top_word(reference).store(to);
                    }
                }
                7 => {
                    let x = word(0);
                    zero = x == 0;
                    let to = destination!(x);
                    Lanes::of(x, u64::from(reference)).store(to);
                }
                _ => {
                    let x = word(0);
                    zero = x == 0;
                    let to = destination!(x);
                    let row = ((x >> LAYER8_SHIFT) & 0xffff_ffff) | (u64::from(reference) << 32);
                    to.cast::<u64>().write_unaligned(row);
                }
            }
            let mut next = at + const { stride(R) as u32 };
            if zero {
                // A black box, or else the compiler turns the branch into a select that every row pays for.
                next = core::hint::black_box(at);
            }
            if next & PAGE_MASK > const { (PAGE - room(R)) as u32 } {
                if free == NONE {
                    *end.add(to_bucket) = next;
                    stop = Stop {
                        pair: q + 1,
                        full_bucket: Some(to_bucket),
                    };
                    break;
                }
                let page = free;
                free = *links.wrapping_add(page as usize);
                taken += 1;
                *links.wrapping_add(page_of(next) as usize) = page;
                *full.add(to_bucket) += const { rows_per_page(R) as u32 };
                next = start_of(page);
            }
            *end.add(to_bucket) = next;
        }
    }
    worker.free.first = free;
    worker.free.len -= taken;
    stop
}
