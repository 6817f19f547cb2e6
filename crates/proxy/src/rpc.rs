//! Blocks from the nodes of an allow-list, for pages that verify them: `POST /rpc/NAME`.
//!
//! Three methods that read blocks, one request at a time, parsed and written anew. What a node answers is read
//! within bounds of size and time; its `result` or `error` goes to the page under the page's own id.

mod answer;
mod call;
mod fault;
mod node;

pub use call::{BlockName, Call, Method};
pub use fault::Fault;
pub use node::{BlockSource, NodeAddress, NodeEntry, NodeSource};

pub(crate) use answer::answer;
