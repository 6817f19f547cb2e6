//! All clients together: open, measure, report.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, interval, sleep_until, timeout_at};

use crate::options::Options;
use crate::process::{Cores, Server, SettingsFile, proxy_beside};
use crate::report::{Latency, Report, rounded};
use crate::session::{AGENT, Counts, Door, Phase, SLOW_AGENT, Sender, Session};

/// Handshakes under way at a time: a listener's queue is short.
const OPENING: usize = 64;

/// For all sessions to open.
const OPENING_DEADLINE: Duration = Duration::from_secs(120);

/// For answers that are still on their way when the measurement ends.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

pub async fn run(options: Options) -> anyhow::Result<()> {
    let this = std::env::current_exe()?;
    let (proxy_cores, other_cores) = match options.pin {
        Some(core) => (Cores::Only(core), Cores::AllBut(core)),
        None => (Cores::Any, Cores::Any),
    };
    let sessions = (options.sessions + options.slow).to_string();
    let pool_arguments = [
        "--role",
        "pool",
        "--sessions",
        &sessions,
        "--job-seconds",
        &options.job_seconds.to_string(),
    ];
    let pool = Server::start(&this, &pool_arguments, other_cores)
        .await
        .context("the pool")?;
    let proxy = if options.direct {
        None
    } else {
        let program = options.proxy.clone().map_or_else(proxy_beside, Ok)?;
        let settings = SettingsFile::write(&options, &pool.authority)?;
        let arguments = ["--config", settings.path()?];
        Some(
            Server::start(&program, &arguments, proxy_cores)
                .await
                .context("the proxy")?,
        )
    };
    other_cores.enter()?;
    let door = Door {
        address: proxy.as_ref().unwrap_or(&pool).authority.parse()?,
        path: proxy.is_some().then_some("/pool/load"),
    };
    let report = LocalSet::new()
        .run_until(load(&options, &door, proxy.as_ref()))
        .await?;
    writeln!(io::stdout(), "{}", serde_json::to_string(&report)?)?;
    Ok(())
}

async fn load(options: &Options, door: &Door, proxy: Option<&Server>) -> anyhow::Result<Report> {
    let idle = proxy.map_or(Ok(0), Server::resident)?;
    let (set_phase, phase) = watch::channel(Phase::Opening);
    let counts = Rc::new(RefCell::new(Counts::default()));
    let mut living = JoinSet::new();
    let opened = Instant::now();
    for session in open_slow(options, door).await? {
        living.spawn_local(session.sit(phase.clone()));
    }
    open(options, door, &counts, &phase, &mut living).await?;
    eprintln!(
        "{} sessions open after {:.1} s",
        options.sessions + options.slow,
        opened.elapsed().as_secs_f64()
    );

    let from = Instant::now();
    let until = from + Duration::from_secs(options.seconds);
    let cpu = proxy.map_or(Ok(0.0), Server::cpu_seconds)?;
    set_phase.send_replace(Phase::Measuring { from, until });
    let mut largest = 0;
    let mut samples = interval(Duration::from_millis(500));
    while Instant::now() < until {
        samples.tick().await;
        largest = largest.max(proxy.map_or(Ok(0), Server::resident)?);
    }
    let cpu = proxy.map_or(Ok(0.0), Server::cpu_seconds)? - cpu;
    let measured = from.elapsed().as_secs_f64();
    let last = Instant::now() + LAST_ANSWERS;
    while !counts.borrow().is_complete() && Instant::now() < last {
        sleep_until(Instant::now() + Duration::from_millis(20)).await;
    }
    set_phase.send_replace(Phase::Over);
    while living.join_next().await.is_some() {}

    let counts = counts.take();
    let answered = counts.answered();
    let all = options.sessions + options.slow;
    if proxy.is_some() {
        eprintln!(
            "proxy: {:.1} MiB idle, {:.1} MiB at most, {:.0} % of a core; {} jobs",
            mebibytes(idle),
            mebibytes(largest),
            100.0 * cpu / measured,
            counts.newest_job
        );
    }
    Ok(Report {
        sessions: all,
        seconds: rounded(measured),
        bytes_per_session: largest.saturating_sub(idle) / u64::from(all),
        lines_per_second: rounded(answered as f64 / measured),
        dropped: (counts.sent - answered) + counts.jobs_missed() + counts.ended_early,
        latency_ms: Latency::of(counts.latencies),
    })
}

/// Opens the sessions, some at a time, and waits until each has its job; from then on they read.
async fn open(
    options: &Options,
    door: &Door,
    counts: &Rc<RefCell<Counts>>,
    phase: &watch::Receiver<Phase>,
    living: &mut JoinSet<()>,
) -> anyhow::Result<()> {
    let senders = options.senders.min(options.sessions);
    let seats = Rc::new(Semaphore::new(OPENING));
    let (told, mut opened) = mpsc::unbounded_channel();
    for index in 0..options.sessions {
        // Senders are spread over all sessions, which matters where some of those share a connection.
        let rank = |index: u32| u64::from(index) * u64::from(senders) / u64::from(options.sessions);
        let sender = (rank(index) != rank(index + 1)).then(|| Sender {
            line: options.line,
            every: Duration::from_secs_f64(1.0 / options.rate),
            offset: f64::from(index) / f64::from(options.sessions),
        });
        let (door, seats, told) = (door.clone(), seats.clone(), told.clone());
        let (counts, phase) = (counts.clone(), phase.clone());
        living.spawn_local(async move {
            let seat = seats.acquire().await;
            let ready = async {
                let mut session = Session::open(&door, index, AGENT).await?;
                session.settle().await?;
                io::Result::Ok(session)
            };
            let ready = ready.await;
            drop(seat);
            match ready {
                Ok(session) => {
                    let _ = told.send(Ok(()));
                    session.live(sender, counts, phase).await;
                }
                Err(error) => drop(told.send(Err(error))),
            }
        });
    }
    drop(told);
    let deadline = Instant::now() + OPENING_DEADLINE;
    for number in 1..=options.sessions {
        let session = timeout_at(deadline, opened.recv()).await;
        let of = format!("session {number} of {}", options.sessions);
        let session =
            session.with_context(|| format!("{of} was not open in {} s", OPENING_DEADLINE.as_secs()))?;
        session.with_context(|| of.clone())?.context(of)?;
    }
    Ok(())
}

async fn open_slow(options: &Options, door: &Door) -> anyhow::Result<Vec<Session>> {
    let mut sessions = Vec::new();
    for index in 0..options.slow {
        sessions.push(
            Session::open(door, index, SLOW_AGENT)
                .await
                .context("a slow session")?,
        );
    }
    Ok(sessions)
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
