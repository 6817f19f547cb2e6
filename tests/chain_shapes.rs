//! Real blocks in every shape in which kernels hand them out.

use aion_pow::chain::{Item, Subject};
use aion_pow::json::Json;
use serde_json::{Value, json};

mod vectors;
mod verdict;
use vectors::read;
use verdict::{assert_valid, checks, text, verdict};

/// The block in each shape of both kernels, with its name.
fn shapes(block: &Value) -> Vec<(String, Value)> {
    let mut shapes: Vec<(String, Value)> = [
        "java_eth_getBlockByNumber",
        "rust_eth_getBlockByNumber",
        "java_getHeaderByBlockNumber",
    ]
    .map(|shape| (shape.to_string(), block[shape].clone()))
    .into();
    shapes.push((
        "rust_getHeaderByBlockNumber".into(),
        rust_get_header(&block["java_getHeaderByBlockNumber"]),
    ));

    let mut older = block["java_eth_getBlockByNumber"].clone();
    for newer in ["sealType", "nrgUsed", "nrgLimit"] {
        older.as_object_mut().unwrap().remove(newer).unwrap();
    }
    shapes.push(("a kernel from before the fork".into(), older));

    let mut hex_number = block["rust_eth_getBlockByNumber"].clone();
    hex_number["number"] = json!(format!("{:#x}", hex_number["number"].as_u64().unwrap()));
    shapes.push(("a number in hex".into(), hex_number));

    let enveloped = |(name, shape): &(String, Value)| {
        (
            format!("{name} in an envelope"),
            json!({ "jsonrpc": "2.0", "id": 1, "result": shape }),
        )
    };
    let envelopes: Vec<_> = shapes.iter().map(enveloped).collect();
    shapes.extend(envelopes);
    shapes
}

/// The Rust kernel names the seal and writes numbers without their leading zeros.
fn rust_get_header(java: &Value) -> Value {
    let mut answer = java.clone();
    let header = answer["blockHeader"].as_object_mut().unwrap();
    for number in [
        "number",
        "difficulty",
        "energyConsumed",
        "energyLimit",
        "timestamp",
    ] {
        let minimal = header[number]
            .as_str()
            .unwrap()
            .trim_start_matches('0')
            .to_string();
        header[number] = json!(minimal);
    }
    header["sealType"] = json!("PoW");
    header.remove("version");
    answer
}

#[test]
fn blocks_are_read_in_every_shape_of_both_kernels() {
    let Some(blocks) = read("rpc-shapes.json") else {
        return;
    };
    assert_eq!(blocks.as_array().unwrap().len(), 3);
    for block in blocks.as_array().unwrap() {
        for (name, shape) in shapes(block) {
            let found = verdict(&shape);
            assert_valid(&found, &name);
            assert_eq!(found["mineHash"], block["mine_hash"], "{name}");
            assert_eq!(
                found["number"], block["java_eth_getBlockByNumber"]["number"],
                "{name}"
            );
            let hash = text(&block["java_eth_getBlockByNumber"], "hash");
            assert_eq!(format!("0x{}", text(&found, "blockHash")), hash, "{name}");
        }
    }
}

/// Any field changed is found out, by the hash that came along or by the proof itself.
#[test]
fn no_field_of_a_block_can_be_changed() {
    let Some(blocks) = read("rpc-shapes.json") else {
        return;
    };
    let block = &blocks[0];
    let table = [
        (
            "java_eth_getBlockByNumber",
            "number",
            json!(700_024),
            "digit-not-zero",
        ),
        (
            "java_eth_getBlockByNumber",
            "timestamp",
            json!("0x5b4ecab3"),
            "digit-not-zero",
        ),
        ("java_eth_getBlockByNumber", "nrgUsed", json!(0), "digit-not-zero"),
        (
            "java_eth_getBlockByNumber",
            "difficulty",
            json!("0x1"),
            "digit-not-zero",
        ),
        (
            "java_eth_getBlockByNumber",
            "nonce",
            json!("00".repeat(32)),
            "digit-not-zero",
        ),
        (
            "java_eth_getBlockByNumber",
            "solution",
            json!("00".repeat(1408)),
            "duplicate-index",
        ),
        (
            "java_eth_getBlockByNumber",
            "solution",
            json!("00"),
            "solution-length",
        ),
        (
            "java_eth_getBlockByNumber",
            "hash",
            json!("00".repeat(32)),
            "block-hash-mismatch",
        ),
        (
            "java_getHeaderByBlockNumber",
            "headerHash",
            json!("00".repeat(32)),
            "mine-hash-mismatch",
        ),
        (
            "java_getHeaderByBlockNumber",
            "nonce",
            json!("00".repeat(32)),
            "digit-not-zero",
        ),
    ];
    for (shape, field, value, reason) in table {
        let mut changed = block[shape].clone();
        changed[field] = value;
        let found = verdict(&changed);
        assert_eq!(
            (text(&found, "reason"), &found["ok"]),
            (reason, &json!(false)),
            "{shape} {field}"
        );
    }
    let mut changed = block["java_getHeaderByBlockNumber"].clone();
    changed["blockHeader"]["energyLimit"] = json!("0000000000e50153");
    assert_eq!(text(&verdict(&changed), "reason"), "mine-hash-mismatch");
}

