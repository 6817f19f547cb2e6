//! The block header, the mine hash and the block hash.

use super::rlp;
use crate::blake2b::hash_256;

/// Bytes of a header as the mine hash reads it.
pub const HEADER_BYTES: usize = 497;

/// A block header without its seal, the nonce and the solution.
///
/// Hashes, roots and the coinbase are raw bytes in the order in which hex prints them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// 1 for proof of work, 2 for proof of stake; called `version` before the Unity fork.
    pub seal_type: u8,
    /// The block's height.
    pub number: u64,
    /// The parent's block hash.
    pub parent_hash: [u8; 32],
    /// Who gets the reward: an address.
    pub coinbase: [u8; 32],
    /// Root of the state after this block.
    pub state_root: [u8; 32],
    /// Root of the transactions.
    pub tx_trie_root: [u8; 32],
    /// Root of the receipts.
    pub receipt_trie_root: [u8; 32],
    /// The bloom filter over the logs.
    pub logs_bloom: [u8; 256],
    /// The difficulty, big-endian, padded with zeros on the left.
    pub difficulty: [u8; 16],
    /// Free bytes, padded with zeros on the right.
    pub extra_data: [u8; 32],
    /// Energy that the transactions used.
    pub energy_consumed: u64,
    /// Energy that they might have used.
    pub energy_limit: u64,
    /// Seconds of the Unix epoch.
    pub timestamp: u64,
}

impl Header {
    /// The fields one after the other in the chain's order, integers big-endian.
    pub fn bytes(&self) -> [u8; HEADER_BYTES] {
        let fields: [&[u8]; 13] = [
            &[self.seal_type],
            &self.number.to_be_bytes(),
            &self.parent_hash,
            &self.coinbase,
            &self.state_root,
            &self.tx_trie_root,
            &self.receipt_trie_root,
            &self.logs_bloom,
            &self.difficulty,
            &self.extra_data,
            &self.energy_consumed.to_be_bytes(),
            &self.energy_limit.to_be_bytes(),
            &self.timestamp.to_be_bytes(),
        ];
        let mut bytes = [0; HEADER_BYTES];
        let mut rest = bytes.as_mut_slice();
        for field in fields {
            let (place, behind) = rest.split_at_mut(field.len());
            place.copy_from_slice(field);
            rest = behind;
        }
        bytes
    }

    /// BLAKE2b-256 of [`Header::bytes`]: what miners work on.
    pub fn mine_hash(&self) -> [u8; 32] {
        hash_256(&self.bytes())
    }

    /// The block's name on the chain: BLAKE2b-256 of the RLP list of the 13 fields, the nonce and the solution.
    /// Number, energies and timestamp are RLP integers, the rest byte strings of their full width.
    pub fn block_hash(&self, nonce: &[u8; 32], solution: &[u8]) -> [u8; 32] {
        hash_256(&self.block_message(nonce, solution))
    }

    /// The RLP list that the block hash is made of.
    pub(super) fn block_message(&self, nonce: &[u8; 32], solution: &[u8]) -> Vec<u8> {
        let list = rlp::List::default()
            .bytes(&[self.seal_type])
            .integer(self.number)
            .bytes(&self.parent_hash)
            .bytes(&self.coinbase)
            .bytes(&self.state_root)
            .bytes(&self.tx_trie_root)
            .bytes(&self.receipt_trie_root)
            .bytes(&self.logs_bloom)
            .bytes(&self.difficulty)
            .bytes(&self.extra_data)
            .integer(self.energy_consumed)
            .integer(self.energy_limit)
            .integer(self.timestamp)
            .bytes(nonce)
            .bytes(solution);
        list.finish()
    }
}
