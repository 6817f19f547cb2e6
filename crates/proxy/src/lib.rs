//! Joins browsers to ordinary TCP pools, and serves the page they mine on.
//!
//! [`run`] is a server as a function of a listener and a shutdown signal. It answers:
//!
//! | path | what |
//! |---|---|
//! | `/pool/NAME` | a WebSocket to the pool of that name in the [`Config`]; never to an address a client gives |
//! | `/pools.json` | `{"pools":[{"name":"…"}]}` |
//! | `/healthz` | `ok` |
//! | anything else | a file of the site |
//!
//! # The bridge
//! One text message is one stratum line without its LF, both ways. From a client only well-formed calls of four
//! methods pass (subscribe, extranonce.subscribe, authorize, submit), re-encoded from the parsed form: some pools
//! die of malformed ones, for everybody. From a pool every line of valid UTF-8 passes as it is; the proxy judges
//! no share and answers for no pool. A session ends with a close code of [`EndReason`].
//!
//! # Who may connect
//! The Host header must be a loopback name or address, the address listened on, or a configured host: a page on a
//! name that was re-bound to this machine is refused. A WebSocket's Origin must be the same host or a configured
//! origin. Both refusals are `403`.
//!
//! TLS is not spoken here: a public proxy stands behind a server that does.

mod admission;
mod bridge;
mod config;
mod end_reason;
mod headers;
mod pace;
mod routes;
mod server;
mod site;

pub use admission::{Host, Origin};
pub use config::{Config, ConfigError, Limits, PoolEntry};
pub use end_reason::EndReason;
pub use server::run;
