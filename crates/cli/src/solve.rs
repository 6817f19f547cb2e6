//! `aion-pow solve`: one JSON line of solutions per nonce.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use aion_pow::solver::{MAX_THREADS, Outcome, Progress, Solver, SolverError};
use serde::Serialize;

use crate::gpu;

/// Some run was incomplete.
const INCOMPLETE: u8 = 1;
/// Nothing could be run; clap ends with the same code on a wrong command line.
const REFUSED: u8 = 2;

const NO_MORE_NONCES: &str = "nonces count up to 2^128 - 1, and the range goes past it";

/// Prints one JSON line per nonce: {"nonce", "solutions": [hex of 1408 bytes], "ms", "dropped"}. Every solution is
/// verified. "dropped" above zero means that the memory reserved was too small for the nonce and solutions may be
/// missing. On a GPU several nonces are solved at once, and "ms" is the part of each in their time.
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
    /// Solve on a GPU
    #[arg(long, conflicts_with = "threads")]
    gpu: bool,
    /// The GPU adapter whose name contains this [default: the system's choice]
    #[arg(long, value_name = "NAME", requires = "gpu")]
    adapter: Option<String>,
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
    let mut complete = true;
    let mut failed = None;
    let mut output = io::stdout().lock();
    let mut print = |nonce: [u8; 32], solutions: &[Vec<u8>], ms: f64, dropped: u64| {
        complete &= dropped == 0;
        let line = Line {
            nonce: hex::encode(nonce),
            solutions: solutions.iter().map(hex::encode).collect(),
            ms: rounded(ms),
            dropped,
        };
        let written = serde_json::to_writer(&mut output, &line).map_err(io::Error::from);
        failed = written.and_then(|()| writeln!(output)).err();
        failed.is_none()
    };
    let (nonces, past_the_last) = nonces(arguments);
    let header = &arguments.header.0;
    let result = if arguments.gpu {
        gpu::solve(arguments.adapter.as_deref(), header, nonces, &mut print)
    } else {
        on_the_cpu(arguments.threads, header, nonces, &mut print)
    };
    let complaint = match (result, failed) {
        (Err(error), _) => Some(error),
        (Ok(()), Some(error)) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::from(REFUSED),
        (Ok(()), Some(error)) => Some(format!("cannot write: {error}")),
        (Ok(()), None) => past_the_last.then(|| NO_MORE_NONCES.to_owned()),
    };
    match complaint {
        Some(complaint) => {
            eprintln!("aion-pow solve: {complaint}");
            ExitCode::from(REFUSED)
        }
        None if complete => ExitCode::SUCCESS,
        None => ExitCode::from(INCOMPLETE),
    }
}

/// All nonces asked for, and whether the range goes past the last there is.
fn nonces(arguments: &Arguments) -> (Box<dyn Iterator<Item = [u8; 32]>>, bool) {
    if let Some(nonce) = arguments.nonce {
        return (Box::new(std::iter::once(nonce)), false);
    }
    let first = arguments.first.unwrap_or_default();
    let numbers = (0..arguments.count).map_while(move |i| first.checked_add(u128::from(i)));
    let last = u128::from(arguments.count.saturating_sub(1));
    (Box::new(numbers.map(numbered)), first.checked_add(last).is_none())
}

/// Solves nonces one after another on this machine's processor.
fn on_the_cpu(
    threads: Option<usize>,
    header: &[u8],
    nonces: impl Iterator<Item = [u8; 32]>,
    print: &mut gpu::Print,
) -> Result<(), String> {
    let mut solver = solver(threads).map_err(|error| error.to_string())?;
    for nonce in nonces {
        let outcome = solve(&mut solver, header, &nonce);
        if !print(nonce, &outcome.solutions, outcome.milliseconds(), outcome.dropped) {
            break;
        }
    }
    Ok(())
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
