//! Joins browsers to ordinary TCP pools, and serves the page they mine on.
//!
//! [`run`] is a server as a function of a listener and a shutdown signal; [`serve`] is the same with settings that may
//! change meanwhile, and a second listener for `/metrics`. It answers:
//!
//! | path | what |
//! |---|---|
//! | `/pool/NAME` | a WebSocket to the pool of that name in the [`Config`]; never to an address a client gives |
//! | `/pools.json` | `{"pools":[{"name":"…"}]}` |
//! | `/rpc/NAME` | by POST, one JSON-RPC request for a block to the node of that name |
//! | `/nodes.json` | `{"nodes":[{"name":"…"}]}` |
//! | `/healthz` | `ok` |
//! | `/readyz` | 200 while new sessions are taken: not while it drains, nor without any pool; 503 otherwise |
//! | anything else | a file of the site |
//!
//! # The bridge
//! One text message is one stratum line without its LF, both ways. From a client only well-formed calls of four
//! methods pass (subscribe, extranonce.subscribe, authorize, submit), re-encoded from the parsed form: some pools
//! die of malformed ones, for everybody. From a pool every line of valid UTF-8 passes as it is; the proxy never gives a
//! verdict on a share. A session ends with a close code of [`EndReason`].
//!
//! # Verified shares
//! With [`PoolEntry::verify_shares`] a submit is held against what the pool said on its connection: jobs, extraNonce1
//! and share target. One that no honest client sends ([`BadShare`]) ends its session with code 4007 and never reaches
//! the pool, which would count it against the proxy's address. Whatever a client could not know yet is in its favour: a
//! job that is over is remembered for 32 jobs, and of the targets that a job had the easiest counts. Stale shares pass,
//! and the pool judges them.
//!
//! # Shared connections
//! With [`PoolEntry::share_connections`] sessions of one worker and password use one connection to the pool, up to 1,024
//! of them. Each has two bytes of its own behind the pool's extraNonce1, so that no nonce is tried twice; subscribe,
//! authorize, job and targets are the pool's own, and each verdict goes from the pool to its asker. Who names another
//! worker first hears `mining.set_extranonce`, since the worker is not known when it subscribes. A pool that leaves fewer than 8
//! bytes behind the two is not shared. One hostile client then stands for many, so that the two options belong together.
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
//! Sessions are capped in all and for each client: an IPv4 address or the /64 of an IPv6 one. Behind a trusted forwarder
//! ([`Forwarder`]) that is the rightmost hop of `X-Forwarded-For` that is not trusted. Over a cap the answer is `503`, or `429`
//! for one client's own.
//!
//! # Which pools are reached
//! An IP address, or `localhost`, in a [`PoolAddress`] is connected to as written. A name is resolved each time, and only
//! public unicast addresses that it leads to are connected to, unless [`PoolEntry::allow_private`].
//!
//! # A pool that sends its miners elsewhere
//! A pool's `client.reconnect` names a host, which a client must never follow. It arrives at the client as
//! `{"id":null,"method":"client.reconnect","params":["/pool/NAME"]}` where the pool NAME has that address, the client's
//! own pool before others; with `"params":[]` where the pool names no host; and not at all otherwise.

mod admission;
mod bridge;
mod client_end;
mod config;
mod connection;
mod end_reason;
#[cfg(fuzzing)]
pub mod fuzzing;
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
mod stall;
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
