//! One thread's rows of one layer: an open page for every destination bucket, and how many rows went there.
//!
//! A thread writes only its own streams, so nothing is contended; the round that consumes the layer reads the
//! streams of all threads, one bucket at a time, in thread order. A row's number in its bucket is its place in
//! that order, and [`Snapshots`] say which source bucket a row of that number came from.

use super::layout::*;
use super::pages::{FreeList, NONE, Pages, page_of, start_of};

/// Write ends of one thread in one layer. Positions are byte offsets into the page pool.
pub struct Streams {
    /// First page of each bucket's chain, or [`NONE`].
    pub head: [u32; BUCKETS],
    /// Where the bucket's next row goes.
    pub end: [u32; BUCKETS],
    /// Rows in the pages before the open one.
    pub full: [u32; BUCKETS],
}

impl Streams {
    /// Streams with no page.
    pub fn new() -> Self {
        Self {
            head: [NONE; BUCKETS],
            end: [0; BUCKETS],
            full: [0; BUCKETS],
        }
    }

    /// Opens a page for every bucket; false when the pool cannot give that many.
    pub fn open(&mut self, pages: &Pages, free: &mut FreeList) -> bool {
        for bucket in 0..BUCKETS {
            let Some(page) = pages.take(free) else {
                return false;
            };
            self.head[bucket] = page;
            self.end[bucket] = start_of(page);
            self.full[bucket] = 0;
        }
        true
    }

    /// Rows of layer `l` in a bucket.
    pub fn rows(&self, l: usize, bucket: usize) -> u32 {
        self.full[bucket] + (self.end[bucket] & PAGE_MASK) / stride(l) as u32
    }

    /// Moves a bucket whose page is full to a new page. When there is none, takes the last row back and says
    /// false: that row is lost.
    pub fn turn_page(&mut self, l: usize, bucket: usize, pages: &Pages, free: &mut FreeList) -> bool {
        let full = self.end[bucket];
        let Some(page) = pages.take(free) else {
            self.end[bucket] = full - stride(l) as u32;
            return false;
        };
        // SAFETY: the open page of a stream belongs to the stream's thread.
        unsafe { pages.link(page_of(full), page) };
        self.full[bucket] += rows_per_page(l) as u32;
        self.end[bucket] = start_of(page);
        true
    }
}

/// For each layer from 1 on, how many rows a thread had put into each bucket when it began on each group of
/// source buckets. A thread takes source buckets in ascending order, so these are ascending too.
pub struct Snapshots {
    rows: Vec<[u16; BUCKETS]>,
    /// Groups of the present round already recorded.
    recorded: usize,
}

impl Snapshots {
    /// Bytes of a thread's snapshots.
    pub const BYTES: usize = K * (GROUPS + 1) * size_of::<[u16; BUCKETS]>();

    pub fn new() -> Self {
        Self {
            rows: vec![[0; BUCKETS]; K * (GROUPS + 1)],
            recorded: 0,
        }
    }

    /// Before a round's first bucket.
    pub fn begin_round(&mut self) {
        self.recorded = 0;
    }

    /// Before source bucket `bucket` of the round that makes layer `l`.
    #[inline]
    pub fn reach(&mut self, l: usize, bucket: usize, streams: &Streams) {
        let group = bucket >> SOURCE_BITS;
        if self.recorded <= group {
            self.record(l, group + 1, streams);
        }
    }

    /// After the round's last bucket: the final counts.
    pub fn end_round(&mut self, l: usize, streams: &Streams) {
        self.record(l, GROUPS + 1, streams);
    }

    fn record(&mut self, l: usize, until: usize, streams: &Streams) {
        for bucket in 0..BUCKETS {
            // Saturating is exact enough: rows past BUCKET_ROWS are never referred to.
            let rows = streams.rows(l, bucket).min(u32::from(u16::MAX)) as u16;
            for group in self.recorded..until {
                self.rows[l * (GROUPS + 1) + group][bucket] = rows;
            }
        }
        self.recorded = until;
    }

    /// Rows in a bucket of layer `l` before the thread began on `group`; `GROUPS` asks for the final count.
    pub fn rows_before(&self, l: usize, group: usize, bucket: usize) -> u32 {
        u32::from(self.rows[l * (GROUPS + 1) + group][bucket])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_across_pages() {
        let pages = Pages::reserve(600).unwrap();
        let mut free = FreeList::default();
        let mut streams = Streams::new();
        assert!(streams.open(&pages, &mut free));
        for l in 0..9 {
            let per_page = rows_per_page(l) as u32;
            streams.full[7] = 0;
            streams.end[7] = start_of(streams.head[7]);
            assert_eq!(streams.rows(l, 7), 0);
            streams.end[7] += per_page * stride(l) as u32;
            assert_eq!(streams.rows(l, 7), per_page);
            assert!(streams.turn_page(l, 7, &pages, &mut free));
            assert_eq!(streams.rows(l, 7), per_page, "an empty open page adds nothing");
            streams.end[7] += 2 * stride(l) as u32;
            assert_eq!(streams.rows(l, 7), per_page + 2);
        }
    }

    #[test]
    fn without_a_page_the_last_row_is_taken_back() {
        let pages = Pages::reserve(BUCKETS).unwrap();
        let mut free = FreeList::default();
        let mut streams = Streams::new();
        assert!(streams.open(&pages, &mut free));
        streams.end[3] += (rows_per_page(1) * stride(1)) as u32;
        assert!(!streams.turn_page(1, 3, &pages, &mut free));
        assert_eq!(streams.rows(1, 3), rows_per_page(1) as u32 - 1);
        assert!(!Streams::new().open(&pages, &mut free));
    }

    #[test]
    fn snapshots_remember_where_each_group_began() {
        let mut streams = Streams::new();
        let mut snapshots = Snapshots::new();
        for round in 0..2 {
            snapshots.begin_round();
            streams.end[5] = 0;
            for bucket in [0, 40, 41, 200] {
                snapshots.reach(2, bucket, &streams);
                streams.end[5] += (10 + round) * stride(2) as u32;
            }
            snapshots.end_round(2, &streams);
            let before: Vec<_> = (0..=GROUPS).map(|g| snapshots.rows_before(2, g, 5)).collect();
            let n = 10 + round;
            assert_eq!(before[..8], [0, n, 3 * n, 3 * n, 3 * n, 3 * n, 3 * n, 4 * n]);
            assert_eq!(before[GROUPS], 4 * n);
        }
    }
}
