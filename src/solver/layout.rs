//! How a layer lies in memory: the constants every stage of the solver shares.
//!
//! A row is the XOR of 2^l leaves as a little-endian number, *right-aligned*: bit 0 of word 0 is the last of
//! the 210 bits. The leading digit is used up from the top, so the next layer keeps the low words and nothing
//! is ever shifted. Of the digit a layer collides on next, the top [`BUCKET_BITS`] choose the bucket and are
//! not stored; the other [`KEY_BITS`] are the key within it.

/// Bits of a leaf.
pub const N: usize = 210;
/// Collision rounds.
pub const K: usize = 9;
/// Bits of a digit.
pub const DIGIT_BITS: usize = N / (K + 1);
/// Leaves of a full run.
pub const LEAVES: u32 = 1 << (DIGIT_BITS + 1);

/// 512 buckets: one open cache line each is 32 KiB, what an L1 cache of 48 KiB still holds.
pub const BUCKET_BITS: usize = 9;
/// Buckets of a layer.
pub const BUCKETS: usize = 1 << BUCKET_BITS;
/// Bits of a digit that are left once the bucket is known.
pub const KEY_BITS: usize = DIGIT_BITS - BUCKET_BITS;
/// Chains of a bucket.
pub const KEYS: usize = 1 << KEY_BITS;

/// Rows a bucket may hold when it is consumed: 1.6 times the mean of a full run. A row's number in its bucket
/// goes into a triangular pair number of 27 bits, so this may not pass 16,384.
pub const BUCKET_ROWS: usize = 13_104;
const _: () = assert!(BUCKET_ROWS <= 1 << 14);

/// Low bits of the source bucket's number that a reference carries; snapshots tell the rest.
pub const SOURCE_BITS: usize = 5;
/// Groups of source buckets between two snapshots.
pub const GROUPS: usize = BUCKETS >> SOURCE_BITS;
// The largest pair number of a bucket, with the source bits below it, fits 32 bits.
const _: () = assert!(((BUCKET_ROWS as u64 * (BUCKET_ROWS as u64 - 1) / 2) << SOURCE_BITS) < 1 << 32);

/// 4 KiB: as fast as 8, and half the tails.
pub const PAGE_BITS: usize = 12;
/// Bytes of a page.
pub const PAGE: usize = 1 << PAGE_BITS;
/// Offset within a page.
pub const PAGE_MASK: u32 = (PAGE - 1) as u32;

/// Where the leaf number begins in word 6 of a layer-0 row: above the nine bits of hash it holds.
pub const LEAF_SHIFT: u32 = (N - BUCKET_BITS - 192) as u32;

/// 32-bit words of hash in a row of layer `l`. Layer 8 keeps the upper 32 of its 33 bits: the last bit is left
/// to the verifier, which costs about one false candidate a run and saves four bytes a row.
pub const fn words(l: usize) -> usize {
    if l == 8 {
        1
    } else {
        (N - DIGIT_BITS * l - BUCKET_BITS).div_ceil(32)
    }
}

/// Bytes of a row of layer `l`: hash words and one 32-bit reference (layer 0: the leaf number rides in the
/// free bits of word 6, and the row is rounded up to two vectors).
pub const fn stride(l: usize) -> usize {
    if l == 0 { 32 } else { (words(l) + 1) * 4 }
}

/// A page is full when fewer than this many bytes are left. The four spare bytes keep a write end from ever
/// pointing into the next page.
pub const fn room(l: usize) -> usize {
    stride(l) + 4
}

/// Rows of layer `l` in a page.
pub const fn rows_per_page(l: usize) -> usize {
    (PAGE - room(l)) / stride(l) + 1
}

/// Position of the lowest bit of digit `r` (1-based, as the round that collides on it).
pub const fn digit_low(r: usize) -> usize {
    N - DIGIT_BITS * r
}

/// Position of the lowest bucket bit of a row made by round `r`.
pub const fn bucket_low(r: usize) -> usize {
    digit_low(r) - BUCKET_BITS
}

/// Bits below the ones that layer 8 keeps.
pub const LAYER8_SHIFT: usize = bucket_low(8) - 32;

/// Digests that one unit of layer 0 makes.
pub const DIGESTS_PER_UNIT: u32 = LEAVES / 2 / BUCKETS as u32;

/// Pages reserved for up to two threads: layer 8 at 1.35 times its mean, with every reference below it.
const BASE_PAGES: usize = 184 << (20 - PAGE_BITS);
/// Pages for each thread past the second: its open pages and its share of free ones.
const PAGES_PER_EXTRA_THREAD: usize = 3 << (20 - PAGE_BITS);

/// Pages that a run on `threads` threads reserves.
pub const fn reserved_pages(threads: usize) -> usize {
    BASE_PAGES + threads.saturating_sub(2) * PAGES_PER_EXTRA_THREAD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_strides_shrink_as_digits_are_used_up() {
        let w: Vec<_> = (0..9).map(words).collect();
        assert_eq!(w, [7, 6, 5, 5, 4, 3, 3, 2, 1]);
        let s: Vec<_> = (0..9).map(stride).collect();
        assert_eq!(s, [32, 28, 24, 24, 20, 16, 16, 12, 8]);
    }

    #[test]
    fn a_full_page_ends_inside_itself() {
        for l in 0..9 {
            assert!(rows_per_page(l) * stride(l) < PAGE, "layer {l}");
            assert!(
                rows_per_page(l) * stride(l) + room(l) > PAGE,
                "layer {l} wastes a slot"
            );
        }
    }

    #[test]
    fn bucket_bits_never_straddle_a_64_bit_word() {
        for r in 1..=8 {
            assert!(bucket_low(r) % 64 + BUCKET_BITS <= 64, "round {r}");
        }
    }
}
