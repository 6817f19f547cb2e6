//! JSON as blocks travel in it, and nothing that blocks do not need.
//!
//! [`Json`] borrows from its text and keeps a number as its digits, so that no integer is rounded and nothing is
//! converted that nobody asks for. [`Values`] cuts values out of a text of any length, one at a time. [`Writer`] prints
//! verdicts. Source of the grammar: RFC 8259; of names that occur twice in an object the last counts.

mod cut;
mod error;
mod value;
mod values;
mod write;

pub use error::{Complaint, JsonError};
pub use value::{Json, MOST_NESTED};
pub use values::{LONGEST_VALUE, ReadError, ValueText, Values};
pub use write::Writer;
