//! The steps of a verdict: what was checked, and what was not.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::reason::Reason;

/// One step that was taken, and what it found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which step.
    pub name: CheckName,
    /// Whether it held.
    pub ok: bool,
    /// What was found, in words.
    pub detail: String,
}

/// The steps, in the order in which they are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckName {
    /// `mine-hash`: the mine hash, made from the header, is the one that came along.
    MineHash,
    /// `solution-length`: the solution has the chain's length.
    SolutionLength,
    /// `distinct`: all indices differ.
    Distinct,
    /// `order`: at every node the left half begins with the lower index.
    Order,
    /// `level-1` to `level-9`: at every node of the level the leaves cancel in as many bits as they must.
    Level(u32),
    /// `target`: the proof-of-work hash is strictly below the boundary.
    Target,
    /// `block-hash`: the block hash is the one that came along.
    BlockHash,
    /// `expected-hash`: the block hash is the one that the caller knows.
    ExpectedHash,
    /// `min-difficulty`: the difficulty declared is at least the one that the caller knows.
    MinDifficulty,
}

impl CheckName {
    /// Why an item is not valid whose check of this name did not hold.
    pub const fn reason(self) -> Reason {
        match self {
            CheckName::MineHash => Reason::MineHashMismatch,
            CheckName::SolutionLength => Reason::SolutionLength,
            CheckName::Distinct => Reason::DuplicateIndex,
            CheckName::Order => Reason::IndexOrder,
            CheckName::Level(_) => Reason::DigitNotZero,
            CheckName::Target => Reason::TargetMissed,
            CheckName::BlockHash => Reason::BlockHashMismatch,
            CheckName::ExpectedHash => Reason::ExpectedHashMismatch,
            CheckName::MinDifficulty => Reason::BelowMinDifficulty,
        }
    }
}

impl fmt::Display for CheckName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CheckName::MineHash => "mine-hash",
            CheckName::SolutionLength => "solution-length",
            CheckName::Distinct => "distinct",
            CheckName::Order => "order",
            CheckName::Level(level) => return write!(f, "level-{level}"),
            CheckName::Target => "target",
            CheckName::BlockHash => "block-hash",
            CheckName::ExpectedHash => "expected-hash",
            CheckName::MinDifficulty => "min-difficulty",
        })
    }
}

impl Serialize for CheckName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One thing that a reader might take for checked, and that was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NotChecked {
    /// Which.
    pub name: NotCheckedName,
    /// Why not, in words.
    pub detail: &'static str,
}

/// What may be left unchecked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotCheckedName {
    /// Whether the block is on the chain.
    OnChain,
    /// Whether the network asked for the difficulty that the block declares.
    DeclaredDifficulty,
    /// What proofs of stake add to the chain since the Unity fork.
    StakeHalf,
    /// Whether the block has the hash by which it is called.
    BlockHash,
    /// Whether the hash is below a boundary.
    Target,
}

impl NotCheckedName {
    pub(super) const fn because(self) -> NotChecked {
        let detail = match self {
            NotCheckedName::OnChain => "whether the block is on the chain; only nodes know",
            NotCheckedName::DeclaredDifficulty => {
                "whether the network asked for the difficulty that is declared; it follows from earlier blocks"
            }
            NotCheckedName::StakeHalf => {
                "the proofs of stake that stand between the proofs of work since the Unity fork"
            }
            NotCheckedName::BlockHash => "the block hash; none came along with a header to compare it with",
            NotCheckedName::Target => "the boundary; neither a difficulty nor a target came along",
        };
        NotChecked { name: self, detail }
    }
}
