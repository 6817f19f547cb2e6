//! The shapes in which JSON brings a block or a claim.
//!
//! 1. `eth_getBlockByNumber` and `eth_getBlockByHash` of both kernels: a flat block with `parentHash`.
//! 2. `getHeaderByBlockNumber` of both kernels: `blockHeader`, or a `code` that says why there is none.
//! 3. A block of the old dashboard's API, flat with `blockNumber`: its nonce and difficulty were printed as numbers, so
//!    leading zeros are lost, and in old samples they are decimal.
//! 4. `{header: {…}, nonce, solution}`, the fields named as the chain names them.
//! 5. `{mine_hash | header_hex, nonce, solution}` without a header.
//!
//! Each may stand in a JSON-RPC envelope. In 4 and 5 `target` and `difficulty` may say what the hash must meet; where
//! several boundaries are known, the header's among them, the lowest counts. Unknown fields are ignored.
//!
//! Where a number's digits could be hex or decimal, kernels' flat blocks have them decimal, as whoever takes `0x` off
//! does, and all others hex; the hash that came along overrules that.

use super::digits::Readings;
use super::field::Fields;
use super::{FieldError, Header, Item, ItemError, Proof, Subject};
use crate::json::Json;
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
    pub fn from_json(value: &Json) -> Result<Item, ItemError> {
        let usual = Readings::default();
        let item = from_value(value, &usual)?;
        if usual.is_sure() || !item.contradicts_its_hash() {
            return Ok(item);
        }
        let agreeing = usual.others().find_map(|readings| {
            let other = from_value(value, &readings).ok()?;
            (!other.contradicts_its_hash()).then_some(other)
        });
        Ok(agreeing.unwrap_or(item))
    }

    fn contradicts_its_hash(&self) -> bool {
        match self {
            Item::Proof(proof) => proof.contradicts_its_hash(),
            Item::Nothing { .. } => false,
        }
    }
}

fn from_value(value: &Json, readings: &Readings) -> Result<Item, ItemError> {
    let (result, error) = (value.get("result"), value.get("error"));
    if let Some(error) = error.filter(|error| !error.is_null()) {
        let code = match error.get("code") {
            Some(Json::Number(code)) => code.parse().ok(),
            _ => None,
        };
        let message = error.get("message").unwrap_or(error);
        return Err(rpc_error(code.unwrap_or(0), message.as_str()));
    }
    match result {
        Some(result) => from_result(result, readings),
        None if error.is_some() => from_result(&Json::Null, readings),
        None => from_result(value, readings),
    }
}

fn from_result(value: &Json, readings: &Readings) -> Result<Item, ItemError> {
    match value {
        Json::Object(_) => {}
        Json::Null => {
            return Ok(Item::Nothing {
                reason: Reason::UnknownBlock,
                number: None,
            });
        }
        other => {
            return Err(ItemError::Shape {
                found: other.kind().into(),
            });
        }
    }
    let fields = Fields::of(value, readings);
    if fields.has("blockHeader") || fields.has("code") {
        from_get_header(&fields)
    } else if fields.has("header") {
        from_header_and_seal(&fields)
    } else if fields.has("mine_hash") || fields.has("header_hex") {
        from_bare_claim(&fields)
    } else if fields.has("blockNumber") || fields.has("minerAddress") {
        from_block(&fields, &fields, &DASHBOARD, Nonce::Number)
    } else if fields.has("parentHash") {
        let fields = fields.decimal_first();
        from_block(&fields, &fields, &ETH, Nonce::Bytes)
    } else {
        let known = "parentHash, blockHeader, blockNumber, header, mine_hash or header_hex";
        Err(ItemError::Shape {
            found: format!("an object without {known}"),
        })
    }
}

/// What a shape calls the fields of a header, in the order in which the header has them; the first name that is there
/// counts.
struct Names {
    number: &'static str,
    coinbase: &'static str,
    tx_trie_root: &'static str,
    receipt_trie_root: &'static str,
    logs_bloom: &'static str,
    energy_consumed: &'static [&'static str],
    energy_limit: &'static [&'static str],
    timestamp: &'static str,
}

/// A flat block of a kernel.
const ETH: Names = Names {
    number: "number",
    coinbase: "miner",
    tx_trie_root: "transactionsRoot",
    receipt_trie_root: "receiptsRoot",
    logs_bloom: "logsBloom",
    energy_consumed: &["nrgUsed", "gasUsed"],
    energy_limit: &["nrgLimit", "gasLimit"],
    timestamp: "timestamp",
};

/// A block of the old dashboard.
const DASHBOARD: Names = Names {
    number: "blockNumber",
    coinbase: "minerAddress",
    tx_trie_root: "txTrieRoot",
    receipt_trie_root: "receiptTxRoot",
    logs_bloom: "bloom",
    energy_consumed: &["nrgConsumed"],
    energy_limit: &["nrgLimit"],
    timestamp: "blockTimestamp",
};

/// A header, its fields named as the chain names them.
const CHAIN: Names = Names {
    number: "number",
    coinbase: "coinbase",
    tx_trie_root: "txTrieRoot",
    receipt_trie_root: "receiptTrieRoot",
    logs_bloom: "logsBloom",
    energy_consumed: &["energyConsumed"],
    energy_limit: &["energyLimit"],
    timestamp: "timestamp",
};

