//! The command line.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, ValueEnum, value_parser};
use solo_pool::{Bans, Config, Dialect, Kernel, KernelAddress, Vardiff};

use aion_pow::target::Difficulty;

/// A stratum server for one's own kernel. Without --kernel it serves a built-in development chain: no kernel, no coins.
///
/// The kernel pays the reward of a block to its own coinbase; a worker's address names who mined, and pays nobody.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3333")]
    pub(crate) listen: SocketAddr,
    /// What is spoken: as the network's own pool does, or as the C# pools that most public ones ran.
    #[arg(long, value_enum, default_value_t = Spoken::Solo)]
    dialect: Spoken,
    /// The address of a page that shows what the pool does, and of /status.json; port 0 takes a free one. Whoever
    /// reaches it can read it: it names no whole wallet address.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) status: Option<SocketAddr>,

    /// The JSON-RPC of a kernel whose coinbase is set and that is in sync. Plain http: one far away needs a forwarder on
    /// this machine.
    #[arg(long, value_name = "http://HOST:PORT", help_heading = "Kernel")]
    kernel: Option<KernelAddress>,
    /// The milliseconds between two polls for a template.
    #[arg(long, value_name = "N", requires = "kernel", default_value_t = 500, value_parser = value_parser!(u64).range(100..=10_000), help_heading = "Kernel")]
    poll_ms: u64,
    /// The seconds for which jobs are still handed out when the kernel gives no answer. Clients stay connected after
    /// that, and get a job when it answers again.
    #[arg(long, value_name = "N", requires = "kernel", default_value_t = 60, value_parser = value_parser!(u64).range(1..=3_600), help_heading = "Kernel")]
    job_lifetime: u64,
    /// The seconds for which a found block is looked for on the kernel's chain before it counts as unconfirmed.
    #[arg(long, value_name = "N", requires = "kernel", default_value_t = 30, value_parser = value_parser!(u64).range(1..=600), help_heading = "Kernel")]
    confirm_seconds: u64,
    /// A new block comes after this many seconds at the latest.
    #[arg(long, value_name = "N", conflicts_with = "kernel", default_value_t = 60, value_parser = value_parser!(u64).range(1..=86_400), help_heading = "Development chain")]
    block_seconds: u64,

    /// The difficulty of a share, at least 1; with --vardiff, of the first shares. On the development chain a block takes
    /// 16, or as much as a share.
    #[arg(long, value_name = "D", default_value_t = Config::DEFAULT_SHARE_DIFFICULTY, value_parser = value_parser!(u64).range(1..), help_heading = "Shares")]
    difficulty: u64,
    /// Let each connection's share difficulty follow its hash rate, from one job to the next. In the MiningCore dialect
    /// the password d=N fixes it.
    #[arg(long, help_heading = "Shares")]
    vardiff: bool,
    /// The seconds between two shares of a connection that are aimed at.
    #[arg(long, value_name = "N", requires = "vardiff", default_value_t = 10, value_parser = value_parser!(u64).range(1..=3_600), help_heading = "Shares")]
    vardiff_share: u64,
    /// The seconds after which a difficulty is looked at again, unless shares come much too fast.
    #[arg(long, value_name = "N", requires = "vardiff", default_value_t = 120, value_parser = value_parser!(u64).range(1..=86_400), help_heading = "Shares")]
    vardiff_window: u64,
    /// The least difficulty that --vardiff, or a password, may set. Without this 4, or
    /// --difficulty where that is less.
    #[arg(long, value_name = "D", requires = "vardiff", value_parser = value_parser!(u64).range(1..), help_heading = "Shares")]
    vardiff_min: Option<u64>,
    /// The greatest difficulty that --vardiff may set.
    #[arg(long, value_name = "D", requires = "vardiff", default_value_t = 1 << 40, value_parser = value_parser!(u64).range(1..), help_heading = "Shares")]
    vardiff_max: u64,

    /// The most connections at a time; in the MiningCore dialect at most 65536.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = value_parser!(u32).range(1..), help_heading = "Clients")]
    max_connections: u32,
    /// The most connections from one address; IPv6 addresses count by their /64.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = value_parser!(u32).range(1..), help_heading = "Clients")]
    max_per_address: u32,
    /// The seconds without a submit after which a connection is closed, unless there is no job.
    #[arg(long, value_name = "N", default_value_t = 600, value_parser = value_parser!(u64).range(1..), help_heading = "Clients")]
    idle_seconds: u64,
    /// Ban nobody.
    #[arg(long, help_heading = "Bans")]
    no_bans: bool,
    /// An address is banned where this many of a hundred submits are invalid. Stale shares count neither way.
    #[arg(long, value_name = "N", conflicts_with = "no_bans", default_value_t = 50, value_parser = value_parser!(u32).range(1..=100), help_heading = "Bans")]
    ban_percent: u32,
    /// The submits of an address after which it is judged, each time anew.
    #[arg(long, value_name = "N", conflicts_with = "no_bans", default_value_t = 500, value_parser = value_parser!(u32).range(1..), help_heading = "Bans")]
    ban_submits: u32,
    /// How many seconds a ban lasts.
    #[arg(long, value_name = "N", conflicts_with = "no_bans", default_value_t = 300, value_parser = value_parser!(u64).range(1..), help_heading = "Bans")]
    ban_seconds: u64,
    /// How many seconds an address is banned for lines that are no stratum or too long, as MiningCore does for 1800.
    /// Without this it is not.
    #[arg(long, value_name = "N", conflicts_with = "no_bans", value_parser = value_parser!(u64).range(1..), help_heading = "Bans")]
    ban_junk_seconds: Option<u64>,
    /// An address that is never banned, such as a proxy's, whose sessions share it; may be given more than once.
    #[arg(long, value_name = "IP", conflicts_with = "no_bans", help_heading = "Bans")]
    never_ban: Vec<IpAddr>,
    /// Ban loopback too, which is where a proxy on this machine comes from.
    #[arg(long, conflicts_with = "no_bans", help_heading = "Bans")]
    ban_loopback: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Spoken {
    Solo,
    #[value(name = "miningcore")]
    MiningCore,
}

