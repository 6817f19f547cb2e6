//! The verifier on known answers that the input changes, beside the plain verifier of the tests; and on any
//! parameters whatever, which may be refused but must not panic.
#![no_main]

use std::sync::LazyLock;

use aion_pow::equihash::verify_equihash;
use aion_pow::params::Params;
use aion_pow::verify::verify;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

#[path = "../../tests/naive/mod.rs"]
mod naive;

struct Answer {
    params: Params,
    input: Vec<u8>,
    solution: Vec<u8>,
}

static KNOWN: LazyLock<Vec<Answer>> = LazyLock::new(|| {
    let file: Value =
        serde_json::from_str(include_str!("../../tests/known-answers/equihash.json")).expect("JSON");
    let number = |case: &Value, key: &str| case[key].as_u64().expect("a number") as u32;
    let bytes = |case: &Value, key: &str| hex::decode(case[key].as_str().expect("a string")).expect("hex");
    let cases = file.as_array().expect("an array").iter();
    cases
        .map(|case| Answer {
            params: Params::new(
                number(case, "n"),
                number(case, "k"),
                bytes(case, "personalization").try_into().expect("16 bytes"),
            )
            .expect("a puzzle"),
            input: bytes(case, "input"),
            solution: bytes(case, "solution"),
        })
        .collect()
});

/// Bytes that are exchanged, each at its place.
type Changes = Vec<(u16, u8)>;

fuzz_target!(|input: (u8, Changes, Changes, (u16, u8, [u8; 16], Vec<u8>))| {
    let (which, in_solution, in_input, (n, k, personalization, junk)) = input;
    let known = &KNOWN[which as usize % KNOWN.len()];
    let change = |bytes: &[u8], changes: &Changes| {
        let mut bytes = bytes.to_vec();
        for &(place, by) in changes {
            let place = place as usize % bytes.len();
            bytes[place] ^= by;
        }
        bytes
    };
    let solution = change(&known.solution, &in_solution);
    let header = change(&known.input, &in_input);
    let accepted = verify(&known.params, &header, &[], &solution).is_ok();
    assert_eq!(
        accepted,
        naive::verify(&known.params, &header, &[], &solution).is_ok()
    );
    assert_eq!(accepted, solution == known.solution && header == known.input);

    let _ = verify_equihash(n.into(), u32::from(k) % 17, &personalization, &junk, &junk);
});
