//! What one client has said, and what it is told.

use std::net::IpAddr;
use std::sync::Arc;

use aion_pow::target::Difficulty;
use serde_json::{Value, json};
use stratum::{
    Dialect, ErrorCode, ErrorForm, Id, Notification, Notify, ParseError, RawCall, Reply, ReplyError,
    ShareDifficulty, Subscribed, protocol,
};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::ban::Weight;
use crate::board::{Found, OPEN_JOBS};
use crate::connection::End;
use crate::extra_nonce::ExtraNonce1;
use crate::job::Job;
use crate::roster::Membership;
use crate::server::Service;
use crate::vardiff::Follower;
use crate::worker::{Worker, password_difficulty};
use crate::{Rejection, Template, share};

/// One client's state; what it is to be told goes to a string of lines.
pub(crate) struct Session {
    number: u64,
    address: IpAddr,
    service: Arc<Service>,
    pub(crate) jobs: watch::Receiver<Option<Arc<Job>>>,
    extra_nonce1: Option<ExtraNonce1>,
    worker: Option<Membership>,
    pace: Pace,
    /// The difficulties that the newest jobs were handed out with, the newest last.
    handed: Vec<(u64, Difficulty)>,
    last: Option<Handed>,
    /// When the client connected, or last submitted.
    pub(crate) active: Instant,
}

/// How a connection's difficulty comes about.
enum Pace {
    Fixed(Difficulty),
    Following(Follower),
}

/// The last job that was handed out.
struct Handed {
    template: Template,
    job: u64,
    difficulty: Difficulty,
}

impl Session {
    pub(crate) fn new(number: u64, address: IpAddr, service: Arc<Service>) -> Self {
        let config = service.board.config();
        let active = Instant::now();
        let pace = match &config.vardiff {
            Some(rules) => Pace::Following(Follower::new(rules.clone(), config.share_difficulty, active)),
            None => Pace::Fixed(config.share_difficulty),
        };
        Session {
            number,
            address,
            jobs: service.board.current(),
            service,
            extra_nonce1: None,
            worker: None,
            pace,
            handed: Vec::new(),
            last: None,
            active,
        }
    }

    /// Subscribed and authorized.
    pub(crate) fn is_ready(&self) -> bool {
        self.extra_nonce1.is_some() && self.worker.is_some()
    }

    /// Whether jobs go to this client: a solo pool sends them before it is authorized.
    pub(crate) fn takes_jobs(&self) -> bool {
        match self.dialect() {
            Dialect::Solo => self.extra_nonce1.is_some(),
            Dialect::MiningCore => self.is_ready(),
        }
    }

    /// Unknown methods, arrays and `null` get silence; what is not JSON at all ends the connection.
    pub(crate) async fn hear(&mut self, line: &str, answer: &mut String) -> Result<(), End> {
        let call = match RawCall::parse(line) {
            Ok(call) => call,
            Err(error @ ParseError::Json { .. }) => return Err(End::NotJson(error)),
            Err(_) => return Ok(()),
        };
        match call.method.as_str() {
            "mining.subscribe" => self.subscribe(call, answer),
            "mining.authorize" => self.authorize(call, answer).await,
            "mining.submit" => return self.submit(call, answer),
            "mining.extranonce.subscribe" => {
                let (message, result, form) = match self.dialect() {
                    Dialect::Solo => ("Not supported.", Some(json!(false)), ErrorForm::Triple),
                    Dialect::MiningCore => ("not supported", None, ErrorForm::Object),
                };
                let error = ReplyError {
                    code: ErrorCode::Other,
                    message: message.to_owned(),
                    form,
                };
                let reply = Reply {
                    id: call.id,
                    result,
                    error: Some(error),
                };
                self.reply(answer, &reply);
            }
            _ => {}
        }
        Ok(())
    }

    /// Anything subscribes to a solo pool, and two parameters do to MiningCore, a second time too, unless they ask for a
    /// version that is not spoken here.
    fn subscribe(&mut self, call: RawCall, answer: &mut String) {
        if self.dialect() == Dialect::MiningCore && call.param(1).is_none() {
            self.refuse(
                answer,
                call.id,
                ErrorCode::Rejected,
                "subscribe needs agent and version",
            );
            return;
        }
        if let Some(version) = call.param(1).filter(|version| !version.is_null())
            && !version.as_str().is_some_and(protocol::is_supported_version)
        {
            let shown: String = match version {
                Value::String(text) => text.chars().take(32).collect(),
                _ => "not a string".to_owned(),
            };
            let text = format!("unsupported protocol version ({shown}), AionStratum/1.x is spoken here");
            self.refuse(answer, call.id, ErrorCode::Other, &text);
            return;
        }
        // The one before is given back first, so that a full pool lets a client subscribe again.
        self.extra_nonce1 = None;
        let Some(extra_nonce1) = self.service.extra_nonces.take() else {
            tracing::warn!(
                connection = self.number,
                "subscribe refused: no extraNonce1 is free"
            );
            self.refuse(
                answer,
                call.id,
                ErrorCode::Other,
                "no extraNonce1 is free: 65536 are in use",
            );
            return;
        };
        let subscribed = Subscribed {
            connection: (self.dialect() == Dialect::MiningCore)
                .then(|| (connection_id(self.number), protocol::VERSION.to_owned())),
            extra_nonce1: extra_nonce1.bytes().to_vec(),
        };
        self.extra_nonce1 = Some(extra_nonce1);
        self.reply(answer, &Reply::success(call.id, subscribed.to_result()));
        self.send_job_again(answer);
    }

