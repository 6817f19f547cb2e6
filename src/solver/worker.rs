//! What one thread keeps for itself through a run: scratch space, free pages, the end of its reference list.

use super::layout::*;
use super::pages::{FreeList, Pages, page_of, start_of};
use crate::blake2b::{DIGEST_WORDS, LOT, Lot};
use std::sync::atomic::{AtomicU32, Ordering};

/// Pairs of a bucket that are listed before they are XORed. A bucket of a full run has about 8,192, one with
/// more goes through in windows.
pub const WINDOW: usize = 16_384;
/// What linking may add past [`WINDOW`] before it looks: three pairs for each reference of a page, and one
/// chain as long as a bucket.
const OVERSHOOT: usize = 3 * (PAGE / 4) + BUCKET_ROWS + 8;
/// Ends every chain. Its own successor is itself, so steps past the end stay there. A power of two above all
/// row numbers, so that a shift tells it from them.
pub const END: u16 = 1 << END_BIT;
/// The bit that only [`END`] has.
pub const END_BIT: usize = 14;
const _: () = assert!(BUCKET_ROWS <= 1 << END_BIT);

/// Space for one bucket, about 0.6 MiB: what a core's second-level cache holds.
#[repr(C)]
pub struct Scratch {
    /// The bucket's rows, gathered. Rows are read 16 bytes at a time, hence the slack.
    pub rows: [u8; BUCKET_ROWS * 32 + 32],
    /// Last row of each key's chain, or [`END`].
    pub heads: [u16; KEYS],
    /// The row before, in the same chain, or [`END`].
    pub before: [u16; END as usize + 1],
    /// Pairs `later << 16 | earlier` of rows with equal keys.
    pub pairs: [u32; WINDOW + OVERSHOOT],
    /// Digests about to be split, and what whole vectors read behind them.
    pub lot: Lot,
    pub lot_slack: [u64; 2],
}

impl Scratch {
    fn new() -> Box<Self> {
        let mut scratch = Box::<Self>::new_uninit();
        // SAFETY: all fields are arrays of integers, for which zero bytes are a value.
        let mut scratch = unsafe {
            scratch.as_mut_ptr().write_bytes(0, 1);
            scratch.assume_init()
        };
        scratch.before[END as usize] = END;
        scratch
    }
}
const _: () = assert!(size_of::<Lot>() == LOT * DIGEST_WORDS * 8);

/// One thread's own state.
pub struct Worker {
    pub scratch: Box<Scratch>,
    pub free: FreeList,
    pub references: ReferenceList,
    /// Rows lost for want of a page, or past [`BUCKET_ROWS`].
    pub dropped: u64,
    /// Trees with 512 different leaves, as index lists in the chain's order, unverified.
    pub candidates: Vec<[u32; 512]>,
}

impl Worker {
    pub fn new() -> Self {
        Self {
            scratch: Scratch::new(),
            free: FreeList::default(),
            references: ReferenceList::default(),
            dropped: 0,
            candidates: Vec::new(),
        }
    }

    /// Before a run; the page pool has been reset.
    pub fn reset(&mut self) {
        self.free = FreeList::default();
        self.references = ReferenceList::default();
        self.dropped = 0;
        self.candidates.clear();
    }
}

/// The open end of a thread's reference list: 32-bit references, bucket after bucket, in pages.
#[derive(Default)]
pub struct ReferenceList {
    /// Position of the next reference.
    at: u32,
    /// References that still fit in the page.
    left: u32,
}

impl ReferenceList {
    /// Room for at most `wanted` references in one page: where they go, and how many. `None` when the pool is
    /// used up.
    pub fn space(&mut self, wanted: usize, pages: &Pages, free: &mut FreeList) -> Option<(u32, usize)> {
        if self.left == 0 {
            let page = pages.take(free)?;
            if self.at != 0 {
                // SAFETY: the page before the end is this list's.
                unsafe { pages.link(page_of(self.at - 4), page) };
            }
            self.at = start_of(page);
            self.left = (PAGE / 4) as u32;
        }
        let n = wanted.min(self.left as usize);
        let at = self.at;
        self.at += 4 * n as u32;
        self.left -= n as u32;
        Some((at, n))
    }
}

/// Where the references of each bucket of the layers 0 to 7 begin, whichever thread wrote them.
pub struct ReferenceStarts(Vec<[AtomicU32; BUCKETS]>);

impl ReferenceStarts {
    pub fn new() -> Self {
        Self(
            (0..K - 1)
                .map(|_| [const { AtomicU32::new(0) }; BUCKETS])
                .collect(),
        )
    }

    pub fn set(&self, l: usize, bucket: usize, at: u32) {
        self.0[l][bucket].store(at, Ordering::Relaxed);
    }

    /// Reference number `row` of a bucket.
    ///
    /// # Safety
    /// The layer has been consumed, in this run, with at least `row + 1` rows in the bucket.
    pub unsafe fn get(&self, l: usize, bucket: usize, mut row: usize, pages: &Pages) -> u32 {
        let mut at = self.0[l][bucket].load(Ordering::Relaxed);
        loop {
            let here = (PAGE - (at & PAGE_MASK) as usize) / 4;
            // SAFETY: the caller vouches that the list is this long, and nobody writes to it any more.
            unsafe {
                if row < here {
                    return pages.base().at(at).cast::<u32>().add(row).read();
                }
                row -= here;
                at = start_of(pages.next(page_of(at)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_again_across_pages() {
        let pages = Pages::reserve(20).unwrap();
        let (mut list, mut free) = (ReferenceList::default(), FreeList::default());
        let starts = ReferenceStarts::new();
        let sizes = [1000, 30, 2500, 1024, 7];
        for (bucket, &size) in sizes.iter().enumerate() {
            let mut done = 0;
            while done < size {
                let (at, n) = list.space(size - done, &pages, &mut free).unwrap();
                if done == 0 {
                    starts.set(2, bucket, at);
                }
                for i in 0..n {
                    // SAFETY: `space` gave this place away to us.
                    unsafe {
                        pages
                            .base()
                            .at(at)
                            .cast::<u32>()
                            .add(i)
                            .write((bucket * 10_000 + done + i) as u32);
                    }
                }
                done += n;
            }
        }
        for (bucket, &size) in sizes.iter().enumerate() {
            for row in 0..size {
                // SAFETY: written above.
                let reference = unsafe { starts.get(2, bucket, row, &pages) };
                assert_eq!(reference as usize, bucket * 10_000 + row);
            }
        }
    }

    #[test]
    fn a_used_up_pool_gives_no_space() {
        let pages = Pages::reserve(1).unwrap();
        let (mut list, mut free) = (ReferenceList::default(), FreeList::default());
        assert_eq!(list.space(2000, &pages, &mut free), Some((PAGE as u32, PAGE / 4)));
        assert_eq!(list.space(976, &pages, &mut free), None);
    }
}
