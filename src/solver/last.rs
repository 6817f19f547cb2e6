//! Round 9: pairs that agree in all 42 bits left are roots of candidate trees, and a candidate whose 512 leaves
//! differ goes to the verifier.
//!
//! Of the some hundred to two thousand roots of a run nearly all are trivial: the same subtree on both sides
//! somewhere. A tree is therefore unfolded level by level and given up at the first repeated node, most often
//! near the top.

use super::layout::*;
use super::pages::Pages;
use super::rounds::gather;
use super::streams::{Snapshots, Streams};
use super::worker::{END, ReferenceStarts, Worker};
use crate::solution::order;

/// What the threads of the last round share.
pub struct LastRound<'a> {
    pub pages: &'a Pages,
    /// Layer 8, of every thread.
    pub sources: &'a [Streams],
    pub references: &'a ReferenceStarts,
    /// Of every thread.
    pub snapshots: &'a [Snapshots],
}

/// Bits of a layer-8 row below its key.
const REST: usize = 32 - KEY_BITS;

impl LastRound<'_> {
    /// Consumes `bucket` of layer 8; candidates go to the worker's list.
    pub fn consume(&self, bucket: usize, worker: &mut Worker) {
        let rows = gather(8, bucket, self.pages, self.sources, worker);
        worker.scratch.heads.fill(END);
        let mut row = 0;
        // SAFETY: `rows` rows are gathered and the chains are empty.
        while let Some((earlier, later)) = unsafe { next_match(&mut row, rows, worker) } {
            // A row may have several partners; the chain from the first is walked here, off the quick path.
            let value = row_at(worker, later);
            let mut j = earlier;
            while j != END {
                let other = row_at(worker, usize::from(j));
                if (other.0 ^ value.0) << KEY_BITS == 0
                    && let Some(leaves) = self.unfold(bucket, [(usize::from(j), other.1), (later, value.1)])
                {
                    worker.candidates.push(leaves);
                }
                j = worker.scratch.before[usize::from(j)];
            }
        }
    }

    /// The 512 leaves under a root, or `None` if one repeats. `rows` are two rows of layer 8 and their
    /// references.
    fn unfold(&self, bucket: usize, rows: [(usize, u32); 2]) -> Option<[u32; 512]> {
        // In place, from the back: node i of a level becomes nodes 2i and 2i + 1 of the one below.
        let mut nodes = [Node::default(); 512];
        for (node, (row, reference)) in nodes.iter_mut().zip(rows) {
            *node = Node {
                bucket: bucket as u16,
                row: row as u16,
                reference,
            };
        }
        let mut count = 2;
        for l in (0..8).rev() {
            for i in (0..count).rev() {
                let [left, right] = self.parents(l + 1, nodes[i]);
                nodes[2 * i] = left;
                nodes[2 * i + 1] = right;
            }
            count *= 2;
            if has_repeat(&nodes[..count]) {
                return None;
            }
        }
        let mut leaves = nodes.map(|leaf| leaf.reference);
        order(&mut leaves);
        Some(leaves)
    }

    /// The two rows of layer `l - 1` whose XOR is a row of layer `l`.
    fn parents(&self, l: usize, node: Node) -> [Node; 2] {
        let bucket = self.source_bucket(l, node);
        let (later, earlier) = pair_of(node.reference >> SOURCE_BITS);
        [earlier, later].map(|row| {
            // SAFETY: the reference was made from two rows of that bucket, whose references were all written.
            let reference = unsafe { self.references.get(l - 1, bucket, row as usize, self.pages) };
            Node {
                bucket: bucket as u16,
                row: row as u16,
                reference,
            }
        })
    }

    /// The bucket of layer `l - 1` that a row of layer `l` was made from: its low bits are in the reference,
    /// the others follow from how many rows each thread had written when it began on each group.
    fn source_bucket(&self, l: usize, node: Node) -> usize {
        let mut row = u32::from(node.row);
        let bucket = usize::from(node.bucket);
        let mut thread = 0;
        loop {
            let written = self.snapshots[thread].rows_before(l, GROUPS, bucket);
            if row < written || thread + 1 == self.snapshots.len() {
                break;
            }
            row -= written;
            thread += 1;
        }
        let began = |group| self.snapshots[thread].rows_before(l, group, bucket);
        let group = (1..GROUPS).take_while(|&group| began(group) <= row).count();
        group << SOURCE_BITS | (node.reference as usize & ((1 << SOURCE_BITS) - 1))
    }
}

/// A row of some layer.
#[derive(Clone, Copy, Default)]
struct Node {
    bucket: u16,
    row: u16,
    reference: u32,
}

fn has_repeat(nodes: &[Node]) -> bool {
    let mut keys = [0u32; 512];
    let keys = &mut keys[..nodes.len()];
    for (key, node) in keys.iter_mut().zip(nodes) {
        *key = u32::from(node.bucket) << 16 | u32::from(node.row);
    }
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}

/// The pair `later > earlier` with number `later (later - 1) / 2 + earlier`.
fn pair_of(number: u32) -> (u32, u32) {
    // Exact: 8 * number + 1 is below 2^31, far inside an f64's integers.
    let later = ((1.0 + f64::from(8 * number + 1).sqrt()) / 2.0) as u32;
    (later, number - later * (later - 1) / 2)
}

/// Hash bits and reference of a gathered row of layer 8.
fn row_at(worker: &Worker, row: usize) -> (u32, u32) {
    let at = row * stride(8);
    let word = |at: usize| {
        let bytes = &worker.scratch.rows[at..at + 4];
        u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    };
    (word(at), word(at + 4))
}

/// Chains rows from `*row` on until one may agree in all its bits with an earlier row of its key; leaves
/// `*row` behind it. Returns the head of the chain it joined, and itself.
///
/// # Safety
/// `rows` rows are gathered.
#[inline(never)]
unsafe fn next_match(row: &mut usize, rows: usize, worker: &mut Worker) -> Option<(u16, usize)> {
    debug_assert!(rows <= BUCKET_ROWS);
    let scratch = &mut *worker.scratch;
    let at = scratch.rows.as_ptr();
    let (heads, before) = (scratch.heads.as_mut_ptr(), scratch.before.as_mut_ptr());
    let value = |i: usize| {
        // SAFETY: row numbers are below `rows`, or END, which is a place in the scratch too.
        unsafe { at.add(i * stride(8)).cast::<u32>().read_unaligned() }
    };
    for i in *row..rows {
        let word = value(i);
        let key = (word >> REST) as usize;
        // SAFETY: as above; a key has KEY_BITS bits.
        let (j0, j1, j2, j3) = unsafe {
            let j0 = *heads.add(key);
            *heads.add(key) = i as u16;
            *before.add(i) = j0;
            let j1 = *before.add(j0 as usize);
            let j2 = *before.add(j1 as usize);
            (j0, j1, j2, *before.add(j2 as usize))
        };
        let equal = |j: u16| (value(j as usize) ^ word) << KEY_BITS == 0;
        if equal(j0) | equal(j1) | equal(j2) | (j3 != END) {
            *row = i + 1;
            return Some((j0, i));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pair_numbers_are_undone_exactly() {
        let mut number = 0;
        for later in 1..BUCKET_ROWS as u32 {
            for earlier in [0, 1, later / 2, later - 1] {
                let earlier = earlier.min(later - 1);
                assert_eq!(pair_of(number + earlier), (later, earlier));
            }
            number += later;
        }
    }
}
