//! Packing and unpacking undo each other, for any list, any bytes and any puzzle.

use aion_pow::params::Params;
use aion_pow::solution::{PackError, SOLUTION_BYTES, pack, unpack};
use aion_pow::verify::VerifyError;
use proptest::prelude::*;

const AION: Params = Params::AION;

#[test]
fn an_index_is_22_bits_most_significant_first() {
    let mut indices = vec![0; 512];
    indices[0] = 0x20_0000;
    indices[1] = 1;
    indices[511] = 0x3f_ffff;
    let packed = pack(&AION, &indices).unwrap();
    assert_eq!(packed.len(), SOLUTION_BYTES);
    assert_eq!(packed[..6], [0x80, 0, 0, 0, 0, 0x10]);
    assert_eq!(packed[1404..], [0, 0x3f, 0xff, 0xff]);
}

#[test]
fn lists_that_are_no_solution_are_refused() {
    let with = |position: usize, index: u32| {
        let mut indices = vec![0; 512];
        indices[position] = index;
        indices
    };
    let table = [
        (
            "none",
            vec![],
            PackError::Count {
                found: 0,
                expected: 512,
            },
        ),
        (
            "one too few",
            vec![0; 511],
            PackError::Count {
                found: 511,
                expected: 512,
            },
        ),
        (
            "one too many",
            vec![0; 513],
            PackError::Count {
                found: 513,
                expected: 512,
            },
        ),
        (
            "beyond the leaves",
            with(7, 1 << 22),
            PackError::Index {
                position: 7,
                index: 1 << 22,
                bits: 22,
            },
        ),
        (
            "far beyond",
            with(511, u32::MAX),
            PackError::Index {
                position: 511,
                index: u32::MAX,
                bits: 22,
            },
        ),
    ];
    for (name, indices, expected) in table {
        assert_eq!(pack(&AION, &indices), Err(expected), "{name}");
    }
}

#[test]
fn bytes_of_another_length_are_refused() {
    for bytes in [0, 1, 1407, 1409, 1411, 2816] {
        assert_eq!(
            unpack(&AION, &vec![0; bytes]),
            Err(VerifyError::Length {
                bytes,
                expected: 1408
            }),
            "{bytes} bytes"
        );
    }
}

/// Parameters of every width of index.
fn params() -> impl Strategy<Value = Params> {
    (2..=25u32, 3..=8u32).prop_filter_map("a puzzle", |(digit_bits, k)| {
        Params::new(digit_bits * (k + 1), k, [0; 16]).ok()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn unpacking_gives_back_the_list(
        (params, indices) in params().prop_flat_map(|params| {
            let indices = prop::collection::vec(0..1u32 << params.index_bits(), params.indices());
            (Just(params), indices)
        }),
    ) {
        let packed = pack(&params, &indices).unwrap();
        prop_assert_eq!(packed.len(), params.solution_bytes());
        prop_assert_eq!(unpack(&params, &packed).unwrap(), indices);
    }

    #[test]
    fn packing_gives_back_the_bytes(bytes in prop::collection::vec(any::<u8>(), SOLUTION_BYTES)) {
        prop_assert_eq!(pack(&AION, &unpack(&AION, &bytes).unwrap()).unwrap(), bytes);
    }
}
