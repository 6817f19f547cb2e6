//! A stratum server in the solo dialect of Aion's own pool, over a chain for development.
//!
//! [`run`] is a server as a function of a listener and a shutdown signal. Its templates come from a
//! [`TemplateSource`]: [`DevChain`] makes them up with real headers, so that a browser can mine shares and blocks
//! without a kernel. Every share is verified by the whole rule of the chain.
//!
//! # How it differs from the network's own pool
//! - The duplicate key is the proof itself (job, nonce and solution), so that both solutions of a nonce count; the
//!   same proof under a later nTime does not count again.
//! - A submit with missing or odd parameters gets an error; the original dies of it.
//! - A protocol version other than AionStratum/1.x is refused by name (code 20, "unsupported protocol version …").
//! - A job id is never used twice, a restart included: a miner that reconnects and meets the last id it saw stays
//!   idle. Ids count up from the unix time in milliseconds.
//! - The idle deadline closes the connection when it passes, not at the next job.
//! - Nobody is banned; the caps on connections and the deadlines are what bounds a bad client.
//!
//! # Two targets
//! A share must meet the share difficulty of the [`Config`]; the notification carries that target. A block must
//! meet the block difficulty: the chain's least, 16, or the share difficulty where that is higher. Each share that
//! also meets the block's target extends the chain, and everybody gets a new job.

mod admission;
mod ban;
mod board;
mod chain_state;
mod config;
mod connection;
mod dev_chain;
mod extra_nonce;
mod job;
mod kernel;
mod mined_block;
mod rejection;
mod roster;
mod server;
mod session;
mod share;
mod stats;
mod status;
mod status_server;
mod template;
mod vardiff;
mod worker;

pub use ban::Bans;
pub use chain_state::ChainState;
pub use config::{Config, Limits};
pub use dev_chain::DevChain;
pub use kernel::{Kernel, KernelAddress, KernelAddressError};
pub use mined_block::{MinedBlock, MinedBlocks};
pub use rejection::Rejection;
pub use server::{Pool, run, run_with};
pub use stats::{Counts, Stats};
pub use status::{JobStatus, Snapshot, Status, WorkerStatus};
pub use status_server::serve_status;
pub use stratum::Dialect;
pub use template::{AddressCheck, Desk, Errand, FoundBlock, Template, TemplateSource};
pub use vardiff::Vardiff;