/// A header as `getHeaderByBlockNumber` has it.
const GET_HEADER: Names = Names {
    coinbase: "coinBase",
    ..CHAIN
};

/// A header, or what is to be said of a block that was sealed by stake.
fn header_of(block: &Fields, names: &Names) -> Result<Result<Header, Item>, FieldError> {
    let Some(seal_type) = proof_of_work_seal(block)? else {
        return Ok(Err(Item::Nothing {
            reason: Reason::NotProofOfWork,
            number: block.integer(&[names.number]).ok(),
        }));
    };
    Ok(Ok(Header {
        seal_type,
        number: block.integer(&[names.number])?,
        parent_hash: block.array(&["parentHash"])?,
        coinbase: block.array(&[names.coinbase])?,
        state_root: block.array(&["stateRoot"])?,
        tx_trie_root: block.array(&[names.tx_trie_root])?,
        receipt_trie_root: block.array(&[names.receipt_trie_root])?,
        logs_bloom: block.array(&[names.logs_bloom])?,
        difficulty: declared_difficulty(block)?.get().to_be_bytes(),
        extra_data: block.right_padded(&["extraData"])?,
        energy_consumed: block.integer(names.energy_consumed)?,
        energy_limit: block.integer(names.energy_limit)?,
        timestamp: block.integer(&[names.timestamp])?,
    }))
}

/// A block whose header, under these names, stands in `block`, and whose seal stands in `claim`.
fn from_block(claim: &Fields, block: &Fields, names: &Names, nonce: Nonce) -> Result<Item, ItemError> {
    let header = match header_of(block, names)? {
        Ok(header) => header,
        Err(nothing) => return Ok(nothing),
    };
    let difficulty = Difficulty::from_be_bytes(&header.difficulty).ok();
    let target = difficulty.map(Target::from_difficulty);
    seal(claim, header.into(), Boundary { difficulty, target }, nonce)
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
    from_block(answer, &block, &GET_HEADER, Nonce::Bytes)
}

fn from_header_and_seal(claim: &Fields) -> Result<Item, ItemError> {
    let block = claim.inside("header", "header.")?;
    let mut item = from_block(claim, &block, &CHAIN, Nonce::Bytes)?;
    if let Item::Proof(proof) = &mut item {
        proof.target = lower(proof.target, Boundary::claimed_by(claim)?.target);
    }
    Ok(item)
}

fn from_bare_claim(claim: &Fields) -> Result<Item, ItemError> {
    let boundary = Boundary::claimed_by(claim)?;
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
        return seal(claim, subject, boundary, Nonce::Bytes);
    }
    let subject = match <[u8; 32]>::try_from(claim.bytes(&["header_hex"])?) {
        Ok(mine_hash) => Subject::MineHash(mine_hash),
        Err(bytes) if boundary.target.is_some() => {
            let wanted = "32 bytes in hex, since only a mine hash can be held against a target";
            return Err(claim
                .wrong("header_hex", format!("{} bytes", bytes.len()), wanted)
                .into());
        }
        Err(bytes) => Subject::Bytes(bytes),
    };
    seal(claim, subject, boundary, Nonce::Bytes)
}

/// How a nonce was printed.
enum Nonce {
    /// As the 32 bytes that it is.
    Bytes,
    /// As a number, which it is not.
    Number,
}

/// Puts the solution and the hashes that came along to what they seal.
fn seal(claim: &Fields, subject: Subject, boundary: Boundary, nonce: Nonce) -> Result<Item, ItemError> {
    let with_header = matches!(subject, Subject::Header(_));
    let claimed = |names: &[&str]| {
        if with_header {
            claim.array_if_present(names)
        } else {
            Ok(None)
        }
    };
    Ok(Item::Proof(Box::new(Proof {
        nonce: match nonce {
            Nonce::Bytes => claim.array(&["nonce"])?,
            Nonce::Number => claim.printed_as_number("nonce")?,
        },
        solution: claim.bytes(&["solution"])?,
        difficulty: boundary.difficulty,
        target: boundary.target,
        claimed_mine_hash: claimed(&["headerHash", "mine_hash"])?,
        claimed_block_hash: claimed(&["hash", "block_hash", "blockHash"])?,
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

fn declared_difficulty(block: &Fields) -> Result<Difficulty, FieldError> {
    let value = block.wide_integer(&["difficulty"])?;
    Difficulty::new(value).map_err(|_| block.wrong("difficulty", "0".into(), "a difficulty of at least 1"))
}

/// What a hash must stay below, and the difficulty that was declared for it.
struct Boundary {
    difficulty: Option<Difficulty>,
    target: Option<Target>,
}

impl Boundary {
    /// The lower of the boundaries that a claim itself names, if it names any.
    fn claimed_by(claim: &Fields) -> Result<Boundary, FieldError> {
        let target = claim.array_if_present(&["target"])?.map(Target::from_be_bytes);
        let difficulty = if claim.has("difficulty") {
            Some(declared_difficulty(claim)?)
        } else {
            None
        };
        Ok(Boundary {
            difficulty,
            target: lower(target, difficulty.map(Target::from_difficulty)),
        })
    }
}

/// The lower of the targets that are there.
fn lower(one: Option<Target>, other: Option<Target>) -> Option<Target> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        _ => one.or(other),
    }
}

fn rpc_error(code: i64, message: Option<&str>) -> ItemError {
    ItemError::Rpc {
        code,
        message: message.unwrap_or("no message").into(),
    }
}
