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

use crate::ban::{Standing, Weight};
use crate::board::Found;
use crate::connection::End;
use crate::extra_nonce::ExtraNonce1;
use crate::job::Job;
use crate::pace::Pace;
use crate::roster::Membership;
use crate::server::Service;
use crate::worker::{Worker, password_difficulty};
use crate::{Config, Rejection, Template, share};

/// One client's state; what it is to be told goes to a string of lines.
pub(crate) struct Session {
    number: u64,
    address: IpAddr,
    service: Arc<Service>,
    pub(crate) jobs: watch::Receiver<Option<Arc<Job>>>,
    extra_nonce1: Option<ExtraNonce1>,
    worker: Option<Membership>,
    pace: Pace,
    last: Option<Handed>,
    /// When the client connected, last submitted, or got work again after there was none.
    active: Instant,
    /// Whether there was a job to hand out when this was last looked at.
    has_work: bool,
}

/// The last job that was handed out.
struct Handed {
    template: Template,
    job: u64,
    difficulty: Difficulty,
}

impl Session {
    pub(crate) fn new(number: u64, address: IpAddr, service: Arc<Service>) -> Self {
        let active = Instant::now();
        let pace = Pace::new(service.board.config(), active);
        Session {
            number,
            address,
            jobs: service.board.current(),
            service,
            extra_nonce1: None,
            worker: None,
            pace,
            last: None,
            active,
            has_work: false,
        }
    }

    /// When the client has been silent for too long, and what that is called; `None` while there is nothing to submit.
    pub(crate) fn deadline(&self, config: &Config) -> Option<(Instant, End)> {
        match (self.is_ready(), self.has_work) {
            (false, _) => Some((self.active + config.limits.handshake, End::NoHandshake)),
            (true, true) => Some((self.active + config.limits.idle, End::Idle)),
            (true, false) => None,
        }
    }

