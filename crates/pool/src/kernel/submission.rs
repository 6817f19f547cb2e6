//! A block, submitted and looked for.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::answer::{self, Header};
use super::rpc::{Fault, Rpc};
use super::words;
use crate::FoundBlock;

/// The first pause before a block is submitted again; each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The longest of these pauses.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// The time between two looks for a block.
const LOOK: Duration = Duration::from_millis(500);

/// What became of a block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    OnTheChain,
    /// Not found in time: what was seen last.
    NotThere(String),
}

/// Submits until the kernel answers, whatever it answers: `true` does not mean that the block was imported, and anything
/// else may mean that an earlier try of ours was.
pub(crate) async fn submit(rpc: &Rpc, block: &FoundBlock, patience: Duration) -> Result<(), Fault> {
    let params = [
        hex::encode(block.nonce).into(),
        hex::encode(block.solution).into(),
        hex::encode(block.template.mine_hash).into(),
    ];
    let end = Instant::now() + patience;
    let mut pause = FIRST_PAUSE;
    loop {
        match rpc.call("submitblock", &params).await {
            Ok(answer) => {
                let answer = words(&answer.to_string());
                tracing::info!(number = block.template.number, answer, "block submitted");
                return Ok(());
            }
            Err(Fault::Refused(message)) => {
                tracing::warn!(
                    number = block.template.number,
                    message,
                    "the kernel refused the block"
                );
                return Ok(());
            }
            Err(fault) if Instant::now() + pause >= end => return Err(fault),
            Err(fault) => {
                tracing::warn!(number = block.template.number, %fault, "the block is submitted again");
                sleep(pause).await;
                pause = (2 * pause).min(LONGEST_PAUSE);
            }
        }
    }
}

/// Looks for a submitted block on the chain. Its mine hash is the pool's alone, but another miner of this pool may have
/// found the same template's block first, or the same miner the other solution of its nonce: the seal tells.
pub(crate) async fn confirm(rpc: &Rpc, block: &FoundBlock, patience: Duration) -> Fate {
    let end = Instant::now() + patience;
    loop {
        let params = [block.template.number.into()];
        let seen = rpc.call("getHeaderByBlockNumber", &params).await;
        let why = match seen.and_then(|result| answer::header(&result)) {
            Ok(Header::Sealed {
                mine_hash,
                nonce,
                solution,
            }) if mine_hash == block.template.mine_hash => {
                if nonce.is_none_or(|nonce| nonce == block.nonce)
                    && solution.is_none_or(|solution| solution == block.solution)
                {
                    return Fate::OnTheChain;
                }
                "the same block is on the chain by another proof".to_owned()
            }
            Ok(Header::Sealed { mine_hash, .. }) => {
                format!(
                    "another block has its number, of mine hash {}",
                    hex::encode(mine_hash)
                )
            }
            Ok(Header::Nothing { code }) => {
                format!("the kernel has no block of its number (code {code})")
            }
            Err(fault) => format!("the kernel could not be asked: {fault}"),
        };
        if Instant::now() + LOOK >= end {
            return Fate::NotThere(why);
        }
        sleep(LOOK).await;
    }
}
