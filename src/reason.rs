//! The one vocabulary in which a refusal is named, shared by the library, the command line and JavaScript.

/// Why an item is not a valid proof of work, or why there is nothing to judge.
///
/// The names are stable: programs may compare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// `solution-length`: the solution is not of the one length that the parameters allow.
    SolutionLength,
    /// `duplicate-index`: an index occurs twice in the solution.
    DuplicateIndex,
    /// `index-order`: at some node the left half's first index is not below the right half's.
    IndexOrder,
    /// `digit-not-zero`: the leaves below some node do not cancel as they must.
    DigitNotZero,
    /// `target-missed`: the proof-of-work hash is not below the boundary.
    TargetMissed,
    /// `mine-hash-mismatch`: the header's fields do not hash to the mine hash that came with them.
    MineHashMismatch,
    /// `block-hash-mismatch`: the block does not hash to the block hash that came with it.
    BlockHashMismatch,
    /// `expected-hash-mismatch`: the block does not hash to the block hash that the caller expects.
    ExpectedHashMismatch,
    /// `below-min-difficulty`: the difficulty declared is below the one that the caller asks for.
    BelowMinDifficulty,
    /// `malformed`: a field is missing, ill-sized or not of its type. The detail names it.
    Malformed,
    /// `rpc-error`: the kernel answered with an error in place of a block. The detail is its message.
    RpcError,
    /// `not-proof-of-work`: the block was sealed by proof of stake; there is nothing to judge.
    NotProofOfWork,
    /// `unknown-block`: the kernel knows no such block; there is nothing to judge.
    UnknownBlock,
}

impl Reason {
    /// Every reason, in the order in which a proof is checked.
    pub const ALL: [Reason; 13] = [
        Reason::UnknownBlock,
        Reason::NotProofOfWork,
        Reason::RpcError,
        Reason::Malformed,
        Reason::MineHashMismatch,
        Reason::SolutionLength,
        Reason::DuplicateIndex,
        Reason::IndexOrder,
        Reason::DigitNotZero,
        Reason::TargetMissed,
        Reason::BlockHashMismatch,
        Reason::ExpectedHashMismatch,
        Reason::BelowMinDifficulty,
    ];

    /// The name, in kebab case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::SolutionLength => "solution-length",
            Reason::DuplicateIndex => "duplicate-index",
            Reason::IndexOrder => "index-order",
            Reason::DigitNotZero => "digit-not-zero",
            Reason::TargetMissed => "target-missed",
            Reason::MineHashMismatch => "mine-hash-mismatch",
            Reason::BlockHashMismatch => "block-hash-mismatch",
            Reason::ExpectedHashMismatch => "expected-hash-mismatch",
            Reason::BelowMinDifficulty => "below-min-difficulty",
            Reason::Malformed => "malformed",
            Reason::RpcError => "rpc-error",
            Reason::NotProofOfWork => "not-proof-of-work",
            Reason::UnknownBlock => "unknown-block",
        }
    }

    /// Whether there was nothing to judge: such an item is neither valid nor invalid.
    pub const fn is_abstention(self) -> bool {
        matches!(self, Reason::NotProofOfWork | Reason::UnknownBlock)
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_reasons_share_a_name() {
        let names: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(names.len(), Reason::ALL.len());
    }
}
