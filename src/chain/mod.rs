//! What the chain makes of a proof of work: the block header and its hashes, and the JSON in which blocks are
//! handed out.

mod header;
mod rlp;

pub use header::{HEADER_BYTES, Header};
