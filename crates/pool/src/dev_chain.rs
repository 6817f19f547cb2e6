//! A chain of one's own, for development.

use std::time::{SystemTime, UNIX_EPOCH};

use aion_pow::chain::Header;
use aion_pow::target::{Difficulty, Target};

use tokio::time::{Instant, timeout_at};

use crate::{ChainState, Desk, Errand, FoundBlock, MinedBlock, MinedBlocks, Template, TemplateSource};

/// The least difficulty of a block on the real chain.
const LEAST_BLOCK_DIFFICULTY: u128 = 16;

/// BLAKE2b-256 of the RLP of nothing (`80`): the root of an empty trie, as in every block without transactions.
const EMPTY_TRIE_ROOT: [u8; 32] = [
    0x45, 0xb0, 0xcf, 0xc2, 0x20, 0xce, 0xec, 0x5b, 0x7c, 0x1c, 0x62, 0xc4, 0xd4, 0x19, 0x3d, 0x38, 0xe4,
    0xeb, 0xa4, 0x8e, 0x88, 0x15, 0x72, 0x9c, 0xe7, 0x5f, 0x9c, 0x0a, 0xb0, 0xe4, 0xc1, 0xc0,
];

const ENERGY_LIMIT: u64 = 15_000_000;

/// A chain of real headers: each has its own mine hash and names the block hash of the one before.
///
/// When the block interval passes without a block of ours, the chain grows as if somebody else had found it: that
/// block is hashed with an empty seal (zeros for nonce and solution), since there is no one to mine it.
#[derive(Debug)]
pub struct DevChain {
    candidate: Header,
    difficulty: Difficulty,
    blocks: MinedBlocks,
}

impl DevChain {
    /// A new chain, whose first template is block 1.
    pub fn new(share_difficulty: Difficulty) -> Self {
        let difficulty = Difficulty::new(LEAST_BLOCK_DIFFICULTY.max(share_difficulty.get()));
        // The greater of two difficulties is one.
        let difficulty = difficulty.unwrap_or(share_difficulty);
        let mut extra_data = [0; 32];
        let note = b"development chain";
        extra_data[..note.len()].copy_from_slice(note);
        // No wallet is paid here: the reward of a development chain is worth nothing.
        let mut coinbase = [0; 32];
        coinbase[0] = 0xa0;
        let genesis = Header {
            seal_type: 1,
            number: 0,
            parent_hash: [0; 32],
            coinbase,
            state_root: EMPTY_TRIE_ROOT,
            tx_trie_root: EMPTY_TRIE_ROOT,
            receipt_trie_root: EMPTY_TRIE_ROOT,
            logs_bloom: [0; 256],
            difficulty: difficulty.get().to_be_bytes(),
            extra_data,
            energy_consumed: 0,
            energy_limit: ENERGY_LIMIT,
            timestamp: unix_seconds(),
        };
        let mut chain = DevChain {
            candidate: genesis,
            difficulty,
            blocks: MinedBlocks::default(),
        };
        chain.interval_passed();
        chain
    }

    /// The header that is being mined.
    pub fn candidate(&self) -> &Header {
        &self.candidate
    }

    /// The newest blocks that were mined here; the handle stays good while the chain grows.
    pub fn blocks(&self) -> MinedBlocks {
        self.blocks.clone()
    }

    /// The block to mine now.
    pub fn template(&self) -> Template {
        Template {
            number: self.candidate.number,
            parent: self.candidate.parent_hash,
            mine_hash: self.candidate.mine_hash(),
            target: Target::from_difficulty(self.difficulty),
        }
    }

    /// Adds a block whose proof is verified and meets the template's target. Gives its block hash, or `None` where the
    /// template of that mine hash is over.
    pub fn found(&mut self, mine_hash: &[u8; 32], nonce: &[u8; 32], solution: &[u8]) -> Option<[u8; 32]> {
        if self.candidate.mine_hash() != *mine_hash {
            return None;
        }
        let header = self.candidate.clone();
        let hash = self.extend(nonce, solution);
        self.blocks.keep(MinedBlock {
            header,
            nonce: *nonce,
            solution: solution.to_vec(),
            hash,
        });
        Some(hash)
    }

    /// Adds a block that nobody mined.
    pub fn interval_passed(&mut self) {
        self.extend(&[0; 32], &[0; aion_pow::solution::SOLUTION_BYTES]);
    }

    fn extend(&mut self, nonce: &[u8; 32], solution: &[u8]) -> [u8; 32] {
        let hash = self.candidate.block_hash(nonce, solution);
        self.candidate.number += 1;
        self.candidate.parent_hash = hash;
        // Blocks can be found faster than one a second, and a timestamp must grow.
        self.candidate.timestamp = unix_seconds().max(self.candidate.timestamp + 1);
        hash
    }
}

impl TemplateSource for DevChain {
    async fn run(mut self, mut desk: Desk) {
        let interval = desk.config().block_interval;
        desk.report(ChainState::Working);
        desk.publish(self.template());
        let mut since = Instant::now();
        loop {
            match timeout_at(since + interval, desk.next()).await {
                Ok(None) => return,
                Ok(Some(Errand::Address(check))) => {
                    check.answer(true);
                    continue;
                }
                Ok(Some(Errand::Block(block))) => {
                    let FoundBlock {
                        template,
                        nonce,
                        solution,
                    } = &*block;
                    if self.found(&template.mine_hash, nonce, solution).is_none() {
                        desk.unconfirmed(&block, "another block came first");
                        continue;
                    }
                    desk.confirmed(&block);
                }
                Err(_) => self.interval_passed(),
            }
            desk.publish(self.template());
            since = Instant::now();
        }
    }
}

fn unix_seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difficulty(value: u128) -> Difficulty {
        Difficulty::new(value).unwrap()
    }

    #[test]
    fn each_block_names_the_hash_of_the_one_before() {
        let mut chain = DevChain::new(difficulty(4));
        for number in 1..5_u64 {
            let mined = chain.candidate().clone();
            assert_eq!((mined.number, chain.template().number), (number, number));
            assert_eq!(chain.template().mine_hash, mined.mine_hash());
            let (nonce, solution) = ([number as u8; 32], [7; 1408]);
            let hash = chain.found(&mined.mine_hash(), &nonce, &solution).unwrap();
            assert_eq!(hash, mined.block_hash(&nonce, &solution));
            assert_eq!(chain.candidate().parent_hash, hash);
            assert!(chain.candidate().timestamp > mined.timestamp);
        }
    }

    #[test]
    fn a_template_that_is_over_takes_no_block() {
        let mut chain = DevChain::new(difficulty(4));
        let old = chain.template();
        chain.interval_passed();
        assert_eq!(chain.template().number, old.number + 1);
        assert_eq!(chain.found(&old.mine_hash, &[0; 32], &[0; 1408]), None);
    }

    #[test]
    fn a_block_is_never_easier_than_the_chain_or_a_share() {
        for (share, block) in [(1, 16), (4, 16), (16, 16), (1_000, 1_000)] {
            let chain = DevChain::new(difficulty(share));
            assert_eq!(
                chain.template().target,
                Target::from_difficulty(difficulty(block))
            );
            assert_eq!(u128::from_be_bytes(chain.candidate().difficulty), block);
        }
    }
}
