//! `aion-pow solve`: one JSON line of solutions per nonce.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use aion_pow::solver::{MAX_THREADS, Outcome, Progress, Solver, SolverError};
use serde::Serialize;

/// Some run was incomplete.
const INCOMPLETE: u8 = 1;
/// Nothing could be run; clap ends with the same code on a wrong command line.
const REFUSED: u8 = 2;

/// Prints one JSON line per nonce: {"nonce", "solutions": [hex of 1408 bytes], "ms", "dropped"}. Every solution is
/// verified. "dropped" above zero means that the memory reserved was too small for the nonce and solutions may be
/// missing.
///
/// Exit code: 0 all runs complete, 1 some run incomplete, 2 nothing could be run.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("nonces").required(true).args(["nonce", "first"])))]
pub struct Arguments {
    /// What is solved for, in hex, any length; on the chain the mine hash of 32 bytes
    #[arg(long, value_name = "HEX", value_parser = hex_bytes)]
    header: HexBytes,
    /// One nonce of 32 bytes, in hex
    #[arg(long, value_name = "HEX", value_parser = hex_nonce)]
    nonce: Option<[u8; 32]>,
    /// The first of a range of nonces, as a number; it is written as 32 little-endian bytes
    #[arg(long, value_name = "N")]
    first: Option<u128>,
    /// How many nonces of the range
    #[arg(long, value_name = "M", conflicts_with = "nonce", default_value_t = 1)]
    count: u64,
    /// Threads [default: as many as the machine runs at once]
    #[arg(long, value_name = "T")]
    threads: Option<usize>,
}

/// What is printed of a nonce.
#[derive(Serialize)]
struct Line {
    nonce: String,
    solutions: Vec<String>,
    ms: f64,
    dropped: u64,
}

/// Bytes given as hex.
#[derive(Clone)]
struct HexBytes(Vec<u8>);

fn hex_bytes(text: &str) -> Result<HexBytes, String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    hex::decode(digits)
        .map(HexBytes)
        .map_err(|error| format!("no hex: {error}"))
}

fn hex_nonce(text: &str) -> Result<[u8; 32], String> {
    let HexBytes(bytes) = hex_bytes(text)?;
    let found = bytes.len();
    bytes
        .try_into()
        .map_err(|_| format!("a nonce has 32 bytes, this has {found}"))
}

/// Solves every nonce and says how it went.
pub fn run(arguments: &Arguments) -> ExitCode {
    let mut solver = match solver(arguments.threads) {
        Ok(solver) => solver,
        Err(error) => {
            eprintln!("aion-pow solve: {error}");
            return ExitCode::from(REFUSED);
        }
    };
    let mut complete = true;
    let mut output = io::stdout().lock();
    for i in 0..arguments.nonce.map_or(arguments.count, |_| 1) {
        let nonce = match (arguments.nonce, arguments.first) {
            (Some(nonce), _) => nonce,
            (None, first) => match first.unwrap_or_default().checked_add(u128::from(i)) {
                Some(number) => numbered(number),
                None => {
                    eprintln!("aion-pow solve: nonces count up to 2^128 - 1, and the range goes past it");
                    return ExitCode::from(REFUSED);
                }
            },
        };
        let outcome = solve(&mut solver, &arguments.header.0, &nonce);
        complete &= outcome.dropped == 0;
        let line = Line {
            nonce: hex::encode(nonce),
            solutions: outcome.solutions.iter().map(hex::encode).collect(),
            ms: rounded(outcome.milliseconds()),
            dropped: outcome.dropped,
        };
        let written = serde_json::to_writer(&mut output, &line).map_err(io::Error::from);
        if let Err(error) = written.and_then(|()| writeln!(output)) {
            if error.kind() != io::ErrorKind::BrokenPipe {
                eprintln!("aion-pow solve: cannot write: {error}");
            }
            return ExitCode::from(REFUSED);
        }
    }
    if complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(INCOMPLETE)
    }
}

/// A solver with so many threads, or as many as the machine runs at once.
pub fn solver(threads: Option<usize>) -> Result<Solver, SolverError> {
    let available = || {
        std::thread::available_parallelism()
            .map_or(1, usize::from)
            .min(MAX_THREADS)
    };
    Solver::new(threads.unwrap_or_else(available))
}

/// A number as a nonce: 32 little-endian bytes.
pub fn numbered(number: u128) -> [u8; 32] {
    let mut nonce = [0; 32];
    nonce[..16].copy_from_slice(&number.to_le_bytes());
    nonce
}

/// Runs one nonce to its end.
pub fn solve<'a>(solver: &'a mut Solver, header: &[u8], nonce: &[u8; 32]) -> &'a Outcome {
    solver.start(header, nonce);
    while solver.advance(Duration::MAX) == Progress::Running {}
    solver.outcome()
}

/// A figure to three decimals: of a time in milliseconds, the rest says nothing.
pub fn rounded(figure: f64) -> f64 {
    (figure * 1e3).round() / 1e3
}
