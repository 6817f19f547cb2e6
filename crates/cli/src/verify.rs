//! `aion-pow verify`: one JSON line of verdict per item.

use std::io::{self, ErrorKind, IsTerminal};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;

mod batch;
mod crew;
mod input;
mod progress;

pub use crew::judge_all;
pub use input::Trouble;
pub use progress::Progress;

/// Some item is not valid.
const FAILED: u8 = 1;
/// Not all items were judged; clap ends with the same code on a wrong command line.
const INCOMPLETE: u8 = 2;

/// Prints one JSON line per item, in the order of the input: index (counted over all files), number, ok, reason,
/// level, detail, mineHash, blockHash, powHash, equihash, target, boundary, difficulty, checks, notChecked. Items are
/// blocks as kernels hand them out (eth_getBlockByNumber, eth_getBlockByHash, getHeaderByBlockNumber, with or without
/// their JSON-RPC envelope) or claims such as {"mine_hash", "nonce", "solution", "target"}.
///
/// Input may be compressed by gzip. It is judged as it comes, on all cores, and never held whole.
/// On a terminal a bar shows how far it is; at the end the standard error says how many items a second there were.
///
/// Exit code: 0 no item failed, 1 some item failed, 2 the input is unreadable. A proof-of-stake block or an unknown
/// block has "ok": null and has not failed.
#[derive(clap::Args)]
pub struct Arguments {
    /// JSON files: an object, an array, or objects one a line; gzip too; `-` is the standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Threads that judge [default: as many as the machine runs at once]
    #[arg(long, value_name = "T")]
    threads: Option<NonZero<usize>>,
}

/// As many threads as the machine runs at once.
pub fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// Judges every item of every file and says how it went. Stops at the first file that cannot be read.
pub fn run(arguments: &Arguments) -> ExitCode {
    let threads = arguments.threads.map_or_else(all_cores, NonZero::get);
    // A bar among the lines of a terminal would tear both.
    let show = io::stderr().is_terminal() && !io::stdout().is_terminal();
    let progress = Progress::new(&arguments.files, show);
    let judged = judge_all(arguments.files.clone(), threads, &progress, io::stdout().lock());
    progress.clear();
    match judged {
        Ok(none_failed) => {
            eprintln!("{}", progress.summary(threads));
            if none_failed {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(FAILED)
            }
        }
        // Whoever reads has seen enough, `head` for instance: no trouble worth a message.
        Err(Trouble::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::from(INCOMPLETE),
        Err(trouble) => {
            eprintln!("aion-pow verify: {trouble}");
            ExitCode::from(INCOMPLETE)
        }
    }
}
