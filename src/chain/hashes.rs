//! The hashes that a verdict needs, of one proof or of many side by side.

use super::{Proof, Subject};
use crate::blake2b::hash_many;
use crate::target::{pow_hash, pow_message};

/// The plain hashes of a proof.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hashes {
    /// Computed where a header came along; missing where other bytes stand in its place.
    pub(super) mine_hash: Option<[u8; 32]>,
    /// Missing without a header.
    pub(super) block_hash: Option<[u8; 32]>,
    /// Missing with the mine hash, of which it is made.
    pub(super) pow_hash: Option<[u8; 32]>,
}

impl Hashes {
    /// Of one proof.
    pub(super) fn of(proof: &Proof) -> Hashes {
        let (mine_hash, block_hash) = match &proof.subject {
            Subject::Header(header) => (
                Some(header.mine_hash()),
                Some(header.block_hash(&proof.nonce, &proof.solution)),
            ),
            Subject::MineHash(mine_hash) => (Some(*mine_hash), None),
            Subject::Bytes(_) => (None, None),
        };
        Hashes {
            mine_hash,
            block_hash,
            pow_hash: mine_hash.map(|mine_hash| pow_hash(&mine_hash, &proof.nonce, &proof.solution)),
        }
    }

    /// Of many: first all mine hashes, then what is made of them.
    pub(super) fn of_all(proofs: &[&Proof]) -> Vec<Hashes> {
        let headers = || {
            proofs
                .iter()
                .enumerate()
                .filter_map(|(place, proof)| match &proof.subject {
                    Subject::Header(header) => Some((place, header, proof)),
                    _ => None,
                })
        };
        let mut hashes: Vec<_> = proofs
            .iter()
            .map(|proof| match &proof.subject {
                Subject::MineHash(mine_hash) => Hashes {
                    mine_hash: Some(*mine_hash),
                    ..Hashes::default()
                },
                _ => Hashes::default(),
            })
            .collect();
        let messages: Vec<_> = headers().map(|(_, header, _)| header.bytes().to_vec()).collect();
        for ((place, ..), hash) in headers().zip(hash_many(&messages)) {
            hashes[place].mine_hash = Some(hash);
        }
        let messages: Vec<_> = headers()
            .map(|(_, header, proof)| header.block_message(&proof.nonce, &proof.solution))
            .collect();
        for ((place, ..), hash) in headers().zip(hash_many(&messages)) {
            hashes[place].block_hash = Some(hash);
        }
        let with_mine_hash = proofs.iter().zip(&hashes).filter_map(|(proof, hashes)| {
            Some(pow_message(&hashes.mine_hash?, &proof.nonce, &proof.solution))
        });
        let messages: Vec<_> = with_mine_hash.collect();
        let places = hashes.iter_mut().filter(|hashes| hashes.mine_hash.is_some());
        for (hashes, hash) in places.zip(hash_many(&messages)) {
            hashes.pow_hash = Some(hash);
        }
        hashes
    }
}
