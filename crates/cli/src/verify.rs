//! `aion-pow verify`: one JSON line of verdict per item.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use aion_pow::chain::{ReadError, Verdicts};

/// Some item is not valid.
const FAILED: u8 = 1;
/// Not all items were judged; clap ends with the same code on a wrong command line.
const INCOMPLETE: u8 = 2;

/// Prints one JSON line per item: index (counted over all files), number, ok, reason, level, detail, mineHash,
/// blockHash, powHash, equihash, target. Items are blocks as kernels hand them out (eth_getBlockByNumber,
/// eth_getBlockByHash, getHeaderByBlockNumber, with or without their JSON-RPC envelope) or claims such as
/// {"mine_hash", "nonce", "solution", "target"}.
///
/// Exit code: 0 no item failed, 1 some item failed, 2 the input is unreadable. A proof-of-stake block or an unknown
/// block has "ok": null and has not failed.
#[derive(clap::Args)]
pub struct Arguments {
    /// JSON files: an object, an array, or objects one a line; `-` is the standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Judges every item of every file and says how it went. Stops at the first file that cannot be read.
pub fn run(arguments: &Arguments) -> ExitCode {
    match judge_all(&arguments.files, &mut io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(FAILED),
        // Whoever reads has seen enough, `head` for instance: no trouble worth a message.
        Err(Trouble::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::from(INCOMPLETE),
        Err(trouble) => {
            eprintln!("aion-pow verify: {trouble}");
            ExitCode::from(INCOMPLETE)
        }
    }
}

/// Whether no item failed.
fn judge_all(files: &[PathBuf], output: &mut impl Write) -> Result<bool, Trouble> {
    let mut index = 0;
    let mut none_failed = true;
    for path in files {
        let name = path.display().to_string();
        let unreadable = |source| Trouble::Input {
            name: name.clone(),
            source,
        };
        let input: Box<dyn Read> = if name == "-" {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path).map_err(|source| Trouble::Open {
                name: name.clone(),
                source,
            })?)
        };
        for verdict in Verdicts::new(BufReader::new(input)) {
            let mut verdict = verdict.map_err(unreadable)?;
            verdict.index = index;
            index += 1;
            none_failed &= verdict.ok != Some(false);
            serde_json::to_writer(&mut *output, &verdict).map_err(io::Error::from)?;
            writeln!(output)?;
        }
    }
    Ok(none_failed)
}

/// What kept the command from going through all items.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("{name}: {source}")]
    Open { name: String, source: io::Error },
    #[error("{name}: {source}")]
    Input { name: String, source: ReadError },
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
}
