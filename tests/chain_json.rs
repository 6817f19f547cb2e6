//! JSON that is no valid claim: what it is called, and what the detail names. None of it needs a real block.

use aion_pow::chain::Verdict;
use aion_pow::reason::Reason;
use serde_json::{Value, json};

mod verdict;
use verdict::{as_json, judge};

fn zeros(bytes: usize) -> String {
    "00".repeat(bytes)
}

/// A block of zeros: every field of its size, no proof in it.
fn eth_block() -> Value {
    json!({
        "number": 5, "hash": zeros(32), "parentHash": zeros(32), "logsBloom": zeros(256),
        "transactionsRoot": zeros(32), "stateRoot": zeros(32), "receiptsRoot": zeros(32), "miner": zeros(32),
        "difficulty": "0x10", "timestamp": "0x0", "nrgUsed": "0x0", "nrgLimit": "0x0", "extraData": "0x",
        "sealType": "0x1", "nonce": zeros(32), "solution": zeros(1408),
    })
}

fn get_header() -> Value {
    json!({
        "code": 0, "nonce": zeros(32), "solution": zeros(1408), "headerHash": zeros(32),
        "blockHeader": {
            "version": "01", "sealType": "01", "number": zeros(8), "parentHash": zeros(32), "coinBase": zeros(32),
            "stateRoot": zeros(32), "txTrieRoot": zeros(32), "receiptTrieRoot": zeros(32), "logsBloom": zeros(256),
            "difficulty": "10", "extraData": zeros(32), "energyConsumed": zeros(8), "energyLimit": zeros(8),
            "timestamp": zeros(8),
        },
    })
}

fn claim() -> Value {
    json!({ "mine_hash": zeros(32), "nonce": zeros(32), "solution": zeros(1408), "difficulty": 16 })
}

/// The item with one field set; `null` is as good as none.
fn with(mut item: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    item.pointer_mut(parent).expect("a parent")[key] = value;
    item
}

fn summary(verdict: &Verdict) -> (Option<bool>, Option<Reason>, Option<&str>) {
    (verdict.ok, verdict.reason, verdict.detail.as_deref())
}

#[test]
fn the_blocks_of_this_file_lack_only_a_proof() {
    for item in [eth_block(), claim()] {
        let verdict = judge(0, &item);
        assert_eq!(verdict.reason, Some(Reason::DuplicateIndex), "{verdict:?}");
        assert!(!verdict.findings.unwrap().equihash);
    }
    assert_eq!(judge(0, &get_header()).reason, Some(Reason::MineHashMismatch));
}

#[test]
fn a_malformed_item_names_the_field_what_it_holds_and_what_was_wanted() {
    let table = [
        (
            "no nonce",
            with(eth_block(), "/nonce", Value::Null),
            "nonce is missing; wanted 32 bytes in hex",
        ),
        (
            "a short nonce",
            with(eth_block(), "/nonce", json!(zeros(31))),
            "nonce holds 31 bytes; wanted 32 bytes in hex",
        ),
        (
            "a lost digit",
            with(eth_block(), "/nonce", json!("0x123")),
            "nonce holds 3 hex digits, an odd number; wanted 32 bytes in hex",
        ),
        (
            "a letter beyond f",
            with(eth_block(), "/solution", json!("00zz")),
            "solution holds 'z' at digit 2; wanted bytes in hex",
        ),
        (
            "not ASCII",
            with(eth_block(), "/solution", json!("é")),
            "solution holds 'é' at digit 0; wanted bytes in hex",
        ),
        (
            "a wrong type",
            with(eth_block(), "/miner", json!(7)),
            "miner holds a number; wanted 32 bytes in hex",
        ),
        (
            "a short bloom",
            with(eth_block(), "/logsBloom", json!(zeros(255))),
            "logsBloom holds 255 bytes; wanted 256 bytes in hex",
        ),
        (
            "long extra data",
            with(eth_block(), "/extraData", json!(zeros(33))),
            "extraData holds 33 bytes; wanted at most 32 bytes in hex",
        ),
        (
            "no energy",
            with(eth_block(), "/nrgUsed", Value::Null),
            "nrgUsed or gasUsed is missing; wanted an integer of at most 64 bits",
        ),
        (
            "a negative number",
            with(eth_block(), "/number", json!(-1)),
            "number holds the number -1; wanted an integer of at most 64 bits",
        ),
        (
            "a fraction",
            with(eth_block(), "/number", json!(1.5)),
            "number holds a number with a fraction or an exponent; wanted an integer of at most 64 bits",
        ),
        (
            "65 bits",
            with(eth_block(), "/timestamp", json!("0x10000000000000000")),
            "timestamp holds 0x10000000000000000; wanted an integer of at most 64 bits",
        ),
        (
            "no digits",
            with(eth_block(), "/timestamp", json!("0x")),
            "timestamp holds no digits; wanted an integer of at most 64 bits",
        ),
        (
            "words",
            with(eth_block(), "/timestamp", json!("now")),
            "timestamp holds 'n' at digit 0; wanted an integer of at most 64 bits",
        ),
        (
            "difficulty zero",
            with(eth_block(), "/difficulty", json!("0x0")),
            "difficulty holds 0; wanted a difficulty of at least 1",
        ),
        (
            "a difficulty of 129 bits",
            with(eth_block(), "/difficulty", json!(format!("0x1{}", zeros(16)))),
            "difficulty holds 0x100000000000000000000000000000000; wanted an integer of at most 128 bits",
        ),
        (
            "a third kind of seal",
            with(eth_block(), "/sealType", json!("0x3")),
            "sealType holds 0x3; wanted 1 (proof of work) or 2 (proof of stake)",
        ),
        (
            "a field inside",
            with(get_header(), "/blockHeader/coinBase", Value::Null),
            "blockHeader.coinBase is missing; wanted 32 bytes in hex",
        ),
        (
            "no object inside",
            with(get_header(), "/blockHeader", json!([])),
            "blockHeader holds an array; wanted an object",
        ),
        (
            "a hash to compare of the wrong size",
            with(get_header(), "/headerHash", json!("00")),
            "headerHash holds 1 byte; wanted 32 bytes in hex",
        ),
        (
            "code without a header",
            json!({ "code": 0 }),
            "blockHeader is missing; wanted an object",
        ),
        (
            "a code that is none",
            with(get_header(), "/code", json!("zero")),
            "code holds a string; wanted an integer",
        ),
        (
            "a short target",
            with(claim(), "/target", json!("ff")),
            "target holds 1 byte; wanted 32 bytes in hex",
        ),
        (
            "two subjects",
            with(claim(), "/header_hex", json!("ff")),
            "header_hex holds bytes beside mine_hash; wanted only one of the two",
        ),
        (
            "a boundary for what has no hash",
            json!({ "header_hex": zeros(108), "nonce": zeros(32), "solution": "", "difficulty": 16 }),
            "header_hex holds 108 bytes; wanted 32 bytes in hex, since only a mine hash can be held against a target",
        ),
        (
            "a string",
            json!("0x00"),
            "the item is a string; wanted a block or a claim of a proof of work",
        ),
        (
            "an array in an array",
            json!([]),
            "the item is an array; wanted a block or a claim of a proof of work",
        ),
        (
            "an object of no shape",
            json!({ "nonce": zeros(32) }),
            "the item is an object without parentHash, blockHeader, blockNumber, header, mine_hash or header_hex; wanted a \
             block or a claim of a proof of work",
        ),
    ];
    for (name, item, detail) in table {
        let verdict = judge(3, &item);
        assert_eq!(
            summary(&verdict),
            (Some(false), Some(Reason::Malformed), Some(detail)),
            "{name}"
        );
        assert_eq!((verdict.index, verdict.findings), (3, None), "{name}");
    }
}

