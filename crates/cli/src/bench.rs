//! `aion-pow bench`: the solver's time, beside a yardstick that makes machines comparable.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use aion_pow::leaf::LeafHasher;
use aion_pow::params::Params;
use aion_pow::solver::{STAGES, Solver};
use serde_json::json;

use crate::solve::{numbered, rounded, solve, solver};

/// Prints one JSON object: {"threads", "runs", "medianMs", "minMs", "maxMs", "solutionsPerSecond",
/// "peakMemoryBytes", "roundsMs": [10 numbers], "dropped", "yardstickMs"}. A run is one nonce under a mine hash of 32
/// bytes; one run before the first is not counted. The rounds are medians, the leaves first. The memory is the
/// solver's: the most of its page pool in use at once, and the threads' scratch space. The yardstick is 2^21 leaf
/// digests by the blake2 crate on one thread.
#[derive(clap::Args)]
pub struct Arguments {
    /// Threads [default: as many as the machine runs at once]
    #[arg(long, value_name = "T")]
    threads: Option<usize>,
    /// Nonces that are timed
    #[arg(long, value_name = "R", default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
}

/// Times the runs, then the yardstick.
pub fn run(arguments: &Arguments) -> ExitCode {
    let mut solver = match solver(arguments.threads) {
        Ok(solver) => solver,
        Err(error) => {
            eprintln!("aion-pow bench: {error}");
            return ExitCode::from(2);
        }
    };
    let mine_hash = [0x5a; 32];
    solve(&mut solver, &mine_hash, &numbered(0));

    let (mut times, mut stages) = (Vec::new(), vec![Vec::new(); STAGES]);
    let (mut solutions, mut dropped, mut peak) = (0, 0, 0);
    for number in 1..=arguments.runs {
        let outcome = solve(&mut solver, &mine_hash, &numbered(number.into()));
        times.push(outcome.milliseconds());
        for (all, &one) in stages.iter_mut().zip(&outcome.stage_ms) {
            all.push(one);
        }
        solutions += outcome.solutions.len();
        dropped += outcome.dropped;
        peak = peak.max(outcome.peak_bytes);
    }
    let seconds = times.iter().sum::<f64>() / 1e3;
    let threads = solver.threads();
    println!(
        "{}",
        json!({
            "threads": threads,
            "runs": arguments.runs,
            "medianMs": median(&mut times),
            "minMs": rounded(times[0]),
            "maxMs": rounded(times[times.len() - 1]),
            "solutionsPerSecond": rounded(solutions as f64 / seconds),
            "peakMemoryBytes": peak + Solver::scratch_bytes(threads),
            "roundsMs": stages.iter_mut().map(|stage| median(stage)).collect::<Vec<_>>(),
            "dropped": dropped,
            "yardstickMs": yardstick(&mine_hash),
        })
    );
    ExitCode::SUCCESS
}

/// The middle of the times, which it leaves sorted.
fn median(times: &mut [f64]) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    rounded(times[times.len() / 2])
}

/// Milliseconds for 2^21 digests by the blake2 crate.
fn yardstick(mine_hash: &[u8; 32]) -> f64 {
    let hasher = LeafHasher::new(&Params::AION, mine_hash, &numbered(0));
    let start = Instant::now();
    for number in 0..1 << 21 {
        black_box(hasher.digest(number));
    }
    rounded(start.elapsed().as_secs_f64() * 1e3)
}
