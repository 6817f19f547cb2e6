//! Any bytes as the JSON of blocks: each item has a verdict that can be printed, and a reason where it is not valid.
#![no_main]

use aion_pow::chain::Verdicts;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for (index, verdict) in Verdicts::new(bytes).enumerate() {
        let Ok(verdict) = verdict else { return };
        assert_eq!(verdict.index, index as u64);
        assert_eq!(verdict.ok == Some(true), verdict.reason.is_none());
        serde_json::to_string(&verdict).expect("a verdict is JSON");
    }
});
