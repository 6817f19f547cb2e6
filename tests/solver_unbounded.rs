//! The solver in its usual reservation, at full size, against itself with far more memory and with more threads:
//! the reservation costs no solution, and neither does sharing the work.

use std::time::Duration;

use aion_pow::solver::{Progress, Solver};

/// More than twice the usual page pool.
const ROOMY: usize = 448 << 20;

/// Nonces that are solved both ways, with some two solutions each; fewer where a bounded selection of the slow tests
/// is asked for.
fn nonces() -> u64 {
    match std::env::var_os("AION_SLOW_CI") {
        Some(_) => 40,
        None => 200,
    }
}

const MINE_HASH: [u8; 32] = [0xa7; 32];

/// All solutions of a nonce; nothing may have been dropped on the way.
fn solutions(solver: &mut Solver, number: u64) -> Vec<Vec<u8>> {
    let mut nonce = [0; 32];
    nonce[..8].copy_from_slice(&number.to_le_bytes());
    solver.start(&MINE_HASH, &nonce);
    while solver.advance(Duration::MAX) == Progress::Running {}
    let (threads, outcome) = (solver.threads(), solver.outcome());
    assert_eq!(outcome.dropped, 0, "nonce {number}, {threads} threads");
    outcome.solutions.clone()
}

#[test]
fn nonces_in_plenty_lose_nothing_to_the_reservation() {
    let mut usual = Solver::new(2).unwrap();
    let mut roomy = Solver::with_reservation(2, ROOMY).unwrap();
    let nonces = nonces();
    let (mut found, mut peak) = (0, 0);
    for number in 0..nonces {
        let expected = solutions(&mut roomy, number);
        assert_eq!(solutions(&mut usual, number), expected, "nonce {number}");
        found += expected.len();
        peak = peak.max(usual.outcome().peak_bytes);
    }
    println!(
        "{found} solutions of {nonces} nonces, none missing; at most {} MiB of pages in use",
        peak.div_ceil(1 << 20)
    );
    assert!(
        found as u64 > nonces,
        "{found} solutions are too few to show anything"
    );
}

#[test]
fn four_and_eight_threads_find_what_one_thread_finds() {
    let mut alone = Solver::new(1).unwrap();
    let expected: Vec<_> = (1000..1006).map(|number| solutions(&mut alone, number)).collect();
    assert!(expected.iter().flatten().count() > 0);
    drop(alone);
    for threads in [4, 8] {
        let mut solver = Solver::new(threads).unwrap();
        for (number, expected) in (1000..).zip(&expected) {
            assert_eq!(
                solutions(&mut solver, number),
                *expected,
                "nonce {number}, {threads} threads"
            );
        }
    }
}
