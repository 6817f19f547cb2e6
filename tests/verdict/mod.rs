//! Verdicts as their readers get them, and what a good one looks like.

// Each test binary compiles this module and uses its own part of it.
#![allow(dead_code)]

use aion_pow::chain::{Options, Verdict, judge_by};
use aion_pow::json::Json;
use serde_json::{Value, json};

/// A string under a key.
pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

/// The verdict on an item, as number 7 of its input.
pub fn verdict(item: &Value) -> Value {
    as_json(&judge(7, item))
}

/// The verdict on an item of so many before it.
pub fn judge(index: u64, item: &Value) -> Verdict {
    judge_by(
        index,
        &Json::parse(&item.to_string()).unwrap(),
        &Options::default(),
    )
}

/// A verdict as another JSON library reads it.
pub fn as_json(verdict: &Verdict) -> Value {
    serde_json::from_str(&verdict.to_json()).unwrap_or_else(|error| panic!("{error}: {verdict:?}"))
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
