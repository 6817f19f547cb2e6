//! `solo-pool`: a stratum server over a development chain.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use solo_pool::Config;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// A stratum server in Aion's solo dialect over a built-in development chain: no kernel, no coins.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:3333")]
    listen: SocketAddr,
    /// The difficulty of a share, at least 1. A block takes 16, or as much as a share.
    #[arg(long, value_name = "D", default_value_t = Config::DEFAULT_SHARE_DIFFICULTY, value_parser = clap::value_parser!(u64).range(1..))]
    difficulty: u64,
    /// A new block comes after this many seconds at the latest.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    block_seconds: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()),
        )
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let mut config = Config::new(arguments.difficulty).context("--difficulty")?;
    config.block_interval = Duration::from_secs(arguments.block_seconds);
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("cannot listen on {}", arguments.listen))?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    writeln!(std::io::stdout(), "listening on {}", listener.local_addr()?)?;
    let stats = config.stats.clone();
    solo_pool::run(listener, config, async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
    .await;
    let counts = stats.counts();
    tracing::info!(counts.accepted, counts.rejected, counts.blocks, "stopped");
    Ok(())
}
