//! One client: subscribes, authorizes, and sends lines at its pace.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::frame::{self, Frame};
use crate::options::Line;

pub const AGENT: &str = "load/1.0";
pub const SLOW_AGENT: &str = "slow/1.0";

thread_local! {
    /// Every socket of this thread is read through it; what is left over is the session's own.
    static CHUNK: RefCell<Vec<u8>> = RefCell::new(vec![0; 65_536]);
}

/// Waits for bytes and appends them; the end of the stream is an error.
pub async fn read_some(socket: &TcpStream, held: &mut Vec<u8>) -> io::Result<()> {
    loop {
        socket.readable().await?;
        let read = CHUNK.with_borrow_mut(|chunk| {
            let count = socket.try_read(chunk)?;
            held.extend_from_slice(&chunk[..count]);
            Ok(count)
        });
        match read {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => return Ok(()),
            Err(error) if io::Error::kind(&error) == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

pub async fn write_all(socket: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match socket.try_write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => socket.writable().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What the sessions counted together.
#[derive(Debug, Default)]
pub struct Counts {
    pub latencies: Vec<Duration>,
    pub sent: u64,
    pub ended_early: u64,
    /// Jobs are numbered; a number that a session did not see is one that did not come.
    pub newest_job: u64,
    jobs_skipped: u64,
    /// The newest job of each session that runs or has run to the end.
    at_job: Vec<u64>,
}

impl Counts {
    pub fn answered(&self) -> u64 {
        self.latencies.len() as u64
    }

    pub fn jobs_missed(&self) -> u64 {
        let behind = self.at_job.iter().map(|job| self.newest_job - job);
        self.jobs_skipped + behind.sum::<u64>()
    }

    /// True where nothing is on its way.
    pub fn is_complete(&self) -> bool {
        self.answered() == self.sent && self.jobs_missed() == self.jobs_skipped
    }

    fn saw(&mut self, session: usize, job: u64) {
        self.jobs_skipped += job.saturating_sub(self.at_job[session] + 1);
        self.at_job[session] = job;
        self.newest_job = self.newest_job.max(job);
    }
}

/// How far the whole load has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Opening,
    /// Senders send until then.
    Measuring {
        from: Instant,
        until: Instant,
    },
    Over,
}

/// Where and how a session connects.
#[derive(Debug, Clone)]
pub struct Door {
    pub address: SocketAddr,
    /// The path of the WebSocket; none for a line straight to the pool.
    pub path: Option<&'static str>,
}

/// A session that has its first job.
pub struct Session {
    socket: TcpStream,
    is_framed: bool,
    held: Vec<u8>,
    /// Hex digits that the pool's part of the nonce leaves.
    own_digits: usize,
    job_id: String,
}

impl Session {
    /// Opens a session, 512 of them from each of many loopback addresses.
    pub async fn open(door: &Door, index: u32, agent: &str) -> io::Result<Session> {
        let socket = TcpSocket::new_v4()?;
        // Ports of an earlier load rest for a minute, and looking for free ones among thousands takes long.
        let [_, _, high, low] = std::process::id().to_be_bytes();
        let [.., host] = (1 + index / 512).to_be_bytes();
        socket.bind(SocketAddr::from(([127, high, low, host], 0)))?;
        if agent == SLOW_AGENT {
            socket.set_recv_buffer_size(4_096)?;
        }
        let socket = socket.connect(door.address).await?;
        socket.set_nodelay(true)?;
        let mut session = Session {
            socket,
            is_framed: door.path.is_some(),
            held: Vec::new(),
            own_digits: 0,
            job_id: String::new(),
        };
        if let Some(path) = door.path {
            session.upgrade(&door.address.to_string(), path).await?;
        }
        session
            .send(&format!(
                r#"{{"id":1,"method":"mining.subscribe","params":["{agent}","AionStratum/1.0.0"]}}"#
            ))
            .await?;
        let reply = session.line_with("\"id\":1,").await?;
        let extra_nonce1 = reply
            .split_once("[null,\"")
            .map_or("", |(_, rest)| rest.split('"').next().unwrap_or(""));
        session.own_digits = 64_usize.saturating_sub(extra_nonce1.len());
        if agent != SLOW_AGENT {
            session
                .send(r#"{"id":2,"method":"mining.authorize","params":["0xa0","x"]}"#)
                .await?;
        }
        Ok(session)
    }

    async fn upgrade(&mut self, authority: &str, path: &str) -> io::Result<()> {
        write_all(&self.socket, frame::opening(authority, path).as_bytes()).await?;
        loop {
            read_some(&self.socket, &mut self.held).await?;
            if let Some(end) = self.held.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                if !self.held.starts_with(b"HTTP/1.1 101") {
                    let head = String::from_utf8_lossy(&self.held[..end]).into_owned();
                    return Err(io::Error::other(head));
                }
                self.held.drain(..end + 4);
                return Ok(());
            }
        }
    }

    async fn send(&self, line: &str) -> io::Result<()> {
        if self.is_framed {
            write_all(&self.socket, &frame::text(line.as_bytes())).await
        } else {
            write_all(&self.socket, format!("{line}\n").as_bytes()).await
        }
    }

    /// The next line that is whole, pings answered; `None` until more bytes come.
    async fn next_line(&mut self) -> io::Result<Option<String>> {
        if !self.is_framed {
            let end = self.held.iter().position(|&byte| byte == b'\n');
            return Ok(end.map(|end| {
                let line = String::from_utf8_lossy(&self.held[..end]).into_owned();
                self.held.drain(..=end);
                line
            }));
        }
        loop {
            let Some((found, length)) = frame::parse(&self.held) else {
                return Ok(None);
            };
            let mut pong = None;
            let line = match found {
                Frame::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
                Frame::Ping(payload) => {
                    pong = Some(frame::pong(payload));
                    None
                }
                Frame::Close(payload) => {
                    let words = String::from_utf8_lossy(payload.get(2..).unwrap_or_default()).into_owned();
                    return Err(io::Error::other(words));
                }
                Frame::Other => None,
            };
            self.held.drain(..length);
            if let Some(pong) = pong {
                write_all(&self.socket, &pong).await?;
            }
            if line.is_some() {
                return Ok(line);
            }
        }
    }

    async fn line_with(&mut self, part: &str) -> io::Result<String> {
        loop {
            while let Some(line) = self.next_line().await? {
                self.note_job(&line);
                if line.contains(part) {
                    return Ok(line);
                }
            }
            read_some(&self.socket, &mut self.held).await?;
        }
    }

    fn note_job(&mut self, line: &str) -> bool {
        let is_job = line.contains("mining.notify\",");
        if is_job && let Some((_, rest)) = line.split_once("\"params\":[\"") {
            self.job_id = rest.split('"').next().unwrap_or_default().to_owned();
        }
        is_job
    }

    fn job(&self) -> u64 {
        u64::from_str_radix(&self.job_id, 16).unwrap_or_default()
    }

    /// Waits for the answer to authorize and for a job.
    pub async fn settle(&mut self) -> io::Result<()> {
        self.line_with("\"id\":2,").await?;
        while self.job_id.is_empty() {
            self.line_with("mining.notify\",").await?;
        }
        Ok(())
    }

    /// Reads, and sends where it is told to, until the load is over.
    pub async fn live(
        mut self,
        sender: Option<Sender>,
        counts: Rc<RefCell<Counts>>,
        mut phase: watch::Receiver<Phase>,
    ) {
        if self.talk(sender, &counts, &mut phase).await.is_err() && *phase.borrow() != Phase::Over {
            counts.borrow_mut().ended_early += 1;
        }
    }

    async fn talk(
        &mut self,
        sender: Option<Sender>,
        counts: &RefCell<Counts>,
        phase: &mut watch::Receiver<Phase>,
    ) -> io::Result<()> {
        let session = {
            let mut counts = counts.borrow_mut();
            counts.newest_job = counts.newest_job.max(self.job());
            counts.at_job.push(self.job());
            counts.at_job.len() - 1
        };
        let mut waiting: Vec<(u64, Instant)> = Vec::new();
        let mut next = None;
        let mut number = 100;
        loop {
            let now = *phase.borrow();
            match now {
                Phase::Over => return Ok(()),
                Phase::Measuring { from, .. } if next.is_none() => {
                    next = sender.map(|sender| from + sender.every.mul_f64(sender.offset));
                }
                _ => {}
            }
            let due = match (now, next) {
                (Phase::Measuring { until, .. }, Some(next)) if next < until => Some(next),
                _ => None,
            };
            tokio::select! {
                changed = phase.changed() => changed.map_err(io::Error::other)?,
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    let Some(sender) = sender else { continue };
                    if let Phase::Measuring { until, .. } = now && Instant::now() >= until {
                        // Too late to be counted by those who count the answers.
                        next = Some(until);
                        continue;
                    }
                    number += 1;
                    waiting.push((number, Instant::now()));
                    counts.borrow_mut().sent += 1;
                    let line = sender.line(number, &self.job_id, self.own_digits);
                    self.send(&line).await?;
                    next = next.map(|next| next + sender.every);
                }
                read = read_some(&self.socket, &mut self.held) => {
                    read?;
                    let arrived = Instant::now();
                    while let Some(line) = self.next_line().await? {
                        if self.note_job(&line) {
                            counts.borrow_mut().saw(session, self.job());
                        } else if let Some(id) = reply_id(&line)
                            && let Some(at) = waiting.iter().position(|&(waiting, _)| waiting == id)
                        {
                            let (_, sent) = waiting.swap_remove(at);
                            counts.borrow_mut().latencies.push(arrived - sent);
                        }
                    }
                }
            }
        }
    }

    /// Keeps the socket open and reads nothing.
    pub async fn sit(self, mut phase: watch::Receiver<Phase>) {
        while *phase.borrow() != Phase::Over && phase.changed().await.is_ok() {}
    }
}

/// How a session sends.
#[derive(Debug, Clone, Copy)]
pub struct Sender {
    pub line: Line,
    pub every: Duration,
    /// Where in its interval the first line falls, 0 to 1: senders are spread over it.
    pub offset: f64,
}

impl Sender {
    fn line(&self, id: u64, job_id: &str, own_digits: usize) -> String {
        match self.line {
            Line::Short => format!(r#"{{"id":{id},"method":"mining.extranonce.subscribe","params":[]}}"#),
            Line::Submit => {
                let (extra_nonce2, solution) = ("0".repeat(own_digits), "0".repeat(2_816));
                format!(
                    r#"{{"id":{id},"method":"mining.submit","params":["0xa0","{job_id}","000000005acfd2a0","{extra_nonce2}","fd8005{solution}"]}}"#
                )
            }
        }
    }
}

/// The id of a reply, wherever in the object it stands.
fn reply_id(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once("\"id\":")?;
    rest.split([',', '}']).next()?.parse().ok()
}