    /// Subscribed and authorized.
    fn is_ready(&self) -> bool {
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
                let worker = self.service.board.roster.enter(&worker);
                // A solo job came before its worker's name.
                if let Some(last) = &self.last {
                    worker.set_difficulty(last.difficulty);
                }
                self.worker = Some(worker);
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
            self.pace.fix(difficulty.max(least));
        }
        self.reply(answer, &Reply::success(call.id, granted));
        if granted && self.dialect() == Dialect::MiningCore {
            self.send_job_again(answer);
        }
    }

    fn submit(&mut self, call: RawCall, answer: &mut String) -> Result<(), End> {
        // Submits without a handshake do not put its deadline off.
        if self.is_ready() {
            self.active = Instant::now();
        }
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
        match self.service.bans.count(self.address, weight) {
            Standing::Good => {}
            Standing::Banned => return Err(End::Banned),
            Standing::NewlyBanned => {
                self.service.board.config().stats.count_ban();
                tracing::warn!(connection = self.number, address = %self.address, "banned: too many invalid submits");
                return Err(End::Banned);
            }
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
        let number = call.text_param(1).and_then(|id| job_number(dialect, id));
        let job = match number.map(|number| board.find(number)) {
            Some(Found::Open(job)) => job,
            Some(Found::Past) => return Err(Rejection::Stale),
            Some(Found::Unknown) | None => return Err(Rejection::JobNotFound),
        };
        let difficulty = self.pace.required(&job);
        let block = share::judge(&job, difficulty, dialect, extra_nonce1.bytes(), call)?;
        if let Some(block) = block {
            worker.count_block();
            board.found(block);
        }
        self.pace.share(difficulty);
        Ok(())
    }

    /// Hands out the current job, if there is one that this client does not have.
    pub(crate) fn send_job(&mut self, answer: &mut String) {
        if let Some(job) = self.current_job()
            && self.last.as_ref().map(|last| last.job) != Some(job.number)
        {
            self.hand_out(&job, answer);
        }
    }

    /// Hands out the current job, if there is one, to a client that may have it.
    fn send_job_again(&mut self, answer: &mut String) {
        if let Some(job) = self.current_job()
            && self.takes_jobs()
        {
            self.hand_out(&job, answer);
        }
    }

    fn current_job(&mut self) -> Option<Arc<Job>> {
        let job = self.jobs.borrow_and_update().clone();
        if self.is_ready() && job.is_some() && !self.has_work {
            self.active = Instant::now();
        }
        self.has_work = job.is_some();
        job
    }

    fn hand_out(&mut self, job: &Job, answer: &mut String) {
        let dialect = self.dialect();
        let difficulty = self.pace.hand_out(job, Instant::now());
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
        if let Some(worker) = &self.worker {
            worker.set_difficulty(difficulty);
        }
        self.last = Some(Handed {
            template: job.template,
            job: job.number,
            difficulty,
        });
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

/// The number of a job whose id is exactly this.
fn job_number(dialect: Dialect, id: &str) -> Option<u64> {
    let number = u64::from_str_radix(id, 16).ok()?;
    (job_id(dialect, number) == id).then_some(number)
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
    use proptest::prelude::*;
    use stratum::ServerMessage;

    use super::*;
    use crate::Limits;
    use crate::admission::Doors;
    use crate::ban::BanList;
    use crate::board::Board;
    use crate::extra_nonce::ExtraNonces;

    fn service(dialect: Dialect) -> Arc<Service> {
        let mut config = Config::new(4).unwrap();
        config.dialect = dialect;
        config.first_job = Some(1);
        let bans = BanList::new(None);
        let board = Board::new(config).0;
        board.publish(Template {
            number: 1,
            parent: [0; 32],
            mine_hash: [1; 32],
            target: aion_pow::target::Target::from_be_bytes([1; 32]),
        });
        Arc::new(Service {
            board,
            doors: Doors::new(Limits::default(), bans.clone()),
            bans,
            extra_nonces: ExtraNonces::new(dialect, None),
        })
    }

    /// Any JSON, with the words of the protocol among its strings.
    fn any_json() -> impl Strategy<Value = Value> {
        let words = prop_oneof![
            Just("1".to_owned()),
            Just("00000001".to_owned()),
            Just("AionStratum/1.0.0".to_owned()),
            Just(format!("0xa0{}", "1f".repeat(31))),
            Just("000000005acfd2a0".to_owned()),
            Just("0".repeat(48)),
            Just("0".repeat(60)),
            Just(format!("fd8005{}", "0".repeat(2816))),
            ".*",
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            words.prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..7).prop_map(Value::from),
                proptest::collection::hash_map("[a-z]{0,3}", inner, 0..3).prop_map(Value::from_iter),
            ]
        })
    }

    fn any_call() -> impl Strategy<Value = String> {
        let methods = prop_oneof![
            Just("mining.subscribe"),
            Just("mining.authorize"),
            Just("mining.submit"),
            Just("mining.extranonce.subscribe"),
            Just("mining.other"),
        ];
        let params = prop_oneof![
            any_json(),
            proptest::collection::vec(any_json(), 0..7).prop_map(Value::from)
        ];
        (any_json(), methods, params).prop_map(|(id, method, params)| {
            json!({ "id": id, "method": method, "params": params }).to_string()
        })
    }

    proptest! {
        #[test]
        fn whatever_a_client_says_each_line_back_is_a_message(
            calls in proptest::collection::vec(any_call(), 0..12),
            is_solo: bool,
        ) {
            let dialect = if is_solo { Dialect::Solo } else { Dialect::MiningCore };
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let mut session = Session::new(1, IpAddr::from([192, 0, 2, 1]), service(dialect));
            for call in calls {
                let mut answer = String::new();
                runtime.block_on(session.hear(&call, &mut answer)).unwrap();
                for line in answer.split_inclusive('\n') {
                    let text = line.strip_suffix('\n').expect("a whole line");
                    prop_assert!(!text.contains('\r'));
                    prop_assert!(ServerMessage::parse(text).is_ok(), "{}", text);
                }
            }
        }
    }

    #[tokio::test]
    async fn a_subscribe_is_refused_while_all_of_two_bytes_are_in_use() {
        let service = service(Dialect::MiningCore);
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
    fn a_job_id_is_read_only_as_it_is_written() {
        for (dialect, id, number) in [
            (Dialect::Solo, "1a2b", Some(0x1a2b)),
            (Dialect::Solo, "0", Some(0)),
            (Dialect::Solo, "00001a2b", None),
            (Dialect::Solo, "1A2B", None),
            (Dialect::Solo, "+1", None),
            (Dialect::Solo, "", None),
            (Dialect::Solo, "10000000000000000", None),
            (Dialect::MiningCore, "00001a2b", Some(0x1a2b)),
            (Dialect::MiningCore, "1a2b3c4d5e", Some(0x1a_2b3c_4d5e)),
            (Dialect::MiningCore, "1a2b", None),
            (Dialect::MiningCore, "000001a2b3", None),
        ] {
            assert_eq!(job_number(dialect, id), number, "{id}");
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
