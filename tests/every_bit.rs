//! Every bit of a valid block matters: each of the solution's, the nonce's and the header's is flipped alone, and the
//! block is refused for the reason that this bit gives.

use aion_pow::params::Params;
use aion_pow::solution::unpack;
use aion_pow::verify::{VerifyError, verify};
use serde_json::{Value, json};

mod naive;
mod vectors;
mod verdict;
use vectors::{bytes, read};
use verdict::{assert_valid, text, verdict};

const AION: Params = Params::AION;

/// A header's fields as the chain hashes them: name, bytes, and whether JSON writes the field as an integer.
const FIELDS: [(&str, usize, bool); 13] = [
    ("sealType", 1, true),
    ("number", 8, true),
    ("parentHash", 32, false),
    ("coinbase", 32, false),
    ("stateRoot", 32, false),
    ("txTrieRoot", 32, false),
    ("receiptTrieRoot", 32, false),
    ("logsBloom", 256, false),
    ("difficulty", 16, false),
    ("extraData", 32, false),
    ("energyConsumed", 8, true),
    ("energyLimit", 8, true),
    ("timestamp", 8, true),
];

fn flip(bytes: &mut [u8], bit: usize) {
    bytes[bit / 8] ^= 0x80 >> (bit % 8);
}

fn first_block() -> Option<Value> {
    Some(read("blocks.json")?[0].clone())
}

#[test]
fn every_bit_of_a_solution_matters() {
    let Some(block) = first_block() else { return };
    let (mine_hash, nonce) = (bytes(&block, "mine_hash"), bytes(&block, "nonce"));
    let mut solution = bytes(&block, "solution");
    let (mut seen, mut in_pairs) = (0, 0);
    for bit in 0..solution.len() * 8 {
        flip(&mut solution, bit);
        let refused = verify(&AION, &mine_hash, &nonce, &solution).expect_err("a flipped bit");
        // Where the indices alone do not give it away, the flipped one's pair does not cancel.
        let pair = bit / 44;
        let expected = naive::check_indices(&AION, &unpack(&AION, &solution).unwrap())
            .err()
            .unwrap_or(("digit-not-zero", Some((1, pair))));
        let place = match refused {
            VerifyError::Order { level, node } | VerifyError::Digit { level, node } => Some((level, node)),
            VerifyError::Length { .. } | VerifyError::Duplicate { .. } => None,
        };
        assert_eq!((refused.reason(), place), expected, "bit {bit}");
        seen += 1;
        in_pairs += usize::from(expected.0 == "digit-not-zero");
        flip(&mut solution, bit);
    }
    assert_eq!(seen, 11_264);
    assert!(
        in_pairs > 5_000,
        "only {in_pairs} bits were left to the hashes to refuse"
    );
    assert_eq!(verify(&AION, &mine_hash, &nonce, &solution), Ok(()));
}

#[test]
fn every_bit_of_a_nonce_matters() {
    let Some(block) = first_block() else { return };
    let (mine_hash, solution) = (bytes(&block, "mine_hash"), bytes(&block, "solution"));
    let mut nonce = bytes(&block, "nonce");
    assert_eq!(nonce.len() * 8, 256);
    for bit in 0..256 {
        flip(&mut nonce, bit);
        assert_eq!(
            verify(&AION, &mine_hash, &nonce, &solution),
            Err(VerifyError::Digit { level: 1, node: 0 }),
            "bit {bit}"
        );
        flip(&mut nonce, bit);
    }
    assert_eq!(verify(&AION, &mine_hash, &nonce, &solution), Ok(()));
}

#[test]
fn every_bit_of_a_header_matters() {
    let Some(block) = first_block() else { return };
    let mut claim =
        json!({ "header": block["header"], "nonce": block["nonce"], "solution": block["solution"] });
    let mine_hash = block["mine_hash"].clone();
    let mut seen = 0;
    for (field, size, integer) in FIELDS {
        let valid = claim["header"][field].clone();
        for bit in 0..size * 8 {
            claim["header"][field] = flipped(&valid, size, integer, bit);
            // A seal of neither kind is no block that the chain knows. Any other header has other leaves, and where
            // the mine hash came along, not that one.
            let reasons = if field == "sealType" {
                ["malformed"; 2]
            } else {
                ["digit-not-zero", "mine-hash-mismatch"]
            };
            for (mine_hash, reason) in [Value::Null, mine_hash.clone()].into_iter().zip(reasons) {
                let mut claim = claim.clone();
                if mine_hash.is_string() {
                    claim["mine_hash"] = mine_hash;
                }
                let verdict = verdict(&claim);
                assert_eq!(
                    (verdict["ok"].as_bool(), text(&verdict, "reason")),
                    (Some(false), reason),
                    "{field}, bit {bit}: {verdict}"
                );
            }
            seen += 1;
        }
        claim["header"][field] = valid;
    }
    assert_eq!(seen, 3_976);
    assert_valid(&verdict(&claim), "every bit put back");
}

/// A field's value with one of its bits flipped, counted from the most significant.
fn flipped(valid: &Value, size: usize, integer: bool, bit: usize) -> Value {
    if integer {
        let value = valid.as_u64().expect("an integer");
        return json!(value ^ 1 << (size * 8 - 1 - bit));
    }
    let mut bytes = hex::decode(valid.as_str().expect("a string")).expect("hexadecimal digits");
    assert_eq!(bytes.len(), size);
    flip(&mut bytes, bit);
    json!(hex::encode(bytes))
}
