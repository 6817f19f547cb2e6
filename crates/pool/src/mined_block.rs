//! The blocks that were mined on the development chain, in the JSON of a kernel.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use aion_pow::chain::Header;
use serde_json::{Value, json};

/// How many blocks are kept: about 2 MiB.
const KEPT: usize = 1_024;

/// A block with its proof of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinedBlock {
    /// What was mined on.
    pub header: Header,
    /// The nonce that was found.
    pub nonce: [u8; 32],
    /// The 1408 bytes of the solution.
    pub solution: Vec<u8>,
    /// The block hash.
    pub hash: [u8; 32],
}

/// The newest mined blocks of one chain. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct MinedBlocks(Arc<Mutex<VecDeque<MinedBlock>>>);

impl MinedBlocks {
    /// The block of that number, if it was mined here and is still kept.
    pub fn by_number(&self, number: u64) -> Option<MinedBlock> {
        self.newest(|block| block.header.number == number)
    }

    /// The block of that hash, if it was mined here and is still kept.
    pub fn by_hash(&self, hash: &[u8; 32]) -> Option<MinedBlock> {
        self.newest(|block| block.hash == *hash)
    }

    /// The newest block that was mined here.
    pub fn latest(&self) -> Option<MinedBlock> {
        self.newest(|_| true)
    }

    pub(crate) fn keep(&self, block: MinedBlock) {
        let mut blocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if blocks.len() == KEPT {
            blocks.pop_front();
        }
        blocks.push_back(block);
    }

    fn newest(&self, wanted: impl Fn(&MinedBlock) -> bool) -> Option<MinedBlock> {
        let blocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        blocks.iter().rev().find(|block| wanted(block)).cloned()
    }
}

impl MinedBlock {
    /// The block as the Java kernel answers to `eth_getBlockByNumber`. No transaction is ever in it.
    pub fn to_block_json(&self) -> Value {
        let bytes = |bytes: &[u8]| format!("0x{}", hex::encode(bytes));
        let header = &self.header;
        json!({
            "number": header.number,
            "hash": bytes(&self.hash),
            "parentHash": bytes(&header.parent_hash),
            "logsBloom": bytes(&header.logs_bloom),
            "transactionsRoot": bytes(&header.tx_trie_root),
            "stateRoot": bytes(&header.state_root),
            "receiptsRoot": bytes(&header.receipt_trie_root),
            "miner": bytes(&header.coinbase),
            "difficulty": bytes(&header.difficulty),
            "timestamp": format!("{:#x}", header.timestamp),
            "nrgUsed": format!("{:#x}", header.energy_consumed),
            "nrgLimit": format!("{:#x}", header.energy_limit),
            "extraData": bytes(&header.extra_data),
            "sealType": format!("{:#x}", header.seal_type),
            "nonce": bytes(&self.nonce),
            "solution": bytes(&self.solution),
            "transactions": [],
        })
    }

    /// The header as the Java kernel answers to `getHeaderByBlockNumber`: fixed widths, no `0x`.
    pub fn to_header_json(&self) -> Value {
        let header = &self.header;
        let integer = |value: u64| hex::encode(value.to_be_bytes());
        json!({
            "code": 0,
            "nonce": hex::encode(self.nonce),
            "solution": hex::encode(&self.solution),
            "headerHash": hex::encode(header.mine_hash()),
            "blockHeader": {
                "sealType": hex::encode([header.seal_type]),
                "number": integer(header.number),
                "parentHash": hex::encode(header.parent_hash),
                "coinBase": hex::encode(header.coinbase),
                "stateRoot": hex::encode(header.state_root),
                "txTrieRoot": hex::encode(header.tx_trie_root),
                "receiptTrieRoot": hex::encode(header.receipt_trie_root),
                "logsBloom": hex::encode(header.logs_bloom),
                "difficulty": hex::encode(header.difficulty),
                "extraData": hex::encode(header.extra_data),
                "energyConsumed": integer(header.energy_consumed),
                "energyLimit": integer(header.energy_limit),
                "timestamp": integer(header.timestamp),
            },
        })
    }

    /// What that call answers where there is no such block.
    pub fn no_header_json() -> Value {
        json!({ "code": -2, "message": "the block was not mined here, or is no longer kept" })
    }
}

#[cfg(test)]
mod tests {
    use aion_pow::chain::{Item, Subject};
    use aion_pow::json::Json;
    use aion_pow::target::Difficulty;

    use super::*;
    use crate::DevChain;

    fn chain_of(length: usize) -> (MinedBlocks, DevChain) {
        let mut chain = DevChain::new(Difficulty::new(4).unwrap());
        for number in 0..length {
            let mine_hash = chain.template().mine_hash;
            chain.found(&mine_hash, &[number as u8; 32], &[9; 1408]).unwrap();
        }
        (chain.blocks(), chain)
    }

    #[test]
    fn both_forms_of_a_block_are_read_back_as_the_block() {
        let (blocks, _) = chain_of(2);
        let block = blocks.latest().unwrap();
        for json in [block.to_block_json(), block.to_header_json()] {
            let Item::Proof(proof) = Item::from_json(&Json::parse(&json.to_string()).unwrap()).unwrap()
            else {
                panic!("{json}");
            };
            assert_eq!(
                (proof.nonce, proof.solution),
                (block.nonce, block.solution.clone())
            );
            match proof.subject {
                Subject::Header(header) => assert_eq!(*header, block.header),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn blocks_are_found_by_number_and_hash_and_the_oldest_are_forgotten() {
        let (blocks, mut chain) = chain_of(KEPT + 1);
        let latest = blocks.latest().unwrap();
        assert_eq!(latest.header.number, KEPT as u64 + 1);
        assert_eq!(blocks.by_number(latest.header.number), Some(latest.clone()));
        assert_eq!(blocks.by_hash(&latest.hash), Some(latest.clone()));
        assert_eq!(blocks.by_number(1), None, "forgotten");
        assert!(blocks.by_number(2).is_some());
        chain.interval_passed();
        assert_eq!(blocks.latest(), Some(latest), "nobody mined the block after it");
    }
}
