//! Where work comes from, and where the blocks go that are made of it.

use std::future::Future;
use std::sync::Arc;

use aion_pow::solution::SOLUTION_BYTES;
use aion_pow::target::Target;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{ChainState, Config, board::Board};

/// A block to be mined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// The block's number.
    pub number: u64,
    /// The block hash of the block before it.
    pub parent: [u8; 32],
    /// What a miner hashes before the nonce.
    pub mine_hash: [u8; 32],
    /// What makes a share a block.
    pub target: Target,
}

impl Template {
    /// True for templates of the same place in the chain, which differ in their content at most: work on either may
    /// still become the block.
    pub fn has_head_of(&self, other: &Template) -> bool {
        (self.number, self.parent) == (other.number, other.parent)
    }
}

/// A block that a miner of this pool found: its proof is verified and meets the template's target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundBlock {
    /// What was mined.
    pub template: Template,
    /// The nonce that was found.
    pub nonce: [u8; 32],
    /// The solution, without any prefix.
    pub solution: [u8; SOLUTION_BYTES],
}

/// What the pool wants of its source.
#[derive(Debug)]
pub enum Errand {
    /// A block for the chain. [`Desk::confirmed`] or [`Desk::unconfirmed`] says what became of it.
    Block(Box<FoundBlock>),
    /// The question whether a worker's address can be paid.
    Address(AddressCheck),
}

/// A question about an address whose form is right; dropping it leaves the form as the answer.
#[derive(Debug)]
pub struct AddressCheck {
    /// `0xa0` and 62 hex digits.
    pub address: String,
    pub(crate) answer: oneshot::Sender<bool>,
}

impl AddressCheck {
    /// Gives the answer.
    pub fn answer(self, valid: bool) {
        // A client that hung up needs none.
        let _ = self.answer.send(valid);
    }
}

/// A chain as a pool sees it.
pub trait TemplateSource: Send + 'static {
    /// Publishes templates at the desk and runs its errands until [`Desk::next`] gives `None`: the pool is stopping,
    /// and waits a few seconds for what is still under way.
    fn run(self, desk: Desk) -> impl Future<Output = ()> + Send;
}

/// Where a source meets the pool.
pub struct Desk {
    board: Arc<Board>,
    errands: mpsc::UnboundedReceiver<Errand>,
    closing: CancellationToken,
}

impl Desk {
    pub(crate) fn new(
        board: Arc<Board>,
        errands: mpsc::UnboundedReceiver<Errand>,
        closing: CancellationToken,
    ) -> Self {
        Desk {
            board,
            errands,
            closing,
        }
    }

    /// The pool's settings.
    pub fn config(&self) -> &Config {
        self.board.config()
    }

    /// Gives everybody the template as a job. One with another head than the last ends all jobs before it; one with the
    /// same head leaves them open.
    pub fn publish(&self, template: Template) {
        self.board.publish(template);
    }

    /// Hands out no job until the next template is published. Shares of the jobs that are out still count. False where
    /// no job was handed out anyway.
    pub fn withdraw(&self) -> bool {
        self.board.withdraw()
    }

    /// Tells the status page how the chain is.
    pub fn report(&self, state: ChainState) {
        self.board.set_chain_state(state);
    }

    /// The next errand; `None` when the pool is stopping and all errands are taken.
    pub async fn next(&mut self) -> Option<Errand> {
        tokio::select! {
            biased;
            errand = self.errands.recv() => errand,
            () = self.closing.cancelled() => None,
        }
    }

    /// The block is on the chain.
    pub fn confirmed(&self, block: &FoundBlock) {
        self.config().stats.count_confirmed();
        tracing::info!(
            number = block.template.number,
            mine_hash = hex::encode(block.template.mine_hash),
            "block confirmed"
        );
    }

    /// The block is not on the chain, as far as can be told.
    pub fn unconfirmed(&self, block: &FoundBlock, why: &str) {
        self.config().stats.count_unconfirmed();
        tracing::warn!(
            number = block.template.number,
            mine_hash = hex::encode(block.template.mine_hash),
            why,
            "block not confirmed"
        );
    }
}
