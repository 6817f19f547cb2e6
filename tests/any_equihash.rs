//! The verifier for other coins' Equihash: known answers for every set of parameters in use, and what mutation makes
//! of them, judged by ours, by the plain one of these tests and by the Zcash project's.

use aion_pow::equihash::{EquihashError, verify_equihash};
use aion_pow::params::{Params, ParamsError};
use aion_pow::solution::{pack, unpack};
use aion_pow::verify::VerifyError;
use serde_json::Value;

mod naive;
mod oracle;

/// A solution with its puzzle.
#[derive(Clone, Debug)]
struct Claim {
    n: u32,
    k: u32,
    personalization: [u8; 16],
    input: Vec<u8>,
    solution: Vec<u8>,
}

impl Claim {
    fn params(&self) -> Params {
        Params::new(self.n, self.k, self.personalization).expect("a puzzle")
    }

    fn indices(&self) -> Vec<u32> {
        unpack(&self.params(), &self.solution).expect("of its length")
    }

    fn with_indices(&self, change: impl FnOnce(&mut Vec<u32>)) -> Claim {
        let mut indices = self.indices();
        change(&mut indices);
        let solution = pack(&self.params(), &indices).expect("it fits");
        Claim {
            solution,
            ..self.clone()
        }
    }

    /// What the Zcash project's verifier says, for the puzzles that it takes: whole bytes, under Zcash's own name.
    fn judge_by_zcash(&self) -> Option<bool> {
        let theirs = zcash_family(self.n, self.k) == self.personalization && self.n.is_multiple_of(8);
        theirs.then(|| equihash::is_valid_solution(self.n, self.k, &self.input, &[], &self.solution).is_ok())
    }

    /// Holds all verifiers together and returns what ours says.
    fn judge(&self) -> Result<(), EquihashError> {
        let verdict = verify_equihash(self.n, self.k, &self.personalization, &self.input, &self.solution);
        let plain = naive::verify(&self.params(), &self.input, &[], &self.solution);
        assert_eq!(verdict.is_ok(), plain.is_ok(), "{self:?}");
        if let Some(accepted) = self.judge_by_zcash() {
            assert_eq!(verdict.is_ok(), accepted, "{self:?}");
        }
        verdict
    }
}

fn zcash_family(n: u32, k: u32) -> [u8; 16] {
    let parts = [b"ZcashPoW".as_slice(), &n.to_le_bytes(), &k.to_le_bytes()];
    parts.concat().try_into().expect("16 bytes")
}

/// Two blocks of Zcash's chains, and one solution for each set of parameters that some coin uses; those were
/// found by the plain solver of these tests.
fn known_answers() -> Vec<(String, Claim)> {
    let file: Value =
        serde_json::from_str(include_str!("known-answers/equihash.json")).expect("the file is JSON");
    let number = |case: &Value, key: &str| case[key].as_u64().expect(key) as u32;
    let bytes =
        |case: &Value, key: &str| hex::decode(case[key].as_str().expect(key)).expect("hexadecimal digits");
    let cases = file.as_array().expect("an array");
    cases
        .iter()
        .map(|case| {
            let claim = Claim {
                n: number(case, "n"),
                k: number(case, "k"),
                personalization: bytes(case, "personalization").try_into().expect("16 bytes"),
                input: bytes(case, "input"),
                solution: bytes(case, "solution"),
            };
            (case["name"].as_str().expect("a name").to_owned(), claim)
        })
        .collect()
}

#[test]
fn every_known_answer_is_valid() {
    let mut seen = std::collections::BTreeSet::new();
    let mut by_zcash = 0;
    for (name, claim) in known_answers() {
        assert_eq!(claim.judge(), Ok(()), "{name}");
        seen.insert((claim.n, claim.k));
        by_zcash += usize::from(claim.judge_by_zcash().is_some());
    }
    for set in [(200, 9), (192, 7), (144, 5), (125, 4), (96, 5), (48, 5), (210, 9)] {
        assert!(seen.contains(&set), "{set:?}");
    }
    assert!(by_zcash >= 7, "{by_zcash} judged by Zcash's verifier");
}

