//! A verdict's steps: what was checked, what was not, and what a caller can add.

use aion_pow::chain::{FieldError, Options, judge_by};
use aion_pow::json::Json;
use aion_pow::params::Params;
use aion_pow::solution::{pack, unpack};
use aion_pow::tree::zero_bits;
use serde_json::{Value, json};

mod vectors;
mod verdict;
use vectors::{bytes, read};
use verdict::{as_json, assert_valid, checks, not_checked, text, verdict};

const LEVELS: [&str; 9] = [
    "level-1", "level-2", "level-3", "level-4", "level-5", "level-6", "level-7", "level-8", "level-9",
];

fn steps(before: &[&str], levels: usize, after: &[&str]) -> Vec<String> {
    let all = before.iter().chain(&LEVELS[..levels]).chain(after);
    all.map(|name| name.to_string()).collect()
}

/// A real block in the shape of a kernel.
fn block() -> Option<Value> {
    Some(read("rpc-shapes.json")?[0]["java_eth_getBlockByNumber"].clone())
}

fn judged(item: &Value, options: Value) -> Value {
    let options = Options::from_json(&Json::parse(&options.to_string()).unwrap()).unwrap();
    as_json(&judge_by(0, &Json::parse(&item.to_string()).unwrap(), &options))
}

#[test]
fn a_valid_block_passes_every_step_and_the_rest_is_named() {
    let Some(block) = block() else { return };
    let found = verdict(&block);
    assert_valid(&found, "block");
    let solution = ["mine-hash", "solution-length", "distinct", "order"];
    assert_eq!(checks(&found), steps(&solution, 9, &["target", "block-hash"]));
    assert_eq!(not_checked(&found), ["on-chain", "declared-difficulty"]);
    assert_eq!(found["difficulty"], json!("11482158"));
    assert_eq!(
        found["boundary"],
        json!("000001760e460d777b558ba5afe951eab1e538483c4a46556209dd72766e43c3")
    );
    assert_eq!(
        found["checks"][4]["detail"],
        "each of 256 nodes begins with 21 zero bits"
    );
    assert!(found.get("indices").is_none());

    let mut bare = block.clone();
    bare.as_object_mut().unwrap().remove("hash");
    assert_eq!(
        not_checked(&verdict(&bare)),
        ["on-chain", "declared-difficulty", "block-hash"]
    );
}

