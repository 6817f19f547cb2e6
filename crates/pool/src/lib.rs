//! A stratum server for one's own kernel, or over a chain for development.
//!
//! [`run_with`] is a server as a function of a listener, a source of templates and a shutdown signal. The source is a
//! [`TemplateSource`]: a [`Kernel`] behind JSON-RPC, or a [`DevChain`], which makes templates up with real headers, so
//! that a browser can mine shares and blocks without a kernel. Every share is verified by the whole rule of the chain.
//!
//! ```text
//!   connection ── session ──┬── board ── desk ── Kernel ── getblocktemplate, submitblock, …
//!    (socket)     (words)   │  (jobs)       └── DevChain
//!                           └── share, pace, bans, extraNonce1
//! ```
//!
//! # How it differs from the pools it speaks like
//! - The duplicate key is the proof itself (job, nonce and solution), so that both solutions of a nonce count; the
//!   same proof under a later nTime does not count again.
//! - A submit with missing or odd parameters gets an error; the network's own pool dies of it.
//! - A protocol version other than AionStratum/1.x is refused by name (code 20, "unsupported protocol version …").
//! - A job id is never used twice, a restart included: a miner that reconnects and meets the last id it saw stays
//!   idle. Ids count up from the unix time in milliseconds.
//! - Jobs of the same head stay open beside each other; `clean` is true where the head is another.
//! - The idle deadline closes the connection when it passes, not at the next job, and does not run while there is none.
//! - Bans count by address and not by connection, stale shares count neither way, and loopback is exempt unless asked
//!   for: a proxy's sessions share its address.
//! - Without a template there is no job and no error: a client stays connected and gets the next one.
//!
//! # Two targets
//! A share must meet the difficulty that its job was handed out with, which is never harder than the block; solo tells
//! it in the notification, MiningCore by `mining.set_target`. A share that meets the block's target too is carried to
//! the source. The verdict that the miner hears is about the share: what becomes of the block is counted apart.

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
mod pace;
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
