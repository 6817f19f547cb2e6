//! `stratum-proxy`: joins browsers to TCP pools and serves the page.

mod descriptors;
mod dev_node;
mod logging;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use dev_node::DevNode;
use logging::LogFormat;
use solo_pool::DevChain;
use stratum_proxy::{Config, ConfigError, Host, Listeners, NodeEntry, NodeSource, Origin, PoolEntry};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The name of the pool that `--dev` starts, and of its chain as a node.
const DEV_NAME: &str = "local";

/// Joins browsers to ordinary TCP pools over WebSockets, and serves the page they mine on.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The settings as TOML; the other options are added to what it says, or take its place.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The address to listen on, by default 127.0.0.1:8080; port 0 takes a free one. TLS needs a file, or a
    /// server in front of this one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The folder of the built page.
    #[arg(long, value_name = "DIR")]
    site: Option<PathBuf>,
    /// A pool that browsers can reach as /pool/NAME; may be given more than once. tls://HOST:PORT for one that speaks
    /// TLS. A name must lead to a public address; an IP address, or localhost, is taken as written.
    #[arg(long = "pool", value_name = "NAME=HOST:PORT")]
    pools: Vec<PoolEntry>,
    /// A node whose blocks pages can read by POST to /rpc/NAME; may be given more than once. Plain http: a node behind
    /// TLS needs a forwarder on this machine.
    #[arg(long = "rpc", value_name = "NAME=URL")]
    nodes: Vec<NodeEntry>,
    /// An origin that may open sessions beside the page served here; may be given more than once.
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    allow_origins: Vec<Origin>,
    /// A name or address that this proxy is reached by, beside loopback; may be given more than once.
    #[arg(long = "allow-host", value_name = "HOST")]
    allow_hosts: Vec<Host>,
    /// Let programs that are no browsers, and send no Origin header, open sessions.
    #[arg(long)]
    allow_missing_origin: bool,
    /// The most sessions at a time, by default 256, whether of one client or of many.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    max_sessions: Option<u16>,
    /// How the log on standard error is written; RUST_LOG says what.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
    /// Start a pool with a development chain in this process, as /pool/local; its blocks are at /rpc/local.
    #[arg(long)]
    dev: bool,
    /// The difficulty of a share on the development chain, at least 1.
    #[arg(long, value_name = "D", requires = "dev", default_value_t = solo_pool::Config::DEFAULT_SHARE_DIFFICULTY, value_parser = clap::value_parser!(u64).range(1..))]
    dev_difficulty: u64,
    /// The development chain gets a new block after this many seconds at the latest.
    #[arg(long, value_name = "N", requires = "dev", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    dev_block_seconds: u64,
}

impl Arguments {
    /// The file, if there is one, and the options over it.
    fn settings(&self) -> Result<Config, ConfigError> {
        let mut config = match &self.config {
            Some(path) => Config::read(path)?,
            None => Config::default(),
        };
        config.pools.extend(self.pools.iter().cloned());
        config.nodes.extend(self.nodes.iter().cloned());
        config.allow_origins.extend(self.allow_origins.iter().cloned());
        config.allow_hosts.extend(self.allow_hosts.iter().cloned());
        config.allow_missing_origin |= self.allow_missing_origin;
        if let Some(listen) = self.listen {
            config.listen = listen;
        }
        if let Some(site) = &self.site {
            config.site = Some(site.clone());
        }
        if let Some(sessions) = self.max_sessions {
            config.limits.sessions = sessions.into();
            // The options name no forwarders: behind one, all browsers are one client.
            config.limits.sessions_per_client = sessions.into();
        }
        config.check()?;
        Ok(config)
    }
}

/// The pool of `--dev` as the proxy sees it.
struct Dev {
    pool: PoolEntry,
    node: NodeEntry,
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl Dev {
    async fn start(arguments: &Arguments, sessions: usize) -> anyhow::Result<Dev> {
        let mut settings = solo_pool::Config::new(arguments.dev_difficulty).context("--dev-difficulty")?;
        settings.block_interval = Duration::from_secs(arguments.dev_block_seconds);
        // Every session comes from this process, so that the cap on sessions is the one that counts.
        settings.limits.connections = sessions;
        settings.limits.connections_per_address = sessions;
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("cannot start the development pool")?;
        let pool = PoolEntry::new(DEV_NAME, &listener.local_addr()?.to_string())?;
        let chain = DevChain::new(settings.share_difficulty);
        let node = NodeEntry::new(DEV_NAME, NodeSource::Chain(Arc::new(DevNode(chain.blocks()))))?;
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let task = tokio::spawn(solo_pool::run_with(listener, settings, chain, stopped));
        Ok(Dev {
            pool,
            node,
            task,
            stop,
        })
    }
}

/// File, options and development pool together.
fn settings(arguments: &Arguments, dev: Option<&Dev>) -> Result<Config, ConfigError> {
    let mut config = arguments.settings()?;
    if let Some(dev) = dev {
        config.pools.push(dev.pool.clone());
        config.nodes.push(dev.node.clone());
        config.check()?;
    }
    Ok(config)
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    logging::begin(arguments.log_format)?;
    let config = arguments.settings()?;
    let dev = match arguments.dev {
        true => Some(Dev::start(&arguments, config.limits.sessions).await?),
        false => None,
    };
    let config = settings(&arguments, dev.as_ref())?;
    descriptors::prepare(&config);
    let public = listen(config.listen).await?;
    let metrics = match config.metrics {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    if let Some(listener) = &metrics {
        let address = listener.local_addr()?;
        tracing::info!(%address, "metrics");
        if !address.ip().is_loopback() {
            tracing::warn!(%address, "metrics are given to whoever reaches this address");
        }
    }
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    writeln!(
        std::io::stdout(),
        "listening on {scheme}://{}",
        public.local_addr()?
    )?;

    let (publish, current) = watch::channel(config);
    let reloading = async {
        loop {
            hangup.recv().await;
            match settings(&arguments, dev.as_ref()) {
                Ok(config) => {
                    let old = publish.borrow();
                    if (config.listen, config.metrics) != (old.listen, old.metrics) {
                        tracing::warn!("the addresses that are listened on change with a restart alone");
                    }
                    drop(old);
                    descriptors::prepare(&config);
                    publish.send_replace(config);
                    tracing::info!("settings read anew");
                }
                Err(error) => tracing::error!(%error, "settings are not taken; the old ones stay"),
            }
        }
    };
    let (stop, stopped) = oneshot::channel();
    let stopping = async {
        let mut ask = async || {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        ask().await;
        let _ = stop.send(());
        // Whoever asks twice does not want to wait for the drain.
        ask().await;
    };
    let listeners = Listeners { public, metrics };
    tokio::select! {
        served = stratum_proxy::serve(listeners, current, async { _ = stopped.await }) => served?,
        () = stopping => tracing::warn!("asked twice: sessions are cut off"),
        () = reloading => {}
    }
    // Only now, so that sessions end because the proxy stops and not because the pool did.
    if let Some(Dev { task, stop, .. }) = dev {
        stop.cancel();
        task.await.context("the development pool failed")?;
    }
    tracing::info!("stopped");
    Ok(())
}
