//! Where work comes from.

use aion_pow::target::Target;

/// A block to be mined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// The block's number.
    pub number: u64,
    /// What a miner hashes before the nonce.
    pub mine_hash: [u8; 32],
    /// What makes a share a block.
    pub target: Target,
}

/// A chain as a pool sees it.
pub trait TemplateSource: Send + 'static {
    /// The block to mine now.
    fn template(&self) -> Template;

    /// A block was found: its proof is verified and meets the template's target. Gives its block hash, or `None`
    /// where the template of that mine hash is over.
    fn found(&mut self, mine_hash: &[u8; 32], nonce: &[u8; 32], solution: &[u8]) -> Option<[u8; 32]>;

    /// The block interval passed and nobody here found the block.
    fn interval_passed(&mut self);
}
