//! What is asked of the load.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// Loads a real proxy with sessions on this machine and prints one line of JSON.
#[derive(Debug, Clone, Parser)]
pub struct Options {
    /// Sessions to open.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub sessions: u32,
    /// How many of them send lines.
    #[arg(long, default_value_t = 2_000)]
    pub senders: u32,
    /// Lines a second that each of those sends.
    #[arg(long, default_value_t = 1.0)]
    pub rate: f64,
    /// Seconds to measure, once all sessions are open.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// Seconds between two jobs, which go to every session.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub job_seconds: u64,
    /// Sessions beside those that ask the pool for more and more and never read it.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=1_000))]
    pub slow: u32,
    /// What is sent: a submit of 3,007 bytes, or a call of 66.
    #[arg(long, value_enum, default_value_t = Line::Submit)]
    pub line: Line,
    /// Pin the proxy to this core, and everything else to the others.
    #[arg(long, value_name = "CORE")]
    pub pin: Option<usize>,
    /// Let the sessions share connections to the pool.
    #[arg(long)]
    pub share: bool,
    /// Straight to the pool, without a proxy: what clients and pool take by themselves. No memory is measured.
    #[arg(long, conflicts_with_all = ["share", "pin"])]
    pub direct: bool,
    /// The proxy's program; by default the one that was built beside this.
    #[arg(long, value_name = "FILE")]
    pub proxy: Option<PathBuf>,
    /// What this process is; the load starts the others itself.
    #[arg(long, hide = true)]
    pub role: Option<Role>,
}

/// What a sender sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Line {
    /// `mining.submit`, as long as a real one.
    Submit,
    /// `mining.extranonce.subscribe`.
    Short,
}

/// The part that a process plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// The pool.
    Pool,
}

impl Options {
    pub fn job_interval(&self) -> Duration {
        Duration::from_secs(self.job_seconds)
    }

    /// File descriptors that this process needs: a socket a session, and some for the rest.
    pub fn descriptors(&self) -> u64 {
        u64::from(self.sessions + self.slow) + 64
    }
}
