//! Verdicts as their readers get them, and what a good one looks like.

// Each test binary compiles this module and uses its own part of it.
#![allow(dead_code)]

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

/// The names of a verdict's checks, a `!` before each that failed.
pub fn checks(verdict: &Value) -> Vec<String> {
    let checks = verdict["checks"]
        .as_array()
        .unwrap_or_else(|| panic!("{verdict}"));
    let name = |check: &Value| {
        assert_ne!(text(check, "detail"), "");
        format!(
            "{}{}",
            if check["ok"] == json!(true) { "" } else { "!" },
            text(check, "name")
        )
    };
    checks.iter().map(name).collect()
}

/// The names of what a verdict says was not checked.
pub fn not_checked(verdict: &Value) -> Vec<&str> {
    let left = verdict["notChecked"].as_array().map_or(&[][..], Vec::as_slice);
    left.iter().map(|left| text(left, "name")).collect()
}