    async fn authorize(&mut self, call: RawCall, answer: &mut String) {
        let worker = call.text_param(0).and_then(Worker::parse);
        let granted = match worker {
            Some(worker) if self.service.board.is_payable(worker.address()).await => {
                tracing::info!(connection = self.number, worker = worker.shown(), "authorized");
                self.worker = Some(self.service.board.roster.enter(&worker));
                true
            }
            Some(worker) => {
                tracing::info!(
                    connection = self.number,
                    worker = worker.shown(),
                    "address refused"
                );
                false
            }
            None => false,
        };
        let fixed = call.text_param(1).and_then(password_difficulty);
        if granted
            && self.dialect() == Dialect::MiningCore
            && let Some(difficulty) = fixed
        {
            // Less than the pool's own least would let a client flood it.
            let config = self.service.board.config();
            let least = config
                .vardiff
                .as_ref()
                .map_or(config.share_difficulty, |rules| rules.least);
            self.pace = Pace::Fixed(difficulty.max(least));
        }
        self.reply(answer, &Reply::success(call.id, granted));
        if granted && self.dialect() == Dialect::MiningCore {
            self.send_job_again(answer);
        }
    }

    fn submit(&mut self, call: RawCall, answer: &mut String) -> Result<(), End> {
        self.active = Instant::now();
        let verdict = self.judge(&call);
        self.service.board.config().stats.count_verdict(verdict);
        if let Some(worker) = &self.worker {
            worker.count(verdict);
        }
        let weight = match verdict {
            Ok(()) => Weight::Valid,
            Err(Rejection::Stale) => Weight::Stale,
            Err(_) => Weight::Invalid,
        };
        if self.service.bans.count(self.address, weight) {
            return Err(End::Banned);
        }
        let reply = match verdict {
            Ok(()) => {
                tracing::info!(connection = self.number, "share accepted");
                Reply::success(call.id, true)
            }
            Err(rejection) => {
                tracing::info!(connection = self.number, reason = ?rejection, "share rejected");
                rejection.reply(self.dialect(), call.id)
            }
        };
        self.reply(answer, &reply);
        Ok(())
    }

    fn judge(&mut self, call: &RawCall) -> Result<(), Rejection> {
        let dialect = self.dialect();
        let worker = self.worker.as_ref().ok_or(Rejection::Unauthorized)?;
        let extra_nonce1 = self.extra_nonce1.as_ref().ok_or(Rejection::NotSubscribed)?;
        let board = &self.service.board;
        let job = match board.find(call.text_param(1).unwrap_or_default(), |job| job_id(dialect, job)) {
            Found::Open(job) => job,
            Found::Past => return Err(Rejection::Stale),
            Found::Unknown => return Err(Rejection::JobNotFound),
        };
        let difficulty = self.handed_difficulty(job.number);
        let block = share::judge(&job, difficulty, dialect, extra_nonce1.bytes(), call)?;
        if let Some(block) = block {
            worker.count_block();
            board.found(block);
        }
        if let Pace::Following(follower) = &mut self.pace {
            follower.share(difficulty);
        }
        Ok(())
    }

    /// What a share of the job must meet: what it was handed out with, since the client may not know of a change yet.
    fn handed_difficulty(&self, job: u64) -> Difficulty {
        self.handed
            .iter()
            .find(|&&(handed, _)| handed == job)
            .map_or(self.difficulty(), |&(_, difficulty)| difficulty)
    }

    fn difficulty(&self) -> Difficulty {
        match &self.pace {
            Pace::Fixed(difficulty) => *difficulty,
            Pace::Following(follower) => follower.difficulty(),
        }
    }

    /// Hands out the current job, if there is one that this client does not have.
    pub(crate) fn send_job(&mut self, answer: &mut String) {
        let job = self.jobs.borrow_and_update().clone();
        if let Some(job) = job
            && self.last.as_ref().map(|last| last.job) != Some(job.number)
        {
            self.hand_out(&job, answer);
        }
    }

    /// Hands out the current job, if there is one, to a client that may have it.
    fn send_job_again(&mut self, answer: &mut String) {
        let job = self.jobs.borrow_and_update().clone();
        if let Some(job) = job
            && self.takes_jobs()
        {
            self.hand_out(&job, answer);
        }
    }