impl Arguments {
    pub(crate) fn kernel(&self) -> Option<Kernel> {
        let kernel = Kernel::at(self.kernel.clone()?);
        Some(Kernel {
            poll: Duration::from_millis(self.poll_ms),
            job_lifetime: Duration::from_secs(self.job_lifetime),
            confirm_for: Duration::from_secs(self.confirm_seconds),
            ..kernel
        })
    }

    pub(crate) fn config(&self) -> anyhow::Result<Config> {
        let mut config = Config::new(self.difficulty).context("--difficulty")?;
        config.dialect = match self.dialect {
            Spoken::Solo => Dialect::Solo,
            Spoken::MiningCore => Dialect::MiningCore,
        };
        config.block_interval = Duration::from_secs(self.block_seconds);
        if config.dialect == Dialect::MiningCore && self.max_connections > 1 << 16 {
            anyhow::bail!(
                "--max-connections {} is more than the 65536 that --dialect miningcore tells apart",
                self.max_connections
            );
        }
        config.limits.connections = self.max_connections as usize;
        config.limits.connections_per_address = self.max_per_address as usize;
        config.limits.idle = Duration::from_secs(self.idle_seconds);
        config.bans = (!self.no_bans).then(|| Bans {
            submits: self.ban_submits,
            percent: self.ban_percent,
            duration: Duration::from_secs(self.ban_seconds),
            junk: self.ban_junk_seconds.map(Duration::from_secs),
            loopback: self.ban_loopback,
            never: self.never_ban.clone(),
        });
        config.vardiff = match self.vardiff {
            true => Some(self.vardiff()?),
            false => None,
        };
        Ok(config)
    }

    fn vardiff(&self) -> anyhow::Result<Vardiff> {
        let least = self
            .vardiff_min
            .unwrap_or(self.difficulty.min(Config::DEFAULT_SHARE_DIFFICULTY));
        if !(least..=self.vardiff_max).contains(&self.difficulty) {
            anyhow::bail!(
                "--difficulty {} is not within --vardiff-min {least} and --vardiff-max {}",
                self.difficulty,
                self.vardiff_max
            );
        }
        if self.vardiff_window < self.vardiff_share {
            anyhow::bail!(
                "--vardiff-window {} is shorter than --vardiff-share {}",
                self.vardiff_window,
                self.vardiff_share
            );
        }
        let difficulty = |value: u64| Difficulty::new(value.into());
        Ok(Vardiff {
            share_time: Duration::from_secs(self.vardiff_share),
            window: Duration::from_secs(self.vardiff_window),
            least: difficulty(least).context("--vardiff-min")?,
            most: difficulty(self.vardiff_max).context("--vardiff-max")?,
        })
    }
}
