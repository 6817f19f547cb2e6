//! The solver at full size against a plain solver that sorts: every solution there is, on nonces that no other
//! test uses.

mod oracle;

use std::collections::BTreeSet;
use std::time::Duration;

use aion_pow::params::Params;
use aion_pow::solution::unpack;
use aion_pow::solver::{Progress, Solver};

#[test]
fn full_puzzles_have_exactly_the_solutions_that_sorting_finds() {
    let mut solver = Solver::new(2).unwrap();
    let mut found = 0;
    for number in 0..6u8 {
        let (mine_hash, nonce) = ([0xc0 + number; 32], [number; 32]);
        solver.start(&mine_hash, &nonce);
        while solver.advance(Duration::MAX) == Progress::Running {}
        let outcome = solver.outcome();
        assert_eq!(outcome.dropped, 0);
        let got: BTreeSet<Vec<u32>> = outcome
            .solutions
            .iter()
            .map(|solution| unpack(&Params::AION, solution).unwrap())
            .collect();
        assert_eq!(
            got,
            oracle::solve(&Params::AION, &mine_hash, &nonce),
            "nonce {number}"
        );
        found += got.len();
    }
    assert!(found > 0, "six nonces without a solution show nothing");
}
