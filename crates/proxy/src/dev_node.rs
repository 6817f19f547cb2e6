//! The development chain, asked as if it were a node.

use serde_json::Value;
use solo_pool::MinedBlocks;
use stratum_proxy::{BlockName, BlockSource, Call, Method};

/// Serves the blocks that were mined here and are still kept; to any other the answer is a kernel's to an unknown one.
pub(crate) struct DevNode(pub(crate) MinedBlocks);

impl BlockSource for DevNode {
    fn result(&self, call: &Call) -> Value {
        let block = match call.block {
            BlockName::Latest => self.0.latest(),
            BlockName::Hash(hash) => self.0.by_hash(&hash),
            BlockName::Integer(number) | BlockName::Decimal(number) | BlockName::Hex(number) => {
                self.0.by_number(number)
            }
        };
        match (call.method, block) {
            (Method::HeaderByNumber, Some(block)) => block.to_header_json(),
            (Method::HeaderByNumber, None) => solo_pool::MinedBlock::no_header_json(),
            (_, Some(block)) => block.to_block_json(),
            (_, None) => Value::Null,
        }
    }
}
