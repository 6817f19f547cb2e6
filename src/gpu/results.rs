//! The buffer that a batch's results come back in: how many solutions were found, a record for each nonce, and the
//! solutions, in whatever order.

use super::layout::{CANDIDATES, Layout, LayoutError, webgpu};

/// Where everything lies in a batch's results, in 32-bit words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultLayout {
    nonces: u32,
    indices: u32,
}

/// What the shaders counted for one nonce.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Pairs of equal rows in the last layer.
    pub candidates: u32,
    /// Rows that found no place in their bucket.
    pub dropped_rows: u32,
    /// Candidates whose leaves all differ.
    pub found: u32,
}

impl ResultLayout {
    /// Where records begin: behind the number of all solutions.
    pub const RECORDS: u32 = 4;
    /// Words of a record.
    pub const RECORD_WORDS: u32 = 4;
    /// Places for solutions beyond those of the nonces: a batch of one nonce has room for many times the most seen.
    const SPARE_SOLUTIONS: u32 = 48;

    /// Results of up to so many nonces.
    ///
    /// # Errors
    /// [`LayoutError::Binding`] where there are too many.
    pub fn new(layout: &Layout, nonces: u32) -> Result<ResultLayout, LayoutError> {
        let results = ResultLayout {
            nonces,
            indices: layout.params().indices() as u32,
        };
        match results.bytes() {
            bytes if bytes > webgpu::BINDING_BYTES => Err(LayoutError::Binding {
                bytes,
                limit: webgpu::BINDING_BYTES,
            }),
            _ => Ok(results),
        }
    }

    /// Solutions there are places for: about twice the mean.
    pub fn solution_places(&self) -> u32 {
        4 * self.nonces + Self::SPARE_SOLUTIONS
    }

    /// Words of a solution: whose it is, and its indices.
    pub fn solution_words(&self) -> u32 {
        1 + self.indices
    }

    /// Where solutions begin.
    pub fn solutions_at(&self) -> u32 {
        Self::RECORDS + Self::RECORD_WORDS * self.nonces
    }

    /// Bytes of the buffer.
    pub fn bytes(&self) -> u64 {
        let solutions = u64::from(self.solution_places()) * u64::from(self.solution_words());
        4 * (u64::from(self.solutions_at()) + solutions)
    }

    /// The record of a nonce.
    pub fn record(&self, words: &[u32], nonce: u32) -> Record {
        let at = (Self::RECORDS + Self::RECORD_WORDS * nonce) as usize;
        Record {
            candidates: words[at],
            dropped_rows: words[at + 1],
            found: words[at + 2],
        }
    }

    /// The solutions that found a place: the nonce's number in the batch, and the leaves in no particular order.
    pub fn solutions<'a>(&self, words: &'a [u32]) -> impl Iterator<Item = (u32, &'a [u32])> {
        let stored = words[0].min(self.solution_places()) as usize;
        let solutions = words[self.solutions_at() as usize..].chunks_exact(self.solution_words() as usize);
        solutions
            .take(stored)
            .map(|solution| (solution[0], &solution[1..]))
    }
}

impl Record {
    /// What was lost of a nonce of whose solutions so many came back: rows, candidates, solutions.
    pub fn dropped(&self, came_back: usize) -> u64 {
        let candidates = self.candidates.saturating_sub(CANDIDATES);
        let solutions = u64::from(self.found).saturating_sub(came_back as u64);
        u64::from(self.dropped_rows) + u64::from(candidates) + solutions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_solutions_are_read_where_the_shaders_write_them() {
        let results = ResultLayout::new(&Layout::aion(), 3).unwrap();
        let mut words = vec![0; results.bytes() as usize / 4];
        words[0] = 2;
        words[4 + 4..4 + 7].copy_from_slice(&[600, 7, 2]);
        for (solution, nonce) in [(0, 1), (1, 0)] {
            let at = (results.solutions_at() + solution * results.solution_words()) as usize;
            words[at] = nonce;
            words[at + 1] = 9 + nonce;
        }
        let record = results.record(&words, 1);
        assert_eq!(
            (record.candidates, record.dropped_rows, record.found),
            (600, 7, 2)
        );
        let found: Vec<(u32, u32, usize)> = results
            .solutions(&words)
            .map(|(nonce, leaves)| (nonce, leaves[0], leaves.len()))
            .collect();
        assert_eq!(found, [(1, 10, 512), (0, 9, 512)]);
    }

    #[test]
    fn what_found_no_place_counts_as_dropped_whatever_it_was() {
        let record = Record {
            candidates: CANDIDATES + 5,
            dropped_rows: 3,
            found: 4,
        };
        assert_eq!(record.dropped(4), 8);
        assert_eq!(record.dropped(2), 10);
        assert_eq!(Record::default().dropped(0), 0);
    }

    #[test]
    fn more_solutions_than_places_are_read_no_further_than_there_are() {
        let results = ResultLayout::new(&Layout::aion(), 1).unwrap();
        let mut words = vec![0; results.bytes() as usize / 4];
        words[0] = u32::MAX;
        assert_eq!(results.solutions(&words).count(), 52);
    }
}
