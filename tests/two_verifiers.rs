//! The verifier against a second one, written independently, on real solutions and on what mutation makes of them:
//! both must say the same, to the node.

use aion_pow::params::Params;
use aion_pow::solution::{pack, unpack};
use aion_pow::verify::{VerifyError, verify};
use proptest::prelude::*;
use serde_json::Value;

mod naive;
mod vectors;
use vectors::{bytes, read};

const AION: Params = Params::AION;

/// A header, a nonce, and a solution claimed for them.
#[derive(Clone, Debug)]
struct Claim {
    header: Vec<u8>,
    nonce: Vec<u8>,
    solution: Vec<u8>,
}

impl Claim {
    fn of(case: &Value) -> Claim {
        let header = if case["mine_hash"].is_string() {
            "mine_hash"
        } else {
            "header_hex"
        };
        Claim {
            header: bytes(case, header),
            nonce: bytes(case, "nonce"),
            solution: bytes(case, "solution"),
        }
    }

    fn judge(&self) -> Result<(), VerifyError> {
        verify(&AION, &self.header, &self.nonce, &self.solution)
    }

    /// Holds both verifiers together and returns what they agree on.
    fn judge_twice(&self) -> Result<(), VerifyError> {
        let verdict = self.judge();
        let place = |error: VerifyError| match error {
            VerifyError::Order { level, node } | VerifyError::Digit { level, node } => Some((level, node)),
            VerifyError::Length { .. } | VerifyError::Duplicate { .. } => None,
        };
        let second = naive::verify(&AION, &self.header, &self.nonce, &self.solution);
        assert_eq!(verdict.map_err(|error| (error.reason(), place(error))), second);
        verdict
    }
}

fn claims(file: &str) -> Option<Vec<Claim>> {
    Some(
        read(file)?
            .as_array()
            .expect("an array of cases")
            .iter()
            .map(Claim::of)
            .collect(),
    )
}

#[test]
fn both_accept_every_real_solution() {
    for file in ["solutions.json", "blocks.json", "dashboard-blocks.json"] {
        let Some(claims) = claims(file) else { return };
        for claim in claims {
            assert_eq!(claim.judge_twice(), Ok(()), "{file}");
        }
    }
}

#[test]
fn both_refuse_every_forgery_alike() {
    let Some(claims) = claims("invalid.json") else {
        return;
    };
    for claim in claims {
        assert!(claim.judge_twice().is_err());
    }
}

/// What is done to the indices of a valid solution.
#[derive(Clone, Debug)]
enum Mutation {
    /// One index becomes another.
    Replace { position: usize, index: u32 },
    /// One index is written over another.
    Repeat { from: usize, to: usize },
    /// Two indices change places.
    Swap { first: usize, second: usize },
    /// The halves of a node change places.
    SwapHalves { level: u32, node: usize },
    /// Two nodes of a level change places.
    SwapNodes { level: u32, first: usize, second: usize },
    /// The nodes of a level are put in the order of their first indices.
    SortNodes { level: u32 },
    /// Every index moves along by the same number.
    Shift { by: u32 },
}

impl Mutation {
    fn apply(&self, indices: &mut [u32]) {
        let mut swap_ranges = |first: usize, second: usize, size: usize| {
            for place in 0..size {
                indices.swap(first * size + place, second * size + place);
            }
        };
        match *self {
            Mutation::Replace { position, index } => indices[position] = index,
            Mutation::Repeat { from, to } => indices[to] = indices[from],
            Mutation::Swap { first, second } => indices.swap(first, second),
            Mutation::SwapHalves { level, node } => {
                let node = node % (512 >> level);
                swap_ranges(2 * node, 2 * node + 1, 1 << (level - 1));
            }
            Mutation::SwapNodes { level, first, second } => {
                let nodes = 512 >> level;
                swap_ranges(first % nodes, second % nodes, 1 << level);
            }
            Mutation::SortNodes { level } => {
                let mut nodes: Vec<Vec<u32>> = indices.chunks(1 << level).map(<[u32]>::to_vec).collect();
                nodes.sort();
                indices.copy_from_slice(&nodes.concat());
            }
            Mutation::Shift { by } => indices
                .iter_mut()
                .for_each(|index| *index = (*index + by) & 0x3f_ffff),
        }
    }
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = || 0..512usize;
    prop_oneof![
        (place(), 0..1u32 << 22).prop_map(|(position, index)| Mutation::Replace { position, index }),
        (place(), place()).prop_map(|(from, to)| Mutation::Repeat { from, to }),
        (place(), place()).prop_map(|(first, second)| Mutation::Swap { first, second }),
        (1..=9u32, place()).prop_map(|(level, node)| Mutation::SwapHalves { level, node }),
        (0..9u32, place(), place()).prop_map(|(level, first, second)| Mutation::SwapNodes {
            level,
            first,
            second
        }),
        (0..9u32).prop_map(|level| Mutation::SortNodes { level }),
        (0..1u32 << 22).prop_map(|by| Mutation::Shift { by }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn both_say_the_same_of_every_mutation(
        block in 0..50usize,
        mutations in prop::collection::vec(mutation(), 1..4),
    ) {
        let Some(claims) = claims("blocks.json") else { return Ok(()) };
        let mut claim = claims[block].clone();
        let original = unpack(&AION, &claim.solution).unwrap();
        let mut indices = original.clone();
        for mutation in &mutations {
            mutation.apply(&mut indices);
        }
        claim.solution = pack(&AION, &indices).unwrap();
        let verdict = claim.judge_twice();
        prop_assert_eq!(verdict.is_ok(), indices == original);
    }
}
