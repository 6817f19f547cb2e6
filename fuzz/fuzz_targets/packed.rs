//! Packing for any parameters: every string of the right length is one list of indices, and that list is this string.
#![no_main]

use aion_pow::params::Params;
use aion_pow::solution::{pack, unpack};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, u8, &[u8])| {
    let (n, k, bytes) = input;
    let Ok(params) = Params::new(n.into(), u32::from(k) % 17, [0; 16]) else {
        return;
    };
    // What the input leaves open is filled with its own bytes, or zeros.
    let mut solution: Vec<u8> = bytes
        .iter()
        .copied()
        .cycle()
        .take(params.solution_bytes())
        .collect();
    solution.resize(params.solution_bytes(), 0);
    let indices = unpack(&params, &solution).expect("of its length");
    assert_eq!(indices.len(), params.indices());
    assert!(indices.iter().all(|index| index >> params.index_bits() == 0));
    assert_eq!(pack(&params, &indices).as_deref(), Ok(solution.as_slice()));
    if bytes.len() != params.solution_bytes() {
        assert!(unpack(&params, bytes).is_err());
    }
});
