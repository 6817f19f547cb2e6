//! The shapes in which JSON brings a block or a claim.
//!
//! 1. `eth_getBlockByNumber` and `eth_getBlockByHash` of both kernels: a flat block with `parentHash`.
//! 2. `getHeaderByBlockNumber` of both kernels: `blockHeader`, or a `code` that says why there is none.
//! 3. `{header: {…}, nonce, solution}`, the fields named as the chain names them.
//! 4. `{mine_hash | header_hex, nonce, solution}` without a header.
//!
//! Each may stand in a JSON-RPC envelope. In 3 and 4 `target` and `difficulty` may say what the hash must meet; where
//! several boundaries are known, the header's among them, the lowest counts. Unknown fields are ignored.

use serde_json::{Map, Value};

use super::field::{Fields, kind};
use super::{FieldError, Header, Item, ItemError, Proof, Subject};
use crate::reason::Reason;
use crate::target::{Difficulty, Target};

/// The seal types of a block.
const PROOF_OF_WORK: u64 = 1;
const PROOF_OF_STAKE: u64 = 2;

impl Item {
    /// Reads one JSON value of any shape that this module knows.
    ///
    /// # Errors
    /// [`ItemError`] names the field that is missing or wrong, or says what the value is instead, or repeats the
    /// kernel's own error.
    pub fn from_json(value: &Value) -> Result<Item, ItemError> {
        match value {
            Value::Object(object) if object.contains_key("result") || object.contains_key("error") => {
                from_envelope(object)
            }
            _ => from_result(value),
        }
    }
}

fn from_envelope(envelope: &Map<String, Value>) -> Result<Item, ItemError> {
    match envelope.get("error") {
        None | Some(Value::Null) => from_result(envelope.get("result").unwrap_or(&Value::Null)),
        Some(error) => Err(rpc_error(
            error.get("code").and_then(Value::as_i64).unwrap_or(0),
            error.get("message").or(Some(error)).and_then(Value::as_str),
        )),
    }
}

fn from_result(value: &Value) -> Result<Item, ItemError> {
    let object = match value {
        Value::Object(object) => object,
        Value::Null => {
            return Ok(Item::Nothing {
                reason: Reason::UnknownBlock,
                number: None,
            });
        }
        other => {
            return Err(ItemError::Shape {
                found: kind(other).into(),
            });
        }
    };
    let fields = Fields::of(object);
    if fields.has("blockHeader") || fields.has("code") {
        from_get_header(&fields)
    } else if fields.has("header") {
        from_header_and_seal(&fields)
    } else if fields.has("mine_hash") || fields.has("header_hex") {
        from_bare_claim(&fields)
    } else if fields.has("parentHash") {
        from_eth_block(&fields)
    } else {
        let known = "parentHash, blockHeader, header, mine_hash or header_hex";
        Err(ItemError::Shape {
            found: format!("an object without {known}"),
        })
    }
}

fn from_eth_block(block: &Fields) -> Result<Item, ItemError> {
    let Some(seal_type) = proof_of_work_seal(block)? else {
        return Ok(proof_of_stake(block));
    };
    let header = Header {
        seal_type,
        number: block.integer(&["number"])?,
        parent_hash: block.array(&["parentHash"])?,
        coinbase: block.array(&["miner"])?,
        state_root: block.array(&["stateRoot"])?,
        tx_trie_root: block.array(&["transactionsRoot"])?,
        receipt_trie_root: block.array(&["receiptsRoot"])?,
        logs_bloom: block.array(&["logsBloom"])?,
        difficulty: block.wide_integer(&["difficulty"])?.to_be_bytes(),
        extra_data: block.right_padded(&["extraData"])?,
        energy_consumed: block.integer(&["nrgUsed", "gasUsed"])?,
        energy_limit: block.integer(&["nrgLimit", "gasLimit"])?,
        timestamp: block.integer(&["timestamp"])?,
    };
    let target = block_boundary(block)?;
    seal(block, Subject::Header(Box::new(header)), Some(target))
}

fn from_get_header(answer: &Fields) -> Result<Item, ItemError> {
    if answer.has("code") {
        // The codes: -1 no number was given, -2 not found or not proof of work, -3 not an integer, -4 proof of stake.
        match answer.signed("code")? {
            0 => {}
            -2 => {
                return Ok(Item::Nothing {
                    reason: Reason::UnknownBlock,
                    number: None,
                });
            }
            -4 => {
                return Ok(Item::Nothing {
                    reason: Reason::NotProofOfWork,
                    number: None,
                });
            }
            code => return Err(rpc_error(code, answer.string("message"))),
        }
    }
    let block = answer.inside("blockHeader", "blockHeader.")?;
    let Some(seal_type) = proof_of_work_seal(&block)? else {
        return Ok(proof_of_stake(&block));
    };
    let header = named_header(&block, seal_type, "coinBase")?;
    seal(
        answer,
        Subject::Header(Box::new(header)),
        Some(block_boundary(&block)?),
    )
}

