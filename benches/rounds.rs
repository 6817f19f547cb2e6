//! The solver's stages: a whole run of a nonce, and a run over few leaves with one round at a time looked at.

use std::time::Duration;

use aion_pow::solver::{Progress, STAGES, Solver};
use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};

#[path = "../tests/leaves/mod.rs"]
mod leaves;

/// 49,152 leaves that collide about as often as those of a nonce do, so that every layer is as large as the first.
const LEAF_BITS: usize = 15;

/// The sum, over so many runs, of what `part` takes from the stages' milliseconds.
fn timed(
    solver: &mut Solver,
    runs: u64,
    start: impl Fn(&mut Solver, u64),
    part: impl Fn(&[f64; STAGES]) -> f64,
) -> Duration {
    let milliseconds: f64 = (0..runs)
        .map(|run| {
            start(solver, run);
            while solver.advance(Duration::MAX) == Progress::Running {}
            part(&solver.outcome().stage_ms)
        })
        .sum();
    Duration::from_secs_f64(milliseconds / 1e3)
}

fn whole(stages: &[f64; STAGES]) -> f64 {
    stages.iter().sum()
}

fn runs(criterion: &mut Criterion) {
    let mut solver = Solver::new(1).expect("this machine has the memory for one solver");

    let mut nonces = criterion.benchmark_group("a nonce, one thread");
    nonces.sample_size(10).sampling_mode(SamplingMode::Flat);
    let start = |solver: &mut Solver, run: u64| solver.start(&[0x5a; 32], &[run as u8; 32]);
    nonces.bench_function("run", |bencher| {
        bencher.iter_custom(|runs| timed(&mut solver, runs, start, whole));
    });
    nonces.finish();

    let few = leaves::dense(1, LEAF_BITS);
    let start = |solver: &mut Solver, _| {
        solver
            .start_with_leaves(few.clone())
            .expect("an even number of leaves");
    };
    let mut rounds = criterion.benchmark_group("49,152 leaves, one thread");
    // A sample is a whole run, whichever part of it counts: a short plan keeps the wall time short.
    rounds
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(500));
    rounds.bench_function("run", |bencher| {
        bencher.iter_custom(|runs| timed(&mut solver, runs, start, whole));
    });
    // The round with the widest rows, the one with the narrowest, and the last.
    for round in [1, 8, 9] {
        rounds.bench_function(format!("round {round}"), |bencher| {
            bencher.iter_custom(|runs| timed(&mut solver, runs, start, |stages| stages[round]));
        });
    }
    rounds.finish();
}

criterion_group!(benches, runs);
criterion_main!(benches);
