//! The verdict on one solution: a valid one, and forgeries that fail early and late.

use std::hint::black_box;
use std::time::Duration;

use aion_pow::params::Params;
use aion_pow::solver::{Progress, Solver};
use aion_pow::verify::verify;
use criterion::{Criterion, criterion_group, criterion_main};

const MINE_HASH: [u8; 32] = [0x5a; 32];

/// The first solution of the nonces from zero on.
fn a_solution() -> ([u8; 32], Vec<u8>) {
    let mut solver = Solver::new(1).expect("this machine has the memory for one solver");
    (0..=u8::MAX)
        .find_map(|number| {
            let nonce = [number; 32];
            solver.start(&MINE_HASH, &nonce);
            while solver.advance(Duration::MAX) == Progress::Running {}
            let solution = solver.outcome().solutions.first()?;
            Some((nonce, solution.clone()))
        })
        .expect("two solutions come from a nonce, on average")
}

fn verdicts(criterion: &mut Criterion) {
    let (nonce, solution) = a_solution();
    let mut repeated = solution.clone();
    repeated.copy_within(..21, 21);
    let mut other_nonce = nonce;
    other_nonce[0] ^= 1;

    let mut group = criterion.benchmark_group("verify");
    for (name, nonce, solution, valid) in [
        ("valid", nonce, &solution, true),
        ("repeated indices", nonce, &repeated, false),
        ("another nonce", other_nonce, &solution, false),
    ] {
        assert_eq!(
            verify(&Params::AION, &MINE_HASH, &nonce, solution).is_ok(),
            valid,
            "{name}"
        );
        group.bench_function(name, |bencher| {
            bencher.iter(|| verify(&Params::AION, &MINE_HASH, black_box(&nonce), black_box(solution)));
        });
    }
    group.finish();
}

criterion_group!(benches, verdicts);
criterion_main!(benches);
