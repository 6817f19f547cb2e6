//! The rule holds for other puzzles than the chain's: the published solutions of the Zcash family's Equihash(96,5),
//! found again by the plain solver and accepted by both verifiers.

use std::collections::BTreeSet;

use aion_pow::params::Params;
use aion_pow::solution::{pack, unpack};
use aion_pow::verify::verify;

mod naive;
mod oracle;

const INPUT: &[u8] = b"Equihash is an asymmetric PoW based on the Generalised Birthday problem.";

/// All solutions of (96,5) for the input above, by nonce.
const KNOWN: [[[u32; 32]; 2]; 2] = [
    [
        [
            3130, 83179, 30454, 107686, 71240, 88412, 109700, 114639, 10024, 32706, 38019, 113013, 18399,
            92942, 21094, 112263, 4146, 30807, 10631, 73192, 22216, 90216, 45581, 125042, 11256, 119455,
            93603, 110112, 59851, 91545, 97403, 111102,
        ],
        [
            3822, 35317, 47508, 119823, 37652, 117039, 69087, 72058, 13147, 111794, 65435, 124256, 22247,
            66272, 30298, 108956, 13157, 109175, 37574, 50978, 31258, 91519, 52568, 107874, 14999, 103687,
            27027, 109468, 36918, 109660, 42196, 100424,
        ],
    ],
    [
        [
            2261, 15185, 36112, 104243, 23779, 118390, 118332, 130041, 32642, 69878, 76925, 80080, 45858,
            116805, 92842, 111026, 15972, 115059, 85191, 90330, 68190, 122819, 81830, 91132, 23460, 49807,
            52426, 80391, 69567, 114474, 104973, 122568,
        ],
        [
            16700, 46276, 21232, 43153, 22398, 58511, 47922, 71816, 23370, 26222, 39248, 40137, 65375, 85794,
            69749, 73259, 23599, 72821, 42250, 52383, 35267, 75893, 52152, 57181, 27137, 101117, 45804,
            92838, 29548, 29574, 37737, 113624,
        ],
    ],
];

/// Zcash's personalization: its name and both parameters, little-endian.
fn zcash_family(n: u32, k: u32) -> Params {
    let personalization = [b"ZcashPoW".as_slice(), &n.to_le_bytes(), &k.to_le_bytes()].concat();
    Params::new(n, k, personalization.try_into().unwrap()).unwrap()
}

fn nonce(number: u32) -> [u8; 32] {
    let mut nonce = [0; 32];
    nonce[..4].copy_from_slice(&number.to_le_bytes());
    nonce
}

#[test]
fn the_oracle_finds_exactly_the_published_solutions() {
    let params = zcash_family(96, 5);
    for (number, known) in KNOWN.iter().enumerate() {
        let known: BTreeSet<Vec<u32>> = known.iter().map(|indices| indices.to_vec()).collect();
        assert_eq!(
            oracle::solve(&params, INPUT, &nonce(number as u32)),
            known,
            "nonce {number}"
        );
    }
}

#[test]
fn both_verifiers_accept_them_for_their_own_nonce_only() {
    let params = zcash_family(96, 5);
    for (number, known) in KNOWN.iter().enumerate() {
        for indices in known {
            let packed = pack(&params, indices).unwrap();
            assert_eq!(unpack(&params, &packed).unwrap(), indices);
            for tried in 0..2 {
                let nonce = nonce(tried);
                let found = verify(&params, INPUT, &nonce, &packed);
                assert_eq!(
                    found.is_ok(),
                    tried as usize == number,
                    "solution of nonce {number} at {tried}"
                );
                assert_eq!(
                    naive::verify(&params, INPUT, &nonce, &packed).is_ok(),
                    found.is_ok()
                );
            }
        }
    }
}

/// Small puzzles have rows that cancel early and solutions in numbers, where a solver easily loses one.
#[test]
fn what_the_oracle_finds_in_small_puzzles_is_valid_and_distinct() {
    let mut found = 0;
    for (n, k) in [(48, 5), (50, 4), (60, 3), (77, 6)] {
        let params = zcash_family(n, k);
        for number in 0..8 {
            for indices in oracle::solve(&params, INPUT, &nonce(number)) {
                let packed = pack(&params, &indices).unwrap();
                assert_eq!(
                    verify(&params, INPUT, &nonce(number), &packed),
                    Ok(()),
                    "({n},{k}) nonce {number}"
                );
                assert_eq!(
                    naive::verify(&params, INPUT, &nonce(number), &packed),
                    Ok(()),
                    "({n},{k})"
                );
                found += 1;
            }
        }
    }
    assert!(found > 16, "{found} solutions");
}

/// Sixteen leaves that cancel pair by pair, four by four and so on, among leaves of noise.
#[test]
fn the_oracle_finds_a_planted_tree() {
    let params = Params::new(50, 4, [0; 16]).unwrap();
    let mut noise = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move || {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        noise >> 14
    };
    let mut leaves: Vec<u64> = (0..400).map(|_| random()).collect();
    plant(&mut leaves[100..116], 0, 4, &mut random);
    let bytes: Vec<Vec<u8>> = leaves
        .iter()
        .map(|leaf| (leaf << 14).to_be_bytes()[..7].to_vec())
        .collect();
    assert!(oracle::solve_leaves(&params, &bytes).contains(&(100..116).collect::<Vec<u32>>()));
}

/// Fills leaves of 50 bits so that all of them together XOR to `sum`, and each node below cancels in its digits.
fn plant(leaves: &mut [u64], sum: u64, level: u32, random: &mut impl FnMut() -> u64) {
    if let [leaf] = leaves {
        *leaf = sum;
        return;
    }
    // A node at the level below must begin with level - 1 zero digits of 10 bits.
    let left = random() & (u64::MAX >> (14 + 10 * (level - 1)));
    let (first, second) = leaves.split_at_mut(leaves.len() / 2);
    plant(first, left, level - 1, random);
    plant(second, sum ^ left, level - 1, random);
}
