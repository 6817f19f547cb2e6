//! Which of a nonce's solutions a pool would take.

use crate::target::{Target, pow_hash};

/// A solution whose proof-of-work hash is below the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// BLAKE2b-256 of `mine hash ‖ nonce ‖ solution`, read as a big-endian number.
    pub pow_hash: [u8; 32],
    /// The packed solution, 1,408 bytes.
    pub solution: Vec<u8>,
}

/// The solutions that meet the target, lowest hash first. They are taken as verified.
///
/// A pool takes one share a nonce, whatever the number of its solutions, so the first is the one to submit.
pub fn shares<S: AsRef<[u8]>>(
    mine_hash: &[u8; 32],
    nonce: &[u8; 32],
    target: &Target,
    solutions: impl IntoIterator<Item = S>,
) -> Vec<Share> {
    let mut shares: Vec<Share> = solutions
        .into_iter()
        .map(|solution| Share {
            pow_hash: pow_hash(mine_hash, nonce, solution.as_ref()),
            solution: solution.as_ref().to_vec(),
        })
        .filter(|share| target.is_met_by(&share.pow_hash))
        .collect();
    shares.sort_unstable_by_key(|share| share.pow_hash);
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_strictly_below_the_target_is_a_share_and_the_lowest_comes_first() {
        let solutions: Vec<Vec<u8>> = (0..20).map(|i| vec![i; 1408]).collect();
        let all = shares(&[1; 32], &[2; 32], &Target::from_be_bytes([0xff; 32]), &solutions);
        assert_eq!(all.len(), 20);
        assert!(all.windows(2).all(|pair| pair[0].pow_hash < pair[1].pow_hash));
        let middle = Target::from_be_bytes(all[10].pow_hash);
        let below = shares(&[1; 32], &[2; 32], &middle, &solutions);
        assert_eq!(below, all[..10]);
    }
}