#[test]
fn the_header_of_a_shape_is_the_497_bytes_of_the_other_kernel() {
    let Some(blocks) = read("rpc-shapes.json") else {
        return;
    };
    for block in blocks.as_array().unwrap() {
        let fields = &block["java_getHeaderByBlockNumber"]["blockHeader"];
        let order = [
            "sealType",
            "number",
            "parentHash",
            "coinBase",
            "stateRoot",
            "txTrieRoot",
            "receiptTrieRoot",
            "logsBloom",
            "difficulty",
            "extraData",
            "energyConsumed",
            "energyLimit",
            "timestamp",
        ];
        let concatenated: String = order.map(|field| text(fields, field)).concat();
        let item = block["rust_eth_getBlockByNumber"].to_string();
        let Ok(Item::Proof(proof)) = Item::from_json(&Json::parse(&item).unwrap()) else {
            panic!()
        };
        let Subject::Header(header) = proof.subject else {
            panic!()
        };
        assert_eq!(hex::encode(header.bytes()), concatenated);
    }
}

/// A block of the old dashboard as it was handed out, with the two long fields that the file keeps elsewhere.
fn dashboard(block: &Value) -> Value {
    let mut shape = block["explorer_json"].clone();
    shape["bloom"] = block["header"]["logsBloom"].clone();
    shape["solution"] = block["solution"].clone();
    shape
}

#[test]
fn blocks_of_the_old_dashboard_are_read_whatever_became_of_their_zeros() {
    let Some(blocks) = read("dashboard-blocks.json") else {
        return;
    };
    for block in blocks.as_array().unwrap() {
        let name = text(block, "name");
        let shape = dashboard(block);
        for item in [
            shape.clone(),
            json!({ "jsonrpc": "2.0", "id": 1, "result": shape }),
        ] {
            let found = verdict(&item);
            assert_valid(&found, name);
            assert_eq!(found["mineHash"], block["mine_hash"], "{name}");
            assert_eq!(found["blockHash"], block["block_hash"], "{name}");
            assert_eq!(found["boundary"], block["target"], "{name}");
            assert_eq!(found["number"], block["header"]["number"], "{name}");
            assert!(checks(&found).contains(&"block-hash".to_string()), "{name}");
        }
    }
}

#[test]
fn of_the_readings_of_a_number_the_hash_decides() {
    let Some(blocks) = read("dashboard-blocks.json") else {
        return;
    };
    // Block 50: nonce and difficulty were printed in decimal.
    let block = &blocks[0];
    let shape = dashboard(block);
    assert_eq!(shape["difficulty"], json!("16"));
    let with = |field: &str, value: Value| {
        let mut changed = shape.clone();
        changed[field] = value;
        verdict(&changed)
    };
    // All in decimal strings, each of which could be hex.
    let mut decimal = shape.clone();
    for field in ["blockNumber", "nrgLimit", "blockTimestamp"] {
        decimal[field] = json!(shape[field].to_string());
    }
    assert_valid(&verdict(&decimal), "decimal strings");
    let mut hex = shape.clone();
    for field in ["blockNumber", "nrgLimit", "blockTimestamp"] {
        hex[field] = json!(format!("{:x}", shape[field].as_u64().unwrap()));
    }
    assert_valid(&verdict(&hex), "hex without 0x");
    assert_valid(&with("difficulty", json!(16)), "a JSON integer");
    assert_valid(&with("difficulty", json!("0x10")), "hex");
    assert_valid(&with("nonce", block["nonce"].clone()), "a whole nonce");

    // Without a hash, or with another block's, the usual reading stands: 16 is hex, and the mine hash another.
    for hash in [Value::Null, json!("11".repeat(32))] {
        let found = with("blockHash", hash);
        assert_eq!(found["difficulty"], json!("22"));
        assert_eq!(text(&found, "reason"), "digit-not-zero");
    }
    let table = [
        ("bloom", Value::Null, "bloom is missing; wanted 256 bytes in hex"),
        ("nonce", json!("12g"), "nonce holds 'g' at digit 2"),
        ("nonce", json!("1".repeat(65) + "a"), "nonce holds 1"),
        ("nonce", json!("9".repeat(78)), "nonce holds 9"),
        (
            "receiptTxRoot",
            json!("00"),
            "receiptTxRoot holds 1 byte; wanted 32 bytes in hex",
        ),
    ];
    for (field, value, detail) in table {
        let found = with(field, value);
        assert_eq!(text(&found, "reason"), "malformed");
        assert!(text(&found, "detail").starts_with(detail), "{found}");
    }
}

#[test]
fn numbers_of_a_flat_block_may_be_json_integers_decimal_strings_or_hex() {
    let Some(blocks) = read("rpc-shapes.json") else {
        return;
    };
    for block in blocks.as_array().unwrap() {
        type Form = fn(u64) -> Value;
        let fields = ["number", "difficulty", "timestamp", "nrgUsed", "nrgLimit"];
        let forms: [(&str, Form); 4] = [
            ("integers", |number| json!(number)),
            ("decimal strings", |number| json!(number.to_string())),
            ("hex", |number| json!(format!("{number:#x}"))),
            ("hex without 0x", |number| json!(format!("{number:x}"))),
        ];
        for (name, form) in forms {
            let mut shape = block["java_eth_getBlockByNumber"].clone();
            for field in fields {
                let number = match &shape[field] {
                    Value::String(hex) => u64::from_str_radix(&hex[2..], 16).unwrap(),
                    number => number.as_u64().unwrap(),
                };
                shape[field] = form(number);
            }
            let found = verdict(&shape);
            assert_valid(&found, name);
            assert_eq!(found["mineHash"], block["mine_hash"], "{name}");
        }
    }
}