    fn hand_out(&mut self, job: &Job, answer: &mut String) {
        let dialect = self.dialect();
        if let Pace::Following(follower) = &mut self.pace {
            match self.last {
                Some(_) => follower.retarget(Instant::now()),
                // Before its first job a client could find nothing.
                None => follower.begin(Instant::now()),
            };
        }
        let difficulty = self.difficulty();
        let last = self.last.as_ref();
        let target = job.share_target(difficulty);
        let notify = Notification::Notify(Notify {
            job_id: job_id(dialect, job.number),
            // A client that missed jobs between must hear of the new head all the same.
            clean: !last
                .is_some_and(|last| last.job != job.number && last.template.has_head_of(&job.template)),
            target: match dialect {
                Dialect::Solo => target,
                Dialect::MiningCore => job.block_target(),
            },
            header_hash: job.template.mine_hash,
        });
        match dialect {
            Dialect::Solo => answer.push_str(&dialect.notification_line(&notify)),
            Dialect::MiningCore => {
                if last.is_some_and(|last| last.difficulty != difficulty) {
                    let number = ShareDifficulty::Number(difficulty.get() as f64);
                    answer.push_str(&dialect.notification_line(&Notification::SetDifficulty(number)));
                }
                answer.push_str(&dialect.notification_line(&notify));
                answer.push_str(&dialect.notification_line(&Notification::SetTarget(target)));
            }
        }
        self.remember(job.number, difficulty);
        if let Some(worker) = &self.worker {
            worker.set_difficulty(difficulty);
        }
        self.last = Some(Handed {
            template: job.template,
            job: job.number,
            difficulty,
        });
    }

    fn remember(&mut self, job: u64, difficulty: Difficulty) {
        match self.handed.iter_mut().find(|(handed, _)| *handed == job) {
            // Handed out twice: a share that was on its way may know the first alone.
            Some((_, known)) => *known = difficulty.min(*known),
            None => {
                if self.handed.len() == OPEN_JOBS {
                    self.handed.remove(0);
                }
                self.handed.push((job, difficulty));
            }
        }
    }

    fn dialect(&self) -> Dialect {
        self.service.board.config().dialect
    }

    fn reply(&self, answer: &mut String, reply: &Reply) {
        answer.push_str(&self.dialect().reply_line(reply));
    }

    /// A refusal in the dialect's common form.
    fn refuse(&self, answer: &mut String, id: Id, code: ErrorCode, message: &str) {
        let (result, form) = match self.dialect() {
            Dialect::Solo => (Value::Null, ErrorForm::Pair),
            Dialect::MiningCore => (Value::Bool(false), ErrorForm::Object),
        };
        let error = ReplyError {
            code,
            message: message.to_owned(),
            form,
        };
        self.reply(
            answer,
            &Reply {
                id,
                result: Some(result),
                error: Some(error),
            },
        );
    }
}

/// A job's id on the wire: hex, by MiningCore padded to eight digits.
fn job_id(dialect: Dialect, number: u64) -> String {
    match dialect {
        Dialect::Solo => format!("{number:x}"),
        Dialect::MiningCore => format!("{number:08x}"),
    }
}

/// A connection's number in MiningCore's manner: base 32 by `0` to `9` and `A` to `V`, at least five digits.
fn connection_id(number: u64) -> String {
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";
    let needed = (64 - number.leading_zeros()).div_ceil(5).max(5);
    (0..needed)
        .rev()
        .map(|place| char::from(digits[(number >> (5 * place)) as usize & 31]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::Doors;
    use crate::ban::BanList;
    use crate::board::Board;
    use crate::extra_nonce::ExtraNonces;
    use crate::{Config, Limits};

    #[tokio::test]
    async fn a_subscribe_is_refused_while_all_of_two_bytes_are_in_use() {
        let mut config = Config::new(4).unwrap();
        config.dialect = Dialect::MiningCore;
        let bans = BanList::new(None);
        let service = Arc::new(Service {
            board: Board::new(config).0,
            doors: Doors::new(Limits::default(), bans.clone()),
            bans,
            extra_nonces: ExtraNonces::new(Dialect::MiningCore, None),
        });
        let mut taken: Vec<_> = (0..1 << 16)
            .map(|_| service.extra_nonces.take().unwrap())
            .collect();
        let mut session = Session::new(1, IpAddr::from([192, 0, 2, 1]), service);
        let subscribe = r#"{"id":1,"method":"mining.subscribe","params":["m","AionStratum/1.0.0"]}"#;
        let mut answer = String::new();
        session.hear(subscribe, &mut answer).await.unwrap();
        assert_eq!(
            answer,
            concat!(
                r#"{"result":false,"error":{"code":20,"message":"no extraNonce1 is free: 65536 are in use","data":null},"id":1}"#,
                "\n"
            )
        );
        taken.pop();
        for _ in 0..2 {
            answer.clear();
            session.hear(subscribe, &mut answer).await.unwrap();
            assert!(
                answer.starts_with(r#"{"result":[["mining.notify","00001""#),
                "{answer}"
            );
        }
    }

    #[test]
    fn a_connection_id_is_its_number_in_base_32() {
        for (number, id) in [
            (0, "00000"),
            (1, "00001"),
            (31, "0000V"),
            (32, "00010"),
            (578_983, "0HLD7"),
            (u64::MAX, "FVVVVVVVVVVVV"),
        ] {
            assert_eq!(connection_id(number), id);
        }
    }
}
