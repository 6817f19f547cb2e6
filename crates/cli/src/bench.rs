//! `aion-pow bench`: the solver's time, beside a yardstick that makes machines comparable.

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use aion_pow::solver::{DigestLots, STAGES, Solver};
use serde_json::json;

use crate::bench_batch;
use crate::bench_verify;
use crate::gpu;
use crate::resident::peak_resident_bytes;
use crate::solve::{numbered, rounded, solve, solver};
use crate::verify::all_cores;
use crate::yardstick;

/// What is solved for: any 32 bytes do.
pub const MINE_HASH: [u8; 32] = [0x5a; 32];
/// Digests of a run, and of the yardstick.
const DIGESTS: u32 = 1 << 21;

/// Prints one JSON object: {"threads", "runs", "medianMs", "minMs", "maxMs", "solutionsPerSecond",
/// "peakMemoryBytes", "roundsMs": [10 numbers], "dropped", "yardstickMs", "firstMs", "residentBytes", "digestNs",
/// "digestForms": {form: number}}.
/// A run is one nonce under a mine hash of 32 bytes; one run before the first is not counted, its time is "firstMs".
/// The rounds are medians, the leaves first. "peakMemoryBytes" is the solver's: the most of its page pool in use at
/// once, and the threads' scratch space; "residentBytes" is the most the whole process ever had, null where the
/// system does not say. The yardstick is 2^21 leaf digests by the blake2 crate on one thread, "digestNs" a digest
/// by the solver's own kernel in the form that runs take, "digestForms" the same in all forms that the machine has.
#[derive(clap::Args)]
pub struct Arguments {
    /// Threads [default: as many as the machine runs at once]
    #[arg(long, value_name = "T")]
    threads: Option<usize>,
    /// Nonces that are timed
    #[arg(long, value_name = "R", default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Wait for a line on the standard input before each run, and print {"ms"} after it
    #[arg(long)]
    paced: bool,
    /// Time the verifier instead, on a file with a JSON array of {"mine_hash", "nonce", "solution"} in hex: the
    /// first verdict of the process in milliseconds, and the median of further ones in microseconds. Prints
    /// {"coldMs", "warmUs"}
    #[arg(long, value_name = "FILE", conflicts_with_all = ["threads", "runs", "paced"])]
    verify: Option<PathBuf>,
    /// Time `aion-pow verify` instead, on a file with many blocks: the median of five passes. Prints {"items",
    /// "threads", "perSecond", "microseconds", "floorMicroseconds", "share"}: of all threads an item, of its 512
    /// digests alone, and the second as a part of the first
    #[arg(long, value_name = "FILE", conflicts_with_all = ["runs", "paced", "verify"])]
    batch: Option<PathBuf>,
    /// Time the solver on a GPU instead. Prints {"adapter", "backend", "driver", "software", "workgroup", "wholeRows",
    /// "subgroups", "copyBytesPerSecond", "bytesANonce", "fusedLeavesChosen", "leavesApart", "leavesFused"}; each of the last
    /// two, for the two ways of making leaves, is {"runs", "nonceMs", "solutionsPerSecond", "noncesABatch", "dropped",
    /// "memoryBytes", "stages": [{"stage", "ms", "bytes", "copyShare"}]}: nonces in batches, and each stage of a nonce by
    /// itself, in medians by the adapter's clock (null where it has none), the bytes it moves, counted, and the part that
    /// this is of what copies from buffer to buffer move in that time
    #[arg(long, conflicts_with_all = ["threads", "paced", "verify", "batch"])]
    gpu: bool,
    /// Lay the GPU's run out for the limits that WebGPU promises everywhere, and not for what the adapter has beyond.
    #[arg(long, requires = "gpu")]
    promised_limits: bool,
    /// Whether the GPU numbers pairs by subgroups [default: where it has them and is no program on the CPU]
    #[arg(long, requires = "gpu", conflicts_with = "promised_limits")]
    subgroups: Option<bool>,
    /// Invocations of the GPU's workgroups, a power of two up to 256 [default: 256, or 32 where it is a program on the CPU]
    #[arg(long, value_name = "INVOCATIONS", requires = "gpu")]
    workgroup: Option<u32>,
    /// Nonces of each of the GPU's batches, 1 to 64 [default: as many as last 75 ms]
    #[arg(long, value_name = "NONCES", requires = "gpu", value_parser = clap::value_parser!(u32).range(1..=64))]
    nonces_a_batch: Option<u32>,
    /// The GPU adapter whose name contains this [default: the system's choice]
    #[arg(long, value_name = "NAME", requires = "gpu")]
    adapter: Option<String>,
}

