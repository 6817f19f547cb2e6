//! `stratum-proxy`: joins browsers to TCP pools and serves the page.

mod dev_node;

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use dev_node::DevNode;
use solo_pool::DevChain;
use stratum_proxy::{Config, ConfigError, Host, NodeEntry, NodeSource, Origin, PoolEntry};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
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
    /// The address to listen on, by default 127.0.0.1:8080; port 0 takes a free one. TLS is for a server in front of
    /// this one.
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
    let mut config = arguments.settings()?;
    let stop_pool = CancellationToken::new();
    let mut pool = None;
    if arguments.dev {
        let mut settings = solo_pool::Config::new(arguments.dev_difficulty).context("--dev-difficulty")?;
        settings.block_interval = Duration::from_secs(arguments.dev_block_seconds);
        // Every session comes from this process, so that the cap on sessions is the one that counts.
        settings.limits.connections = config.limits.sessions;
        settings.limits.connections_per_address = config.limits.sessions;
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("cannot start the development pool")?;
        config
            .pools
            .push(PoolEntry::new(DEV_NAME, &listener.local_addr()?.to_string())?);
        let chain = DevChain::new(settings.share_difficulty);
        let node = NodeSource::Chain(Arc::new(DevNode(chain.blocks())));
        config.nodes.push(NodeEntry::new(DEV_NAME, node)?);
        pool = Some(tokio::spawn(solo_pool::run_with(
            listener,
            settings,
            chain,
            stop_pool.clone().cancelled_owned(),
        )));
    }
    config.check()?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    writeln!(
        std::io::stdout(),
        "listening on http://{}",
        listener.local_addr()?
    )?;
    stratum_proxy::run(listener, config, async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
    .await?;
    // Only now, so that sessions end because the proxy stops and not because the pool did.
    stop_pool.cancel();
    if let Some(pool) = pool {
        pool.await.context("the development pool failed")?;
    }
    tracing::info!("stopped");
    Ok(())
}
