//! Real blocks and solutions as items: hashes, boundaries, reasons.

use aion_pow::target::{Difficulty, Target};
use serde_json::json;

mod vectors;
mod verdict;
use vectors::{bytes, read};
use verdict::{assert_valid, text, verdict};

#[test]
fn every_block_has_its_mine_hash_block_hash_and_target() {
    for (file, count) in [("blocks.json", 50), ("dashboard-blocks.json", 4)] {
        let Some(blocks) = read(file) else { return };
        let blocks = blocks.as_array().unwrap();
        assert_eq!(blocks.len(), count);
        for block in blocks {
            let name = text(block, "name");
            // Alone, so that the hashes are computed and not compared.
            let alone =
                json!({ "header": block["header"], "nonce": block["nonce"], "solution": block["solution"] });
            let found = verdict(&alone);
            assert_valid(&found, name);
            assert_eq!(found["mineHash"], block["mine_hash"], "{name}");
            assert_eq!(found["blockHash"], block["block_hash"], "{name}");
            assert_eq!(found["number"], block["header"]["number"], "{name}");
            // As the file has it: with hashes, difficulty and target to agree with.
            assert_valid(&verdict(block), name);

            let difficulty = Difficulty::from_be_bytes(&bytes(block, "difficulty")).unwrap();
            let target = Target::from_difficulty(difficulty).to_be_bytes().unwrap();
            assert_eq!(hex::encode(target), text(block, "target"), "{name}");
        }
    }
}

#[test]
fn a_mine_hash_without_its_header_is_enough() {
    let Some(blocks) = read("blocks.json") else { return };
    for block in blocks.as_array().unwrap() {
        for (key, boundary) in [("target", "target"), ("difficulty", "difficulty")] {
            for prefix in ["", "0x"] {
                let hex = |key: &str| format!("{prefix}{}", text(block, key));
                for subject in ["mine_hash", "header_hex"] {
                    let found = verdict(&json!({
                        subject: hex("mine_hash"), "nonce": hex("nonce"), "solution": hex("solution"),
                        key: hex(boundary),
                    }));
                    assert_valid(&found, text(block, "name"));
                    assert_eq!(found["mineHash"], block["mine_hash"]);
                    assert!(found.get("blockHash").is_none() && found.get("number").is_none());
                }
            }
        }
    }
}

#[test]
fn a_header_of_another_length_has_a_solution_but_no_hash_to_compare() {
    let Some(cases) = read("solutions.json") else {
        return;
    };
    for case in cases.as_array().unwrap() {
        let found = verdict(case);
        let expected = json!([7, true, true, null, null, null, null]);
        let keys = [
            "index", "ok", "equihash", "target", "mineHash", "powHash", "boundary",
        ];
        assert_eq!(json!(keys.map(|key| &found[key])), expected, "{}", case["name"]);
    }
}

#[test]
fn every_forgery_keeps_its_reason_as_an_item() {
    let Some(cases) = read("invalid.json") else { return };
    for case in cases.as_array().unwrap() {
        let found = verdict(case);
        assert_eq!(
            (&found["ok"], &found["equihash"]),
            (&json!(false), &json!(false)),
            "{}",
            case["name"]
        );
        let reasons = [
            "solution-length",
            "duplicate-index",
            "index-order",
            "digit-not-zero",
        ];
        assert!(
            reasons.contains(&text(&found, "reason")),
            "{}: {found}",
            case["name"]
        );
        let at_a_node = ["index-order", "digit-not-zero"].contains(&text(&found, "reason"));
        assert_eq!(found.get("level").is_some(), at_a_node, "{found}");
    }
}

#[test]
fn of_several_boundaries_the_lowest_counts() {
    let Some(blocks) = read("blocks.json") else { return };
    let block = &blocks[0];
    let hash = verdict(block)["powHash"].clone();
    let above = format!("{}ff", &hash.as_str().unwrap()[..62]);
    let table = [
        ("equality misses", "target", json!(hash), false),
        ("a little above meets", "target", json!(above), true),
        (
            "an easy target does not undo the header's",
            "target",
            json!("ff".repeat(32)),
            true,
        ),
        (
            "a high difficulty counts beside the header's",
            "difficulty",
            json!("ff".repeat(16)),
            false,
        ),
        (
            "a low one does not undo the header's",
            "difficulty",
            json!(1),
            true,
        ),
    ];
    for (name, key, boundary, met) in table {
        let mut item =
            json!({ "header": block["header"], "nonce": block["nonce"], "solution": block["solution"] });
        item[key] = boundary;
        let found = verdict(&item);
        assert_eq!(
            (&found["target"], &found["ok"]),
            (&json!(met), &json!(met)),
            "{name}"
        );
        assert_eq!(
            found.get("reason"),
            (!met).then(|| json!("target-missed")).as_ref(),
            "{name}"
        );
        assert_eq!(found["equihash"], json!(true), "{name}");
    }
}
