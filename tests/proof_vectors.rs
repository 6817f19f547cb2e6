//! Leaves, packing and the verifier against published vectors.

use aion_pow::leaf::LeafHasher;
use aion_pow::params::Params;
use aion_pow::solution::{pack, unpack};
use aion_pow::verify::{VerifyError, verify};
use serde_json::Value;

mod vectors;
use vectors::{bytes, indices, read};

const AION: Params = Params::AION;

/// What Equihash reads as its header: the mine hash of a block, or the header that a test names.
fn input(case: &Value) -> Vec<u8> {
    bytes(
        case,
        if case["mine_hash"].is_string() {
            "mine_hash"
        } else {
            "header_hex"
        },
    )
}

fn judge(case: &Value) -> Result<(), VerifyError> {
    verify(
        &AION,
        &input(case),
        &bytes(case, "nonce"),
        &bytes(case, "solution"),
    )
}

#[test]
fn leaves_are_those_of_the_reference() {
    let Some(file) = read("leaf-hashes.json") else {
        return;
    };
    let mut seen = 0;
    for case in file.as_array().unwrap() {
        let personalization = bytes(case, "personalization").try_into().unwrap();
        let params = Params::new(210, 9, personalization).unwrap();
        let hasher = LeafHasher::new(&params, &bytes(case, "header_hex"), &bytes(case, "nonce"));
        for (index, expected) in indices(case, "indices")
            .into_iter()
            .zip(case["expected_hashes"].as_array().unwrap())
        {
            let mut expected = hex::decode(expected.as_str().unwrap()).unwrap();
            expected[26] &= 0xc0;
            assert_eq!(hasher.leaf(index)[..], expected, "leaf {index}");
            seen += 1;
        }
    }
    assert_eq!(seen, 10);
}

#[test]
fn packing_agrees_both_ways() {
    let Some(file) = read("packing.json") else { return };
    let cases = file.as_array().unwrap();
    assert_eq!(cases.len(), 3);
    for case in cases {
        let (list, packed) = (indices(case, "indices"), bytes(case, "solution"));
        assert_eq!(pack(&AION, &list).unwrap(), packed, "{}", case["name"]);
        assert_eq!(unpack(&AION, &packed).unwrap(), list, "{}", case["name"]);
    }
}

#[test]
fn every_published_solution_is_valid() {
    let Some(file) = read("solutions.json") else {
        return;
    };
    let cases = file.as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        assert_eq!(judge(case), Ok(()), "{}", case["name"]);
        assert_eq!(
            unpack(&AION, &bytes(case, "solution")).unwrap(),
            indices(case, "indices"),
            "{}",
            case["name"]
        );
    }
}

#[test]
fn every_solution_of_the_reference_solver_is_valid() {
    let Some(file) = read("solver-runs.json") else {
        return;
    };
    let header = bytes(&file, "header_hex");
    let mut seen = 0;
    for run in file["runs"].as_array().unwrap() {
        for solution in run["solutions"].as_array().unwrap() {
            let solution = hex::decode(solution.as_str().unwrap()).unwrap();
            assert_eq!(
                verify(&AION, &header, &bytes(run, "nonce"), &solution),
                Ok(()),
                "nonce {}",
                run["nonce_int"]
            );
            seen += 1;
        }
    }
    assert!(seen >= 32, "{seen} solutions");
}

/// What each forgery of the reference's own tests must be refused for.
fn expected_refusal(name: &str) -> VerifyError {
    match name {
        // One more in the last index: the last pair does not cancel any longer.
        block if block.ends_with(" last solution byte +1") => VerifyError::Digit { level: 1, node: 255 },
        "changeIndexTest" => VerifyError::Digit { level: 1, node: 0 },
        "swapArbitraryTest" => VerifyError::Order { level: 3, node: 0 },
        "swapFirstPairTest" => VerifyError::Order { level: 1, node: 0 },
        "swapPairTest" => VerifyError::Order { level: 2, node: 0 },
        "swapLastPairsTest" => VerifyError::Order { level: 2, node: 127 },
        "sortedIndiesTest" => VerifyError::Digit { level: 1, node: 0 },
        "duplicateIndexTest" | "duplicateFirstHalfTest" => VerifyError::Duplicate { index: 20355 },
        "invalidSolutionLengthTest" => VerifyError::Length {
            bytes: 1386,
            expected: 1408,
        },
        _ => panic!("no refusal is written down for {name}"),
    }
}

#[test]
fn every_published_forgery_is_refused_for_its_own_reason() {
    let Some(file) = read("invalid.json") else { return };
    let cases = file.as_array().unwrap();
    assert_eq!(cases.len(), 29);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        assert_eq!(judge(case), Err(expected_refusal(name)), "{name}");
    }
}

/// Sorting the lowest pairs by their left index keeps every pair's digit and every order: only the rule that a
/// level's leaves cancel in all digits so far refuses it.
#[test]
fn a_solution_with_its_pairs_sorted_is_refused_at_level_two() {
    let Some(file) = read("solutions.json") else {
        return;
    };
    let case = &file[0];
    let list = indices(case, "indices");
    let mut pairs: Vec<&[u32]> = list.chunks(2).collect();
    pairs.sort();
    let forged = pack(&AION, &pairs.concat()).unwrap();
    assert_eq!(
        verify(&AION, &input(case), &bytes(case, "nonce"), &forged),
        Err(VerifyError::Digit { level: 2, node: 0 })
    );
}
