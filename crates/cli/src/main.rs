//! `aion-pow`: Aion's proof of work on the command line.
//!
//! Results go to the standard output, one JSON object a line; everything else to the standard error.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod bench_batch;
mod bench_verify;
mod gpu;
mod resident;
mod solve;
mod verify;
mod yardstick;

#[derive(Parser)]
#[command(version, about = "Aion's proof of work, Equihash(210,9)")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check blocks and solutions given as JSON
    Verify(verify::Arguments),
    /// Find all solutions of nonces
    Solve(solve::Arguments),
    /// Time the solver beside a yardstick
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Solve(arguments) => solve::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    }
}
