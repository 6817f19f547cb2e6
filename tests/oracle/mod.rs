//! Wagner's algorithm, plain and whole: every valid solution of any puzzle, by sorting.
//!
//! It stands on its own: the leaves come from another BLAKE2b than the library's, and nothing is dropped on the
//! way but rows that repeat an index. At (210,9) it takes some 0.7 GB.

// Each test binary compiles this module and uses its own part of it.
#![allow(dead_code)]

use std::collections::BTreeSet;

use aion_pow::params::Params;

/// Every valid solution for `header ‖ nonce`, each in the order that the rule demands.
pub fn solve(params: &Params, header: &[u8], nonce: &[u8]) -> BTreeSet<Vec<u32>> {
    let mut rows = Rows::new(params);
    let count = 1usize << params.index_bits();
    let mut base = blake2b_simd::Params::new()
        .hash_length(params.digest_bytes())
        .personal(params.personalization())
        .to_state();
    base.update(header).update(nonce);
    for number in 0..count.div_ceil(params.leaves_per_digest()) as u32 {
        let digest = base.clone().update(&number.to_le_bytes()).finalize();
        for leaf in digest.as_bytes().chunks_exact(params.leaf_bytes()) {
            if rows.len() < count {
                rows.push_leaf(leaf);
            }
        }
    }
    solve_rows(params, rows)
}

/// Every valid solution over these leaves, each [`Params::leaf_bytes`] long; a leaf's index is its place.
pub fn solve_leaves(params: &Params, leaves: &[Vec<u8>]) -> BTreeSet<Vec<u32>> {
    let mut rows = Rows::new(params);
    for leaf in leaves {
        rows.push_leaf(leaf);
    }
    solve_rows(params, rows)
}

/// Bit strings of n bits in one piece of memory, as big-endian words.
struct Rows {
    words: Vec<u64>,
    width: usize,
    n: u32,
}

impl Rows {
    fn new(params: &Params) -> Rows {
        Rows {
            words: Vec::new(),
            width: params.n().div_ceil(64) as usize,
            n: params.n(),
        }
    }

    fn len(&self) -> usize {
        self.words.len() / self.width
    }

    fn row(&self, place: u32) -> &[u64] {
        &self.words[place as usize * self.width..][..self.width]
    }

    /// Takes a leaf, whatever the bits beyond n are.
    fn push_leaf(&mut self, leaf: &[u8]) {
        for word in 0..self.width {
            let mut bytes = [0; 8];
            let part = &leaf[word * 8..leaf.len().min(word * 8 + 8)];
            bytes[..part.len()].copy_from_slice(part);
            let kept = (self.n - word as u32 * 64).min(64);
            self.words
                .push(u64::from_be_bytes(bytes) & u64::MAX << (64 - kept));
        }
    }

    fn push_xor(&mut self, of: &Rows, left: u32, right: u32) {
        self.words
            .extend(of.row(left).iter().zip(of.row(right)).map(|(l, r)| l ^ r));
    }

    /// The digit's bits, from the top of the row.
    fn digit(&self, place: u32, digit: u32, bits: u32) -> u64 {
        let row = self.row(place);
        let (word, shift) = ((digit * bits / 64) as usize, digit * bits % 64);
        let pair = u128::from(row[word]) << 64 | u128::from(row.get(word + 1).copied().unwrap_or(0));
        (pair << shift >> (128 - bits)) as u64
    }
}

/// For each level from 1, which two rows of the level below a row was made of.
type Pedigree = Vec<Vec<(u32, u32)>>;

fn solve_rows(params: &Params, leaves: Rows) -> BTreeSet<Vec<u32>> {
    let mut rows = leaves;
    let mut pedigree = Pedigree::new();
    for round in 0..params.k() - 1 {
        let mut next = Rows::new(params);
        pedigree.push(Vec::new());
        for (left, right) in colliding_pairs(&rows, round, params.digit_bits()) {
            // A row of zeros collides with every other one. Nearly all of them repeat an index.
            let cancels = rows.row(left) == rows.row(right);
            if cancels && !distinct(&expand(&pedigree[..round as usize], left, right)) {
                continue;
            }
            next.push_xor(&rows, left, right);
            pedigree.last_mut().expect("pushed above").push((left, right));
        }
        rows = next;
    }
    colliding_pairs(&rows, params.k() - 1, params.digit_bits())
        .filter(|&(left, right)| rows.row(left) == rows.row(right))
        .map(|(left, right)| expand(&pedigree, left, right))
        .filter(|indices| distinct(indices))
        .collect()
}

/// All pairs of rows that agree in a digit.
fn colliding_pairs(rows: &Rows, digit: u32, bits: u32) -> impl Iterator<Item = (u32, u32)> {
    let mut keyed: Vec<u64> = (0..rows.len() as u32)
        .map(|row| rows.digit(row, digit, bits) << 32 | u64::from(row))
        .collect();
    keyed.sort_unstable();
    (0..keyed.len()).flat_map(move |first| {
        let group = keyed[first + 1..]
            .iter()
            .take_while(|key| *key >> 32 == keyed[first] >> 32);
        group
            .map(|&second| (keyed[first] as u32, second as u32))
            .collect::<Vec<_>>()
    })
}

/// The leaves below two rows, in the order that the rule demands.
fn expand(pedigree: &[Vec<(u32, u32)>], left: u32, right: u32) -> Vec<u32> {
    let (mut left, mut right) = match pedigree.split_last() {
        None => (vec![left], vec![right]),
        Some((level, below)) => {
            let (l, r) = (level[left as usize], level[right as usize]);
            (expand(below, l.0, l.1), expand(below, r.0, r.1))
        }
    };
    if left[0] > right[0] {
        std::mem::swap(&mut left, &mut right);
    }
    left.append(&mut right);
    left
}

fn distinct(indices: &[u32]) -> bool {
    indices.iter().collect::<BTreeSet<_>>().len() == indices.len()
}