#[test]
fn a_solutions_steps_end_at_the_first_that_fails_and_the_others_go_on() {
    let Some(cases) = read("blocks.json") else { return };
    let case = &cases[0];
    let solution = bytes(case, "solution");
    let indices = unpack(&Params::AION, &solution).unwrap();
    let packed = |change: &dyn Fn(&mut Vec<u32>)| {
        let mut changed = indices.clone();
        change(&mut changed);
        pack(&Params::AION, &changed).unwrap()
    };
    // Two halves of a node of level 3 that are exchanged between nodes: each pair still cancels, not more.
    let exchanged = packed(&|indices| {
        let (left, right) = indices.split_at_mut(256);
        let tail = right[..].len() - 2;
        left[254..256].swap_with_slice(&mut right[tail..]);
    });
    let table: [(&str, Vec<u8>, Vec<String>, &str); 4] = [
        (
            "short",
            solution[1..].to_vec(),
            steps(&["!solution-length"], 0, &[]),
            "solution-length",
        ),
        (
            "an index twice",
            packed(&|indices| indices[1] = indices[0]),
            steps(&["solution-length", "!distinct"], 0, &[]),
            "duplicate-index",
        ),
        (
            "a pair the wrong way round",
            packed(&|indices| indices.swap(0, 1)),
            steps(&["solution-length", "distinct", "!order"], 0, &[]),
            "index-order",
        ),
        (
            "exchanged pairs",
            exchanged,
            steps(
                &["solution-length", "distinct", "order", "level-1", "!level-2"],
                0,
                &[],
            ),
            "digit-not-zero",
        ),
    ];
    for (name, solution, expected, reason) in table {
        let item = json!({
            "mine_hash": case["mine_hash"], "nonce": case["nonce"], "solution": hex::encode(solution),
            "target": "ff".repeat(32),
        });
        let found = verdict(&item);
        let expected = [expected, vec!["target".to_string()]].concat();
        assert_eq!(checks(&found), expected, "{name}");
        assert_eq!(text(&found, "reason"), reason, "{name}");
        let failed = found["checks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|check| check["ok"] == json!(false));
        assert_eq!(failed.unwrap()["detail"], found["detail"], "{name}");
    }
}

#[test]
fn what_the_caller_knows_is_checked_too() {
    let Some(block) = block() else { return };
    let hash = text(&block, "hash").to_string();
    let other = "11".repeat(32);
    let table = [
        (json!({ "expectedHash": hash }), "expected-hash", None),
        (json!({ "expectedHash": hash[2..] }), "expected-hash", None),
        (
            json!({ "expectedHash": other }),
            "!expected-hash",
            Some("expected-hash-mismatch"),
        ),
        (json!({ "minDifficulty": 11_482_158 }), "min-difficulty", None),
        (json!({ "minDifficulty": "11482158" }), "min-difficulty", None),
        (
            json!({ "minDifficulty": "0xaf342f" }),
            "!min-difficulty",
            Some("below-min-difficulty"),
        ),
    ];
    for (options, last, reason) in table {
        let found = judged(&block, options.clone());
        assert_eq!(checks(&found).last().unwrap(), last, "{options}");
        assert_eq!(found.get("reason").and_then(Value::as_str), reason, "{options}");
        assert_eq!(found["ok"], json!(reason.is_none()), "{options}");
    }
    let both = judged(&block, json!({ "expectedHash": hash, "minDifficulty": 16 }));
    assert!(not_checked(&both).is_empty(), "{both}");
}

#[test]
fn what_is_held_against_nothing_does_not_pass() {
    let Some(cases) = read("blocks.json") else { return };
    let case = &cases[0];
    let claim =
        json!({ "mine_hash": case["mine_hash"], "nonce": case["nonce"], "solution": case["solution"] });
    let found = judged(&claim, json!({ "expectedHash": "11".repeat(32) }));
    assert_eq!(text(&found, "reason"), "expected-hash-mismatch");
    let found = judged(&claim, json!({ "minDifficulty": 1 }));
    assert_eq!(text(&found, "reason"), "below-min-difficulty");

    let mut with_target = claim.clone();
    with_target["target"] = json!(format!("10{}", "00".repeat(31)));
    for (least, ok) in [(16, true), (17, false)] {
        assert_eq!(
            judged(&with_target, json!({ "minDifficulty": least }))["ok"],
            json!(ok),
            "{least}"
        );
    }
    assert_eq!(
        not_checked(&verdict(&claim)),
        ["on-chain", "stake-half", "block-hash", "target"]
    );
    assert!(judged(&Value::Null, json!({ "minDifficulty": 1 }))["ok"].is_null());
}

#[test]
fn a_boundary_of_2_to_256_is_left_out() {
    let Some(cases) = read("blocks.json") else { return };
    let mut claim = json!({ "difficulty": 1 });
    for key in ["mine_hash", "nonce", "solution"] {
        claim[key] = cases[0][key].clone();
    }
    let found = verdict(&claim);
    assert_valid(&found, "difficulty 1");
    assert_eq!(found["difficulty"], json!("1"));
    assert!(found.get("boundary").is_none());
}

#[test]
fn bad_options_are_errors_that_name_them() {
    let table = [
        (json!([]), "the options holds an array; wanted an object"),
        (
            json!({ "expectedHash": "00" }),
            "expectedHash holds 1 byte; wanted 32 bytes in hex",
        ),
        (
            json!({ "expectedHash": 7 }),
            "expectedHash holds a number; wanted 32 bytes in hex",
        ),
        (
            json!({ "minDifficulty": 0 }),
            "minDifficulty holds 0; wanted a difficulty of at least 1",
        ),
        (
            json!({ "minDifficulty": -1 }),
            "minDifficulty holds the number -1; wanted an integer of at most 128 bits",
        ),
        (
            json!({ "indices": 1 }),
            "indices holds a number; wanted a boolean",
        ),
        (
            json!({ "expectedhash": "00" }),
            "expectedhash holds an unknown option; wanted only expectedHash, minDifficulty and indices",
        ),
    ];
    for (options, message) in table {
        let error: FieldError = Options::from_json(&Json::parse(&options.to_string()).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn indices_are_listed_for_those_who_ask() {
    let Some(cases) = read("blocks.json") else { return };
    let found = judged(&cases[0], json!({ "indices": true }));
    let expected = unpack(&Params::AION, &bytes(&cases[0], "solution")).unwrap();
    assert_eq!(found["indices"], json!(expected));
}

#[test]
fn the_tree_of_a_valid_solution_has_its_zeros_on_every_level() {
    let Some(cases) = read("blocks.json") else { return };
    let case = &cases[0];
    let (hash, nonce) = (bytes(case, "mine_hash"), bytes(case, "nonce"));
    let counts = zero_bits(&Params::AION, &hash, &nonce, &bytes(case, "solution")).unwrap();
    assert_eq!(counts.len(), 1023);
    let mut rest = counts.as_slice();
    for level in 0..=9 {
        let (nodes, above) = rest.split_at(512 >> level);
        let least = if level == 9 { 210 } else { 21 * level };
        assert!(
            nodes.iter().all(|&zeros| zeros >= least),
            "level {level}: {nodes:?}"
        );
        rest = above;
    }
    assert!(
        counts[..512].iter().any(|&zeros| zeros < 2),
        "leaves look like chance"
    );

    let other = zero_bits(&Params::AION, &nonce, &nonce, &bytes(case, "solution")).unwrap();
    assert!(other[1022] < 210, "another mine hash has other leaves");
    assert!(zero_bits(&Params::AION, &hash, &nonce, &[0; 1407]).is_err());
}
