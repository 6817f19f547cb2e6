//! The GPU at full size: layers against the twin's, solutions against the CPU solver's. On a software adapter a nonce takes
//! seconds.

mod gpu_layers;
mod gpu_twin;

use std::time::Duration;

use aion_pow::gpu::{Layout, blocking};
use aion_pow::solver::{Progress, Solver};

const MINE_HASH: [u8; 32] = [0xd0; 32];

/// Nonces that are solved: `AION_GPU_NONCES`, or 20, or fewer where a bounded selection of the slow tests is asked for.
fn nonces() -> u8 {
    match std::env::var("AION_GPU_NONCES") {
        Ok(number) => number.parse().expect("AION_GPU_NONCES is a number up to 255"),
        Err(_) if std::env::var_os("AION_SLOW_CI").is_some() => 4,
        Err(_) => 20,
    }
}

#[test]
fn every_layer_has_the_rows_of_the_twin() {
    let Some(mut solver) = gpu_twin::open(Layout::aion()) else {
        return;
    };
    gpu_layers::compare(&mut solver, &[0x77; 32], &[vec![2; 32]]);
}

#[test]
fn solutions_are_those_of_the_cpu_solver() {
    let Some(mut gpu) = gpu_twin::open(Layout::aion()) else {
        return;
    };
    let mut cpu = Solver::new(2).unwrap();
    let (mut found, mut dropped) = (0, 0);
    let nonces = nonces();
    let mut apart = Vec::new();
    for number in 0..nonces {
        let nonce = [number; 32];
        cpu.start(&MINE_HASH, &nonce);
        while cpu.advance(Duration::MAX) == Progress::Running {}
        let batch = blocking::submit(&mut gpu, &MINE_HASH, &[nonce.to_vec()]).unwrap();
        let outcome = blocking::outcomes(batch).unwrap().remove(0);
        assert_eq!(outcome.solutions, cpu.outcome().solutions, "nonce {number}");
        found += outcome.solutions.len();
        dropped += outcome.dropped;
        apart.push((nonce.to_vec(), outcome));
    }
    println!(
        "{found} solutions of {nonces} nonces on {}, none missing, {dropped} rows dropped",
        gpu.adapter().name
    );
    assert!(found > 0, "no solution shows nothing");

    // The same once more, with the leaves of each made in the rounds of the one before.
    pollster::block_on(gpu.fuse_leaves()).unwrap();
    for some in apart.chunks(4) {
        let nonces: Vec<_> = some.iter().map(|(nonce, _)| nonce.clone()).collect();
        let batch = blocking::submit(&mut gpu, &MINE_HASH, &nonces).unwrap();
        let outcomes = blocking::outcomes(batch).unwrap();
        assert!(
            outcomes.iter().eq(some.iter().map(|(_, outcome)| outcome)),
            "{nonces:?}"
        );
    }
    println!("and the same with fused leaves");
}
