//! Joins browsers to ordinary TCP pools, and serves the page they mine on.
//!
//! [`run`] is a server as a function of a listener and a shutdown signal. It answers:
//!
//! | path | what |
//! |---|---|
//! | `/pool/NAME` | a WebSocket to the pool of that name in the [`Config`]; never to an address a client gives |
//! | `/pools.json` | `{"pools":[{"name":"…"}]}` |
//! | `/rpc/NAME` | by POST, one JSON-RPC request for a block to the node of that name |
//! | `/nodes.json` | `{"nodes":[{"name":"…"}]}` |
//! | `/healthz` | `ok` |
//! | anything else | a file of the site |
//!
//! # The bridge
//! One text message is one stratum line without its LF, both ways. From a client only well-formed calls of four
//! methods pass (subscribe, extranonce.subscribe, authorize, submit), re-encoded from the parsed form: some pools
//! die of malformed ones, for everybody. From a pool every line of valid UTF-8 passes as it is; the proxy judges
//! no share and answers for no pool. A session ends with a close code of [`EndReason`].
//!
//! # Blocks
//! Only methods that read a block pass to a node ([`Method`]), parsed and written anew. Errors are JSON-RPC errors with
//! an HTTP status, see [`Fault`]. Requests, answers, their number at a time and their time are bounded by [`Limits`].
//!
//! # Who may connect
//! The Host header must be a loopback name or address, the address listened on, or a configured host: a page on a
//! name that was re-bound to this machine is refused. A WebSocket's or an RPC request's Origin must be the same host or a configured
//! origin. Both refusals are `403`.
//!
//! TLS is not spoken here: a public proxy stands behind a server that does.

mod admission;
mod bridge;
mod client_end;
mod config;
mod connection;
mod end_reason;
mod headers;
mod job_book;
mod metrics;
mod pace;
mod pool_end;
mod rate;
mod reconnect;
mod routes;
mod rpc;
mod server;
mod share_check;
mod shared;
mod shares;
mod sharing;
mod site;
mod tls;
mod upstream;

pub use admission::{Forwarder, Host, Origin};
pub use config::{Config, ConfigError, Limits, PoolAddress, PoolEntry};
pub use end_reason::EndReason;
pub use rpc::{BlockName, BlockSource, Call, Fault, Method, NodeAddress, NodeEntry, NodeSource};
pub use server::{Listeners, run, serve};
pub use share_check::BadShare;
pub use tls::Identity;
pub use upstream::Roots;
