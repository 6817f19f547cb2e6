//! The solver at full size against a plain solver that sorts: every solution there is, on nonces that no other
//! test uses.

mod oracle;

use std::collections::BTreeSet;
use std::time::Duration;

use aion_pow::params::Params;
use aion_pow::solution::unpack;
use aion_pow::solver::{Progress, Solver};

/// Nonces, each some ten seconds of sorting; fewer where a bounded selection of the slow tests is asked for.
fn nonces() -> u8 {
    match std::env::var_os("AION_SLOW_CI") {
        Some(_) => 6,
        None => 20,
    }
}

#[test]
fn full_puzzles_have_exactly_the_solutions_that_sorting_finds() {
    let mut solver = Solver::new(2).unwrap();
    let mut found = 0;
    let nonces = nonces();
    for number in 0..nonces {
        let (mine_hash, nonce) = ([0xc0 + number; 32], [number; 32]);
        solver.start(&mine_hash, &nonce);
        while solver.advance(Duration::MAX) == Progress::Running {}
        let outcome = solver.outcome();
        assert_eq!(outcome.dropped, 0, "nonce {number}");
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
    println!("{found} solutions of {nonces} nonces, none missing");
    assert!(
        found >= usize::from(nonces),
        "{found} solutions of {nonces} nonces are too few to show anything"
    );
}
