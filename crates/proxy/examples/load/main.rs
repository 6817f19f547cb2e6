//! Loads a real proxy with sessions, all on this machine, and prints what they cost it.
//!
//! ```text
//! cargo build --release -p stratum-proxy
//! cargo run --release -p stratum-proxy --example load -- --sessions 2000 --senders 2000 --pin 0
//! ```
//!
//! Three processes, so that memory and CPU can be told apart: the proxy as it is shipped, a pool that says what a solo
//! pool says and grants every share, and this one with the clients. One line of JSON on standard output:
//!
//! | member | what |
//! |---|---|
//! | `sessions` | sessions that were open when the measurement began, slow ones included |
//! | `seconds` | how long was measured |
//! | `bytesPerSession` | the proxy's resident memory at its largest less that before the first session, per session |
//! | `linesPerSecond` | lines sent by clients and answered |
//! | `latencyMs` | from a line sent to its answer read: the proxy twice, the pool and the clients once. An upper bound of what the proxy adds; `--direct` measures the same without a proxy |
//! | `dropped` | lines without an answer, jobs that did not come, and sessions that ended early |

mod clients;
mod frame;
mod options;
mod pool;
mod process;
mod report;
mod session;

use clap::Parser;
use options::{Options, Role};

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    process::raise_descriptor_limit(options.descriptors())?;
    // One thread: what measures must leave the other cores to what is measured.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match options.role {
        Some(Role::Pool) => runtime.block_on(pool::run(options.job_interval())),
        None => runtime.block_on(clients::run(options)),
    }
}
