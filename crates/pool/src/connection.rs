//! One client, from its first byte to its last.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde::Serialize;
use serde_json::{Value, json};
use stratum::line::to_line;
use stratum::{
    ErrorCode, ErrorForm, LineBuffer, LineError, LineLimit, ParseError, RawCall, Reply, ReplyError,
    Subscribed, protocol,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::{Rejection, board::Board, job::Job, share};

/// One read takes more than the limit of a client's buffer, so that a flood shows in one read, as it does to the
/// network's own pool.
const READ_BYTES: usize = protocol::CLIENT_BUFFER_LIMIT + 1;

/// Why a connection ended.
#[derive(Debug)]
pub(crate) enum End {
    HungUp,
    Failed(std::io::Error),
    Line(LineError),
    NotJson(ParseError),
    NoHandshake,
    Idle,
    WriteDeadline,
    Shutdown,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::HungUp => write!(f, "the client hung up"),
            End::Failed(error) => write!(f, "the socket failed: {error}"),
            End::Line(error) => write!(f, "{error}"),
            End::NotJson(error) => write!(f, "{error}"),
            End::NoHandshake => write!(f, "not subscribed and authorized in time"),
            End::Idle => write!(f, "no submit for too long"),
            End::WriteDeadline => write!(f, "the client did not read in time"),
            End::Shutdown => write!(f, "the pool is stopping"),
        }
    }
}

/// What is known of a client.
pub(crate) struct Connection {
    number: u64,
    board: Arc<Board>,
    next_extra_nonce1: Arc<AtomicU64>,
    stopping: CancellationToken,
    jobs: watch::Receiver<Arc<Job>>,
    extra_nonce1: Option<[u8; 8]>,
    authorized: bool,
    /// When the client connected, or last submitted.
    active: Instant,
}

impl Connection {
    pub(crate) fn new(
        number: u64,
        board: Arc<Board>,
        next_extra_nonce1: Arc<AtomicU64>,
        stopping: CancellationToken,
    ) -> Self {
        let jobs = board.jobs();
        let active = Instant::now();
        Connection {
            number,
            board,
            next_extra_nonce1,
            stopping,
            jobs,
            extra_nonce1: None,
            authorized: false,
            active,
        }
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Talks to the client until one of the two has enough.
    pub(crate) async fn serve(mut self, mut socket: TcpStream) -> End {
        match self.talk(&mut socket).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn talk(&mut self, socket: &mut TcpStream) -> Result<std::convert::Infallible, End> {
        let mut lines = LineBuffer::new(LineLimit::Buffered(protocol::CLIENT_BUFFER_LIMIT));
        let mut chunk = vec![0; READ_BYTES];
        loop {
            let mut answer = String::new();
            let (deadline, too_late) = self.deadline();
            tokio::select! {
                () = self.stopping.cancelled() => return Err(End::Shutdown),
                () = sleep_until(deadline) => return Err(too_late),
                changed = self.jobs.changed(), if self.extra_nonce1.is_some() => {
                    changed.map_err(|_| End::Shutdown)?;
                    self.send_job(&mut answer);
                }
                read = socket.read(&mut chunk) => {
                    let count = read.map_err(End::Failed)?;
                    if count == 0 {
                        return Err(End::HungUp);
                    }
                    lines.push(&chunk[..count]).map_err(End::Line)?;
                    while let Some(line) = lines.next_line().map_err(End::Line)? {
                        self.hear(&line, &mut answer)?;
                    }
                }
            }
            let write = socket.write_all(answer.as_bytes());
            tokio::select! {
                () = self.stopping.cancelled() => return Err(End::Shutdown),
                written = timeout(self.board.config().limits.write, write) => {
                    written.map_err(|_| End::WriteDeadline)?.map_err(End::Failed)?;
                }
            }
        }
    }

    fn deadline(&self) -> (Instant, End) {
        let limits = &self.board.config().limits;
        if self.authorized && self.extra_nonce1.is_some() {
            (self.active + limits.idle, End::Idle)
        } else {
            (self.active + limits.handshake, End::NoHandshake)
        }
    }

    /// Unknown methods, arrays and `null` get silence; what is not JSON at all ends the connection.
    fn hear(&mut self, line: &str, answer: &mut String) -> Result<(), End> {
        let call = match RawCall::parse(line) {
            Ok(call) => call,
            Err(error @ ParseError::Json { .. }) => return Err(End::NotJson(error)),
            Err(_) => return Ok(()),
        };
        match call.method.as_str() {
            "mining.subscribe" => self.subscribe(call, answer),
            "mining.authorize" => {
                let granted = call.text_param(0).is_some_and(is_worker);
                self.authorized |= granted;
                add(answer, &Reply::success(call.id, granted));
            }
            "mining.submit" => self.submit(call, answer),
            "mining.extranonce.subscribe" => {
                let error = ReplyError {
                    code: ErrorCode::Other,
                    message: "Not supported.".to_owned(),
                    form: ErrorForm::Triple,
                };
                add(
                    answer,
                    &Reply {
                        id: call.id,
                        result: Some(json!(false)),
                        error: Some(error),
                    },
                );
            }
            _ => {}
        }
        Ok(())
    }

    /// Anything subscribes, a second time too, unless it asks for a version that is not spoken here.
    fn subscribe(&mut self, call: RawCall, answer: &mut String) {
        if let Some(version) = call.param(1).filter(|version| !version.is_null())
            && !version.as_str().is_some_and(protocol::is_supported_version)
        {
            let shown: String = match version {
                Value::String(text) => text.chars().take(32).collect(),
                _ => "not a string".to_owned(),
            };
            let text = format!("unsupported protocol version ({shown}), AionStratum/1.x is spoken here");
            add(answer, &Reply::refusal(call.id, ErrorCode::Other, text));
            return;
        }
        let extra_nonce1 = self.next_extra_nonce1.fetch_add(1, Relaxed).to_be_bytes();
        self.extra_nonce1 = Some(extra_nonce1);
        let subscribed = Subscribed {
            connection: None,
            extra_nonce1: extra_nonce1.to_vec(),
        };
        add(answer, &Reply::success(call.id, subscribed.to_result()));
        self.send_job(answer);
    }

    fn submit(&mut self, call: RawCall, answer: &mut String) {
        self.active = Instant::now();
        let verdict = match self.extra_nonce1 {
            _ if !self.authorized => Err(Rejection::Unauthorized),
            None => Err(Rejection::NotSubscribed),
            Some(extra_nonce1) => share::judge(&self.board, &extra_nonce1, &call),
        };
        let stats = &self.board.config().stats;
        let reply = match verdict {
            Ok(()) => {
                stats.count_accepted();
                tracing::info!(connection = self.number, "share accepted");
                Reply::success(call.id, true)
            }
            Err(rejection) => {
                stats.count_rejected();
                tracing::info!(
                    connection = self.number,
                    reason = rejection.code_and_text().1,
                    "share rejected"
                );
                rejection.reply(call.id)
            }
        };
        add(answer, &reply);
    }

    fn send_job(&mut self, answer: &mut String) {
        let job = self.jobs.borrow_and_update().clone();
        add(answer, &job.notification());
    }
}

fn add<M: Serialize>(answer: &mut String, message: &M) {
    answer.push_str(&to_line(message));
}

/// An address, `0xa0` and 62 hex digits, with an optional `.rig` behind it.
fn is_worker(worker: &str) -> bool {
    let address = worker.split_once('.').map_or(worker, |(address, _)| address);
    address.len() == 66
        && address
            .strip_prefix("0xa0")
            .is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}
