//! The pool: it says what a solo pool says, and grants all.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, interval_at};

use crate::session::{SLOW_AGENT, read_some, write_all};

/// Serves until its standard input ends or it is killed.
pub async fn run(job_interval: Duration) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(io::stdout(), "listening on tcp://{}", listener.local_addr()?)?;
    let (new_job, job) = watch::channel(1_u64);
    tokio::spawn(async move {
        let mut ticks = interval_at(Instant::now() + job_interval, job_interval);
        loop {
            ticks.tick().await;
            new_job.send_modify(|number| *number += 1);
        }
    });
    for number in 1.. {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let job = job.clone();
        tokio::spawn(async move {
            // An error is the peer's leaving.
            let _ = serve(socket, number, job).await;
        });
    }
    Ok(())
}

fn notify(job: u64) -> String {
    let (target, header_hash) = ("f".repeat(64), format!("{job:064x}"));
    format!(
        "{{\"id\":null,\"method\":\"mining.notify\",\"params\":[\"{job:x}\",true,\"{target}\",\"{header_hash}\"]}}\n"
    )
}

async fn serve(socket: TcpStream, number: u64, mut job: watch::Receiver<u64>) -> io::Result<()> {
    let mut held = Vec::new();
    let mut subscribed = false;
    loop {
        let mut answer = String::new();
        tokio::select! {
            changed = job.changed(), if subscribed => {
                if changed.is_err() {
                    return Ok(());
                }
                answer += &notify(*job.borrow_and_update());
            }
            read = read_some(&socket, &mut held) => read?,
        }
        while let Some(end) = held.iter().position(|&byte| byte == b'\n') {
            let line = String::from_utf8_lossy(&held[..end]).into_owned();
            held.drain(..=end);
            let id = line.split([':', ',']).nth(1).unwrap_or("null");
            if line.contains("mining.subscribe") {
                subscribed = true;
                let _ = writeln!(
                    answer,
                    "{{\"id\":{id},\"result\":[null,\"{number:016x}\"],\"error\":null}}"
                );
                answer += &notify(*job.borrow_and_update());
                if line.contains(SLOW_AGENT) {
                    write_all(&socket, answer.as_bytes()).await?;
                    flood(&socket).await?;
                }
            } else {
                let _ = writeln!(answer, "{{\"id\":{id},\"result\":true,\"error\":null}}");
            }
        }
        if held.is_empty() {
            // Thousands of connections: what one of them needed once is given back.
            held = Vec::new();
        }
        write_all(&socket, answer.as_bytes()).await?;
    }
}

/// More than any buffer on the way holds, as fast as it is taken.
async fn flood(socket: &TcpStream) -> io::Result<()> {
    let lines = notify(0).repeat(64);
    loop {
        write_all(socket, lines.as_bytes()).await?;
        tokio::task::yield_now().await;
    }
}
