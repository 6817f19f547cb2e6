//! The steps of a verdict: what was checked, and what was not.

use std::borrow::Cow;

use crate::params::Params;
use crate::reason::Reason;

/// One step that was taken, and what it found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which step.
    pub name: CheckName,
    /// Whether it held.
    pub ok: bool,
    /// What was found, in words.
    pub detail: Cow<'static, str>,
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

impl CheckName {
    /// The name, in kebab case.
    pub const fn as_str(self) -> &'static str {
        match self {
            CheckName::MineHash => "mine-hash",
            CheckName::SolutionLength => "solution-length",
            CheckName::Distinct => "distinct",
            CheckName::Order => "order",
            CheckName::Level(level) => LEVELS[level as usize - 1].0,
            CheckName::Target => "target",
            CheckName::BlockHash => "block-hash",
            CheckName::ExpectedHash => "expected-hash",
            CheckName::MinDifficulty => "min-difficulty",
        }
    }

    /// What is to be said of a solution's step of this name that held.
    pub(super) const fn held(self) -> &'static str {
        match self {
            CheckName::SolutionLength => "1408 bytes",
            CheckName::Distinct => "all 512 indices differ",
            CheckName::Level(level) => LEVELS[level as usize - 1].1,
            _ => "every left half begins with the lower index",
        }
    }
}

/// The levels of a solution's tree, from the pairs up: name, and what holds there. Spelled out because printing numbers
/// took as long as a tenth of the hashes do.
const LEVELS: [(&str, &str); Params::AION.k() as usize] = [
    ("level-1", "each of 256 nodes begins with 21 zero bits"),
    ("level-2", "each of 128 nodes begins with 42 zero bits"),
    ("level-3", "each of 64 nodes begins with 63 zero bits"),
    ("level-4", "each of 32 nodes begins with 84 zero bits"),
    ("level-5", "each of 16 nodes begins with 105 zero bits"),
    ("level-6", "each of 8 nodes begins with 126 zero bits"),
    ("level-7", "each of 4 nodes begins with 147 zero bits"),
    ("level-8", "each of 2 nodes begins with 168 zero bits"),
    ("level-9", "all 210 bits of the root are zero"),
];

/// One thing that a reader might take for checked, and that was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotChecked {
    /// Which.
    pub name: NotCheckedName,
    /// Why not, in words.
    pub detail: &'static str,
}

/// What may be left unchecked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// The name, in kebab case.
    pub const fn as_str(self) -> &'static str {
        match self {
            NotCheckedName::OnChain => "on-chain",
            NotCheckedName::DeclaredDifficulty => "declared-difficulty",
            NotCheckedName::StakeHalf => "stake-half",
            NotCheckedName::BlockHash => "block-hash",
            NotCheckedName::Target => "target",
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_is_said_in_the_numbers_of_the_chain() {
        let params = Params::AION;
        let said = |name: CheckName, words: String| assert_eq!(name.held(), words);
        said(
            CheckName::SolutionLength,
            format!("{} bytes", params.solution_bytes()),
        );
        said(
            CheckName::Distinct,
            format!("all {} indices differ", params.indices()),
        );
        for level in 1..params.k() {
            assert_eq!(CheckName::Level(level).as_str(), format!("level-{level}"));
            let (nodes, bits) = (params.indices() >> level, level * params.digit_bits());
            said(
                CheckName::Level(level),
                format!("each of {nodes} nodes begins with {bits} zero bits"),
            );
        }
        assert_eq!(
            CheckName::Level(params.k()).as_str(),
            format!("level-{}", params.k())
        );
        let root = format!("all {} bits of the root are zero", params.n());
        said(CheckName::Level(params.k()), root);
    }
}
