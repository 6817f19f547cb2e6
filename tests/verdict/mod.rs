//! Verdicts as their readers get them, and what a good one looks like.

use aion_pow::chain::judge;
use serde_json::{Value, json};

/// A string under a key.
pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

/// The verdict on an item, as number 7 of its input.
pub fn verdict(item: &Value) -> Value {
    serde_json::to_value(judge(7, item)).unwrap()
}

/// Everything that must hold of a block in order.
pub fn assert_valid(verdict: &Value, name: &str) {
    assert_eq!(verdict["ok"], json!(true), "{name}: {verdict}");
    assert_eq!(verdict["equihash"], json!(true), "{name}");
    assert_eq!(verdict["target"], json!(true), "{name}");
    assert_eq!(verdict["index"], json!(7), "{name}");
    for absent in ["reason", "level", "detail"] {
        assert!(verdict.get(absent).is_none(), "{name} has {absent}");
    }
}