/// Times the runs, then the yardstick.
pub fn run(arguments: &Arguments) -> ExitCode {
    let result = match (&arguments.verify, &arguments.batch) {
        _ if arguments.gpu => gpu::bench(&gpu::Bench {
            adapter: arguments.adapter.as_deref(),
            promised_limits: arguments.promised_limits,
            subgroups: arguments.subgroups,
            workgroup: arguments.workgroup,
            nonces_a_batch: arguments.nonces_a_batch,
            runs: arguments.runs,
        }),
        (Some(file), _) => bench_verify::run(file).map_err(|error| error.to_string()),
        (None, Some(file)) => {
            let threads = arguments.threads.unwrap_or_else(all_cores).max(1);
            bench_batch::run(file.clone(), threads).map_err(|error| error.to_string())
        }
        (None, None) => bench(arguments),
    };
    match result {
        Ok(figures) => {
            println!("{figures}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("aion-pow bench: {error}");
            ExitCode::from(2)
        }
    }
}

fn bench(arguments: &Arguments) -> Result<serde_json::Value, String> {
    let mut solver = solver(arguments.threads).map_err(|error| error.to_string())?;
    let first_ms = solve(&mut solver, &MINE_HASH, &numbered(0)).milliseconds();

    let (mut times, mut stages) = (Vec::new(), vec![Vec::new(); STAGES]);
    let (mut solutions, mut dropped, mut peak) = (0, 0, 0);
    for number in 1..=arguments.runs {
        if arguments.paced {
            wait_for_a_line()?;
        }
        let outcome = solve(&mut solver, &MINE_HASH, &numbered(number.into()));
        times.push(outcome.milliseconds());
        for (all, &one) in stages.iter_mut().zip(&outcome.stage_ms) {
            all.push(one);
        }
        solutions += outcome.solutions.len();
        dropped += outcome.dropped;
        peak = peak.max(outcome.peak_bytes);
        if arguments.paced {
            println!("{}", json!({"ms": rounded(outcome.milliseconds())}));
            std::io::stdout().flush().map_err(|error| error.to_string())?;
        }
    }
    let seconds = times.iter().sum::<f64>() / 1e3;
    let threads = solver.threads();
    Ok(json!({
        "threads": threads,
        "runs": arguments.runs,
        "medianMs": rounded(median(&mut times)),
        "minMs": rounded(times[0]),
        "maxMs": rounded(times[times.len() - 1]),
        "solutionsPerSecond": rounded(solutions as f64 / seconds),
        "peakMemoryBytes": peak + Solver::scratch_bytes(threads),
        "roundsMs": stages.iter_mut().map(|stage| rounded(median(stage))).collect::<Vec<_>>(),
        "dropped": dropped,
        "yardstickMs": rounded(yardstick::milliseconds(&MINE_HASH, &numbered(0), DIGESTS)),
        "firstMs": rounded(first_ms),
        "residentBytes": peak_resident_bytes(),
        "digestNs": rounded(DigestLots::new(&MINE_HASH, &numbered(0)).nanoseconds(DIGESTS)),
        "digestForms": digest_forms(),
    }))
}

/// Nanoseconds a digest in every form that this processor can take, by the form's name.
fn digest_forms() -> serde_json::Map<String, serde_json::Value> {
    DigestLots::in_every_form(&MINE_HASH, &numbered(0))
        .map(|mut lots| (lots.form().to_owned(), rounded(lots.nanoseconds(DIGESTS)).into()))
        .collect()
}

/// Whoever paces the runs says go by a line; its end of the pipe closed means that no more runs are wanted.
fn wait_for_a_line() -> Result<(), String> {
    match std::io::stdin().lock().read_line(&mut String::new()) {
        Ok(0) => Err("the standard input ended before the last run".into()),
        Ok(_) => Ok(()),
        Err(error) => Err(format!("cannot read the standard input: {error}")),
    }
}

/// The middle of the figures, which it leaves sorted.
pub fn median(figures: &mut [f64]) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures[figures.len() / 2]
}
