//! The processes beside this one, and what the system says of them.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::options::Options;

/// Lets this process, and those it starts, have that many file descriptors.
pub fn raise_descriptor_limit(needed: u64) -> anyhow::Result<()> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    if maximum.is_some_and(|maximum| maximum < needed) {
        bail!(
            "{needed} file descriptors are needed, and the hard limit is {}",
            maximum.unwrap_or_default()
        );
    }
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, raised).context("cannot raise the limit of file descriptors")
}

/// A server that told its address on standard output.
pub struct Server {
    child: Child,
    /// `HOST:PORT`
    pub authority: String,
}

impl Server {
    /// Starts the program on one core, or on all but one, or on any; waits for its `listening on …`.
    pub async fn start(program: &Path, arguments: &[&str], cores: Cores) -> anyhow::Result<Server> {
        // A process begins where the thread was that started it, and so do all of its threads.
        let before = cores.enter()?;
        let child = Command::new(program)
            .args(arguments)
            .env(
                "RUST_LOG",
                std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".into()),
            )
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        sched_setaffinity(None, &before)?;
        let mut child = child.with_context(|| format!("cannot start {}", program.display()))?;
        let mut line = String::new();
        let output = child.stdout.take().context("no standard output")?;
        BufReader::new(output).read_line(&mut line).await?;
        let Some((_, authority)) = line.trim_end().rsplit_once("//") else {
            bail!("{} did not start: {line:?}", program.display());
        };
        Ok(Server {
            child,
            authority: authority.to_owned(),
        })
    }

    /// Resident memory in bytes.
    pub fn resident(&self) -> anyhow::Result<u64> {
        let id = self.child.id().context("the server has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next());
        let kilobytes: u64 = kilobytes.context("no VmRSS")?.parse()?;
        Ok(kilobytes * 1_024)
    }

    /// Seconds of CPU that it has taken, its own and the system's for it.
    pub fn cpu_seconds(&self) -> anyhow::Result<f64> {
        let id = self.child.id().context("the server has ended")?;
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
        // Behind the name, which may hold blanks: user and system time are fields 14 and 15.
        let (_, rest) = stat.rsplit_once(')').context("no name in stat")?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
        let ticks = ticks(11).zip(ticks(12)).context("no times in stat")?;
        Ok((ticks.0 + ticks.1) / rustix::param::clock_ticks_per_second() as f64)
    }
}

/// Where a process may run.
#[derive(Debug, Clone, Copy)]
pub enum Cores {
    Any,
    Only(usize),
    AllBut(usize),
}

impl Cores {
    /// Moves this thread there; gives where it may run now.
    pub fn enter(self) -> anyhow::Result<CpuSet> {
        let before = sched_getaffinity(None)?;
        let mut set = before;
        match self {
            Cores::Any => {}
            Cores::Only(core) => {
                if !before.is_set(core) {
                    bail!("this process may not run on core {core}");
                }
                set.clear();
                set.set(core);
            }
            Cores::AllBut(core) if before.count() > 1 => set.unset(core),
            Cores::AllBut(_) => {}
        }
        sched_setaffinity(None, &set)?;
        Ok(before)
    }
}

/// The proxy that was built beside this example.
pub fn proxy_beside() -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let folder = this.parent().and_then(Path::parent).context("no folder above")?;
    let proxy = folder.join("stratum-proxy");
    if !proxy.is_file() {
        bail!(
            "no {}: build it with `cargo build --release -p stratum-proxy`, or name it with --proxy",
            proxy.display()
        );
    }
    Ok(proxy)
}

/// The proxy's settings, in a file that goes when this is dropped.
pub struct SettingsFile(PathBuf);

impl SettingsFile {
    /// One pool, and no cap that a load from this machine alone would reach.
    pub fn write(options: &Options, pool: &str) -> anyhow::Result<Self> {
        let text = format!(
            r#"
            listen = "127.0.0.1:0"
            [[pool]]
            name = "load"
            addresses = ["{pool}"]
            share_connections = {share}
            verify_shares = false
            [limits]
            sessions = {sessions}
            sessions_per_client = {sessions}
            connections = 1024
            connections_per_client = 1024
            messages_per_second = 100000
            lines_per_second = 1000000
            line_burst = 1000000
            "#,
            share = options.share,
            sessions = options.sessions + options.slow,
        );
        let path = std::env::temp_dir().join(format!("stratum-proxy-load-{}.toml", std::process::id()));
        let file = SettingsFile(path);
        std::fs::write(&file.0, text).with_context(|| format!("cannot write {}", file.0.display()))?;
        Ok(file)
    }

    pub fn path(&self) -> anyhow::Result<&str> {
        self.0
            .to_str()
            .context("a folder for temporary files whose name is not UTF-8")
    }
}

impl Drop for SettingsFile {
    fn drop(&mut self) {
        // What cannot be removed now is in nobody's way.
        let _ = std::fs::remove_file(&self.0);
    }
}