fn from_header_and_seal(claim: &Fields) -> Result<Item, ItemError> {
    let block = claim.inside("header", "header.")?;
    let Some(seal_type) = proof_of_work_seal(&block)? else {
        return Ok(proof_of_stake(&block));
    };
    let header = named_header(&block, seal_type, "coinbase")?;
    let target = [Some(block_boundary(&block)?), claimed_boundary(claim)?]
        .into_iter()
        .flatten()
        .min();
    seal(claim, Subject::Header(Box::new(header)), target)
}

fn from_bare_claim(claim: &Fields) -> Result<Item, ItemError> {
    let target = claimed_boundary(claim)?;
    if claim.has("mine_hash") {
        if claim.has("header_hex") {
            return Err(claim
                .wrong(
                    "header_hex",
                    "bytes beside mine_hash".into(),
                    "only one of the two",
                )
                .into());
        }
        let subject = Subject::MineHash(claim.array(&["mine_hash"])?);
        return seal(claim, subject, target);
    }
    let subject = match <[u8; 32]>::try_from(claim.bytes(&["header_hex"])?) {
        Ok(mine_hash) => Subject::MineHash(mine_hash),
        Err(bytes) if target.is_some() => {
            let wanted = "32 bytes in hex, since only a mine hash can be held against a target";
            return Err(claim
                .wrong("header_hex", format!("{} bytes", bytes.len()), wanted)
                .into());
        }
        Err(bytes) => Subject::Bytes(bytes),
    };
    seal(claim, subject, target)
}

/// The header's fields as the chain names them.
fn named_header(block: &Fields, seal_type: u8, coinbase: &'static str) -> Result<Header, FieldError> {
    Ok(Header {
        seal_type,
        number: block.integer(&["number"])?,
        parent_hash: block.array(&["parentHash"])?,
        coinbase: block.array(&[coinbase])?,
        state_root: block.array(&["stateRoot"])?,
        tx_trie_root: block.array(&["txTrieRoot"])?,
        receipt_trie_root: block.array(&["receiptTrieRoot"])?,
        logs_bloom: block.array(&["logsBloom"])?,
        difficulty: block.wide_integer(&["difficulty"])?.to_be_bytes(),
        extra_data: block.right_padded(&["extraData"])?,
        energy_consumed: block.integer(&["energyConsumed"])?,
        energy_limit: block.integer(&["energyLimit"])?,
        timestamp: block.integer(&["timestamp"])?,
    })
}

/// Puts nonce, solution and the hashes that came along to what they seal.
fn seal(claim: &Fields, subject: Subject, target: Option<Target>) -> Result<Item, ItemError> {
    let with_header = matches!(subject, Subject::Header(_));
    let claimed = |names: &[&str]| {
        if with_header {
            claim.array_if_present(names)
        } else {
            Ok(None)
        }
    };
    Ok(Item::Proof(Box::new(Proof {
        nonce: claim.array(&["nonce"])?,
        solution: claim.bytes(&["solution"])?,
        target,
        claimed_mine_hash: claimed(&["headerHash", "mine_hash"])?,
        claimed_block_hash: claimed(&["hash", "block_hash"])?,
        subject,
    })))
}

/// The seal type of a proof-of-work block, or nothing for a block sealed by proof of stake. Kernels from before the
/// Unity fork call it `version` or leave it out.
fn proof_of_work_seal(block: &Fields) -> Result<Option<u8>, FieldError> {
    let names = ["sealType", "version"];
    let Some(name) = names.into_iter().find(|name| block.has(name)) else {
        return Ok(Some(1));
    };
    let seal_type = match block.string(name) {
        Some("PoW") => PROOF_OF_WORK,
        Some("PoS") => PROOF_OF_STAKE,
        _ => block.integer(&[name])?,
    };
    match seal_type {
        PROOF_OF_WORK => Ok(Some(1)),
        PROOF_OF_STAKE => Ok(None),
        other => Err(block.wrong(
            name,
            format!("{other:#x}"),
            "1 (proof of work) or 2 (proof of stake)",
        )),
    }
}

fn proof_of_stake(block: &Fields) -> Item {
    Item::Nothing {
        reason: Reason::NotProofOfWork,
        number: block.integer(&["number"]).ok(),
    }
}

fn block_boundary(block: &Fields) -> Result<Target, FieldError> {
    let value = block.wide_integer(&["difficulty"])?;
    let difficulty = Difficulty::new(value)
        .map_err(|_| block.wrong("difficulty", "0".into(), "a difficulty of at least 1"))?;
    Ok(Target::from_difficulty(difficulty))
}

/// The lower of the boundaries that a claim itself names, if it names any.
fn claimed_boundary(claim: &Fields) -> Result<Option<Target>, FieldError> {
    let target = claim.array_if_present(&["target"])?.map(Target::from_be_bytes);
    let difficulty = if claim.has("difficulty") {
        Some(block_boundary(claim)?)
    } else {
        None
    };
    Ok([target, difficulty].into_iter().flatten().min())
}

fn rpc_error(code: i64, message: Option<&str>) -> ItemError {
    ItemError::Rpc {
        code,
        message: message.unwrap_or("no message").into(),
    }
}
