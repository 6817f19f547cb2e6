//! What one JSON value claims, before it is checked.

use super::{FieldError, Header};
use crate::reason::Reason;
use crate::target::{Difficulty, Target};

/// What was read from one JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A claim of a proof of work.
    Proof(Box<Proof>),
    /// Nothing to judge: a proof-of-stake block, or an answer that there is no such block.
    Nothing {
        /// [`Reason::NotProofOfWork`] or [`Reason::UnknownBlock`].
        reason: Reason,
        /// The block's number, where it came along.
        number: Option<u64>,
    },
}

/// A claim of a proof of work, and what it has to agree with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What the work was done on.
    pub subject: Subject,
    /// The nonce, an opaque string of bytes.
    pub nonce: [u8; 32],
    /// The packed solution, of whatever length it came.
    pub solution: Vec<u8>,
    /// The difficulty that the header declares, or else the claim.
    pub difficulty: Option<Difficulty>,
    /// The boundary that the hash must stay below, where one was named; the lowest, where several were.
    pub target: Option<Target>,
    /// The mine hash that came along with a header.
    pub claimed_mine_hash: Option<[u8; 32]>,
    /// The block hash that came along with a header.
    pub claimed_block_hash: Option<[u8; 32]>,
}

/// What work is done on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A block header; its mine hash is what counts.
    Header(Box<Header>),
    /// A mine hash of which no header is known.
    MineHash([u8; 32]),
    /// Bytes of another length in the mine hash's place, as published test data have them. They have no
    /// proof-of-work hash.
    Bytes(Vec<u8>),
}

impl From<Header> for Subject {
    fn from(header: Header) -> Subject {
        Subject::Header(Box::new(header))
    }
}

impl Proof {
    /// Whether the header does not hash to a hash that came along with it.
    pub(super) fn contradicts_its_hash(&self) -> bool {
        let Subject::Header(header) = &self.subject else {
            return false;
        };
        let differs = |claimed: Option<[u8; 32]>, computed: &dyn Fn() -> [u8; 32]| {
            claimed.is_some_and(|claimed| claimed != computed())
        };
        differs(self.claimed_mine_hash, &|| header.mine_hash())
            || differs(self.claimed_block_hash, &|| {
                header.block_hash(&self.nonce, &self.solution)
            })
    }
}

/// A JSON value that claims nothing that could be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ItemError {
    /// A field is missing or wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The value is not an object, or an object of no known shape.
    #[error("the item is {found}; wanted a block or a claim of a proof of work")]
    Shape {
        /// What the value is.
        found: String,
    },
    /// The kernel answered with an error.
    #[error("the kernel answered with error {code}: {message}")]
    Rpc {
        /// The error's number, 0 where it had none.
        code: i64,
        /// The error's text.
        message: String,
    },
}

impl ItemError {
    /// The name of this failure in the vocabulary that all faces of this project share.
    pub const fn reason(&self) -> Reason {
        match self {
            ItemError::Field(_) | ItemError::Shape { .. } => Reason::Malformed,
            ItemError::Rpc { .. } => Reason::RpcError,
        }
    }
}