#[test]
fn where_there_is_nothing_to_judge_the_verdict_is_neither_yes_nor_no() {
    let table = [
        ("null", Value::Null, Reason::UnknownBlock, None),
        (
            "a null result",
            json!({ "jsonrpc": "2.0", "id": 1, "result": null }),
            Reason::UnknownBlock,
            None,
        ),
        (
            "code -2",
            json!({ "code": -2, "message": "not found" }),
            Reason::UnknownBlock,
            None,
        ),
        ("code -4", json!({ "code": -4 }), Reason::NotProofOfWork, None),
        (
            "a staked block",
            json!({ "parentHash": "?", "number": 9, "sealType": "0x2" }),
            Reason::NotProofOfWork,
            Some(9),
        ),
        (
            "a staked header",
            json!({ "blockHeader": { "number": "0a", "sealType": "02" } }),
            Reason::NotProofOfWork,
            Some(10),
        ),
        (
            "a staked header of the Rust kernel",
            json!({ "result": { "code": 0, "blockHeader": { "number": "b", "sealType": "PoS" } } }),
            Reason::NotProofOfWork,
            Some(11),
        ),
        (
            "a staked claim",
            json!({ "header": { "sealType": 2 } }),
            Reason::NotProofOfWork,
            None,
        ),
    ];
    for (name, item, reason, number) in table {
        let verdict = judge(0, &item);
        assert_eq!(summary(&verdict), (None, Some(reason), None), "{name}");
        assert_eq!(verdict.number, number, "{name}");
        assert!(reason.is_abstention());
        let printed = as_json(&verdict);
        assert!(
            printed["ok"].is_null() && printed.get("ok").is_some(),
            "{name}: {printed}"
        );
    }
}

#[test]
fn a_kernels_error_is_a_failure_that_repeats_its_words() {
    let table = [
        (
            "an error in the envelope",
            json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": -32601, "message": "Method not found" } }),
            "the kernel answered with error -32601: Method not found",
        ),
        (
            "an error that is a text",
            json!({ "result": null, "error": "no" }),
            "the kernel answered with error 0: no",
        ),
        (
            "code -1",
            json!({ "code": -1 }),
            "the kernel answered with error -1: no message",
        ),
        (
            "code -3",
            json!({ "result": { "code": -3, "message": "invalid number" } }),
            "the kernel answered with error -3: invalid number",
        ),
    ];
    for (name, item, detail) in table {
        assert_eq!(
            summary(&judge(0, &item)),
            (Some(false), Some(Reason::RpcError), Some(detail)),
            "{name}"
        );
    }
}
