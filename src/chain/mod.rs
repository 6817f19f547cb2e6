//! What the chain makes of a proof of work: the block header and its hashes, and the JSON in which blocks are
//! handed out.
//!
//! [`Verdicts`] takes text in, [`judge`] one JSON value, [`Item`] is what was read from it and [`Verdict`] what came
//! out, step by step; [`Options`] are what a caller knows beforehand.

mod check;
mod digits;
mod field;
mod hashes;
mod header;
mod item;
mod options;
mod rlp;
mod shape;
mod unhex;
mod verdict;
mod verdicts;

pub use check::{Check, CheckName, NotChecked, NotCheckedName};
pub use field::FieldError;
pub use header::{HEADER_BYTES, Header};
pub use item::{Item, ItemError, Proof, Subject};
pub use options::Options;
pub use verdict::{Findings, Verdict, judge, judge_all, judge_by};
pub use verdicts::Verdicts;
