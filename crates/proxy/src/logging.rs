//! The log on standard error, for people or for machines.
//!
//! Wallets and passwords pass through this program, so that only its own events are written in detail, and those name
//! neither. Libraries are heard from "info" on, whatever `RUST_LOG` says: at "trace" some write every message that they
//! carry. For the same reason nothing listens to the `log` crate, by which the WebSocket library does that.

use std::io::{IsTerminal, stderr};

use clap::ValueEnum;
use tracing::Level;
use tracing::subscriber::set_global_default;
use tracing_subscriber::filter::{EnvFilter, FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, fmt, registry};

/// How an event is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line for people, in colours on a terminal.
    Text,
    /// A JSON object.
    Json,
}

/// The crates whose events are ours to answer for.
const OWN: [&str; 3] = ["stratum_proxy", "solo_pool", "stratum"];

/// Begins to log; `RUST_LOG` says what, "info" if it is not set.
pub(crate) fn begin(format: LogFormat) -> anyhow::Result<()> {
    let asked = EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    let discreet = filter_fn(|metadata| {
        let owner = metadata.target().split("::").next().unwrap_or_default();
        OWN.contains(&owner) || *metadata.level() <= Level::INFO
    });
    let filter = asked.and(discreet);
    match format {
        LogFormat::Text => {
            let layer = fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal());
            set_global_default(registry().with(layer.with_filter(filter)))?;
        }
        LogFormat::Json => {
            let layer = fmt::layer().json().flatten_event(true).with_writer(stderr);
            set_global_default(registry().with(layer.with_filter(filter)))?;
        }
    }
    Ok(())
}
