//! `solo-pool`: a stratum server over a kernel, or over a development chain.

mod arguments;

use std::io::{IsTerminal, Write};

use anyhow::Context;
use arguments::Arguments;
use clap::Parser;
use solo_pool::{Config, DevChain, Pool, TemplateSource, serve_status};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

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
    let config = arguments.config()?;
    match arguments.kernel() {
        Some(kernel) => {
            tracing::info!(kernel = %kernel.address, "mining on a kernel");
            serve(&arguments, config, kernel).await
        }
        None => {
            tracing::info!("mining on a development chain: its blocks are worth nothing");
            let chain = DevChain::new(config.share_difficulty);
            serve(&arguments, config, chain).await
        }
    }
}

async fn serve<S: TemplateSource>(arguments: &Arguments, config: Config, source: S) -> anyhow::Result<()> {
    let listen = async |address| {
        TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address}"))
    };
    let listener = listen(arguments.listen).await?;
    let status_listener = match arguments.status {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "listening on {}", listener.local_addr()?)?;
    if let Some(listener) = &status_listener {
        writeln!(stdout, "status on http://{}", listener.local_addr()?)?;
    }
    let stats = config.stats.clone();
    let pool = Pool::new(config, source);
    let stop_status = CancellationToken::new();
    let status = status_listener.map(|listener| {
        let stopped = stop_status.clone().cancelled_owned();
        tokio::spawn(serve_status(listener, pool.status(), stopped))
    });
    pool.run(listener, async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
    .await;
    stop_status.cancel();
    if let Some(status) = status {
        status.await.context("the status page failed")?;
    }
    let counts = stats.counts();
    tracing::info!(
        counts.accepted,
        counts.rejected,
        counts.blocks,
        counts.confirmed,
        "stopped"
    );
    Ok(())
}