#[test]
fn every_forgery_is_refused_for_its_own_reason() {
    for (name, claim) in known_answers() {
        let (k, last) = (claim.k, claim.indices().len() - 1);
        let lowest = claim.indices()[0];
        let mut from_the_top = (0..1 << claim.params().index_bits()).rev();
        let unused = from_the_top
            .find(|index| !claim.indices().contains(index))
            .expect("more leaves than indices");
        let sorted = claim.with_indices(|indices| {
            let mut pairs: Vec<&[u32]> = indices.chunks(2).collect();
            pairs.sort();
            *indices = pairs.concat();
        });
        let moved = sorted
            .indices()
            .chunks(4)
            .zip(claim.indices().chunks(4))
            .position(|(sorted, valid)| sorted != valid)
            .expect("no solution has its pairs in order");
        let level_1 = |node| VerifyError::Digit { level: 1, node };
        let length = |bytes| VerifyError::Length {
            bytes,
            expected: claim.solution.len(),
        };
        let table: [(&str, Claim, VerifyError); 9] = [
            (
                "the last index is another",
                claim.with_indices(|indices| indices[last] = unused),
                level_1(last / 2),
            ),
            (
                "an index is written over another",
                claim.with_indices(|indices| indices[last] = indices[0]),
                VerifyError::Duplicate { index: lowest },
            ),
            (
                "the first pair is turned",
                claim.with_indices(|indices| indices.swap(0, 1)),
                VerifyError::Order { level: 1, node: 0 },
            ),
            (
                "the halves are turned",
                claim.with_indices(|indices| indices.rotate_left(last.div_ceil(2))),
                VerifyError::Order { level: k, node: 0 },
            ),
            (
                "the pairs are sorted",
                sorted.clone(),
                VerifyError::Digit {
                    level: 2,
                    node: moved,
                },
            ),
            (
                "a byte is missing",
                Claim {
                    solution: claim.solution[1..].to_vec(),
                    ..claim.clone()
                },
                length(claim.solution.len() - 1),
            ),
            (
                "its length comes first, as in a block",
                Claim {
                    solution: [&[0x24], claim.solution.as_slice()].concat(),
                    ..claim.clone()
                },
                length(claim.solution.len() + 1),
            ),
            (
                "the input is another",
                Claim {
                    input: claim.input[1..].to_vec(),
                    ..claim.clone()
                },
                level_1(0),
            ),
            (
                "the personalization is another",
                Claim {
                    personalization: [0x55; 16],
                    ..claim.clone()
                },
                level_1(0),
            ),
        ];
        for (mutation, forged, expected) in table {
            assert_eq!(
                forged.judge(),
                Err(EquihashError::Solution(expected)),
                "{name}: {mutation}"
            );
        }
    }
}

#[test]
fn no_bit_of_a_solution_can_be_flipped() {
    for (name, claim) in known_answers() {
        let mut flipped = claim.clone();
        // All bits of the short ones; of the others a bit in every byte, another one each time.
        let step = if claim.solution.len() < 150 { 1 } else { 9 };
        for bit in (0..claim.solution.len() * 8).step_by(step) {
            flipped.solution[bit / 8] ^= 0x80 >> (bit % 8);
            assert!(flipped.judge().is_err(), "{name}: bit {bit}");
            flipped.solution[bit / 8] ^= 0x80 >> (bit % 8);
        }
    }
}

#[test]
fn zcash_s_verifier_accepts_all_that_the_plain_solver_finds() {
    let mut found = 0;
    for number in 0..40u32 {
        let claim = Claim {
            n: 48,
            k: 5,
            personalization: zcash_family(48, 5),
            input: number.to_le_bytes().to_vec(),
            solution: Vec::new(),
        };
        for indices in oracle::solve(&claim.params(), &claim.input, &[]) {
            let claim = Claim {
                solution: pack(&claim.params(), &indices).unwrap(),
                ..claim.clone()
            };
            assert_eq!(claim.judge(), Ok(()));
            assert_eq!(claim.judge_by_zcash(), Some(true));
            found += 1;
        }
    }
    assert!(found >= 20, "{found} solutions");
}

#[test]
fn what_makes_no_puzzle_is_an_error_that_says_the_rule() {
    let table: [(&str, u32, u32, usize, EquihashError, &str); 6] = [
        (
            "a personalization of 15 bytes",
            200,
            9,
            15,
            EquihashError::Personalization { bytes: 15 },
            "the personalization has 15 bytes, and must have 16",
        ),
        (
            "two rounds",
            48,
            2,
            16,
            ParamsError::Rounds { k: 2 }.into(),
            "k is 2, and must be from 3 to 15",
        ),
        (
            "digits of no whole number of bits",
            200,
            8,
            16,
            ParamsError::Digits { n: 200, k: 8 }.into(),
            "n is 200, and must be a multiple of k + 1 = 9 above zero",
        ),
        (
            "a leaf longer than a digest",
            520,
            12,
            16,
            ParamsError::Leaf { n: 520 }.into(),
            "n is 520 bits, and a leaf may have at most 512",
        ),
        (
            "a digit wider than an index",
            288,
            8,
            16,
            ParamsError::DigitBits { digit_bits: 32 }.into(),
            "n / (k + 1) is 32 bits, and a digit may have at most 25",
        ),
        (
            "rounds beyond counting",
            u32::MAX,
            u32::MAX,
            16,
            ParamsError::Rounds { k: u32::MAX }.into(),
            "k is 4294967295, and must be from 3 to 15",
        ),
    ];
    for (name, n, k, bytes, expected, message) in table {
        let refused = verify_equihash(n, k, &vec![0; bytes], &[], &[]).unwrap_err();
        assert_eq!(refused, expected, "{name}");
        assert_eq!(refused.to_string(), message, "{name}");
    }
}
