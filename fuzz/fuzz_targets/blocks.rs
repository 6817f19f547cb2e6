//! Any bytes as the JSON of blocks: each item has a verdict that can be printed, and a reason where it is not valid; and
//! what is JSON at all is what another reader takes for it.
#![no_main]

use aion_pow::chain::Verdicts;
use aion_pow::json::{Complaint, Json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        read_alike(text);
    }
    for (index, verdict) in Verdicts::new(bytes).enumerate() {
        let Ok(verdict) = verdict else { return };
        assert_eq!(verdict.index, index as u64);
        assert_eq!(verdict.ok == Some(true), verdict.reason.is_none());
        serde_json::from_str::<serde_json::Value>(&verdict.to_json()).expect("a verdict is JSON");
    }
});

/// Two limits differ: ours of nesting, and the other's of a number's size.
fn read_alike(text: &str) {
    match (Json::parse(text), serde_json::from_str::<serde_json::Value>(text)) {
        (Err(error), Ok(_)) => assert_eq!(error.complaint, Complaint::TooDeep),
        (Ok(_), Err(error)) => assert!(error.to_string().contains("out of range")),
        _ => {}
    }
}
