//! Whatever the JSON, there is a verdict; and without work there is none that says yes.

use aion_pow::chain::Verdicts;
use proptest::prelude::*;
use serde_json::{Map, Value};

mod verdict;
use verdict::{as_json, judge};

/// Field names of all shapes, among them the ones that decide the shape.
const NAMES: [&str; 42] = [
    "jsonrpc",
    "result",
    "error",
    "code",
    "message",
    "blockHeader",
    "header",
    "mine_hash",
    "header_hex",
    "hash",
    "headerHash",
    "block_hash",
    "parentHash",
    "number",
    "sealType",
    "version",
    "miner",
    "coinbase",
    "coinBase",
    "stateRoot",
    "txTrieRoot",
    "receiptTrieRoot",
    "transactionsRoot",
    "receiptsRoot",
    "logsBloom",
    "difficulty",
    "target",
    "extraData",
    "nrgUsed",
    "nrgLimit",
    "energyConsumed",
    "energyLimit",
    "timestamp",
    "nonce",
    "blockNumber",
    "blockHash",
    "minerAddress",
    "receiptTxRoot",
    "bloom",
    "nrgConsumed",
    "blockTimestamp",
    "solution",
];

fn scalar() -> impl Strategy<Value = Value> {
    let hex = |bytes: usize| Value::from("00".repeat(bytes));
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-5..3i64).prop_map(Value::from),
        "(0x)?[0-9a-fA-F]{0,70}".prop_map(Value::from),
        "[0-9]{1,79}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(hex(32)),
        Just(hex(256)),
        Just(hex(1408)),
        prop::sample::select(vec!["PoW", "PoS", "0x1", "0x2", "0x10"]).prop_map(Value::from),
    ]
}

/// Objects of known names, nested as envelopes and headers are.
fn item() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 64, 42, |inner| {
        let name = prop::sample::select(&NAMES[..]).prop_map(String::from);
        prop_oneof![
            4 => prop::collection::btree_map(name, inner.clone(), 0..42)
                .prop_map(|fields| Value::Object(Map::from_iter(fields))),
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::Array),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn no_value_is_valid_by_accident(item in item(), index: u64) {
        let verdict = judge(index, &item);
        prop_assert_eq!(verdict.index, index);
        prop_assert_ne!(verdict.ok, Some(true));
        let reason = verdict.reason.expect("what is not valid has a reason");
        prop_assert_eq!(verdict.ok.is_none(), reason.is_abstention());
        prop_assert_eq!(&as_json(&verdict)["reason"], reason.as_str());
    }

    #[test]
    fn no_text_stops_the_reading_but_at_its_first_error(text in "[\\[\\]{}\":,a-f0-9 \n-]{0,80}") {
        let results: Vec<bool> = Verdicts::new(text.as_bytes()).map(|verdict| verdict.is_ok()).collect();
        prop_assert!(results.iter().rev().skip(1).all(|&ok| ok), "an error is the last of all");
    }

    #[test]
    fn no_bytes_stop_it_either(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let results: Vec<bool> = Verdicts::new(bytes.as_slice()).map(|verdict| verdict.is_ok()).collect();
        prop_assert!(results.iter().rev().skip(1).all(|&ok| ok));
    }
}
