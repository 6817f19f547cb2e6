//! What is known of one shared connection: who sits on it, what the pool said, and whose answers are open.
//!
//! No sockets here: lines of the pool come in by [`Connection::hear`], lines for tabs go into their queues, and lines
//! for the pool are given to whoever calls.

use std::collections::BTreeMap;

use axum::extract::ws::Utf8Bytes;
use serde_json::Value;
use stratum::line::{to_line, to_text};
use stratum::{
    Authorize, Call, Credential, Id, Notification, Reply, Request, ServerMessage, Submit, Subscribe,
    Subscribed,
};
use tokio::sync::mpsc;

use crate::EndReason;
use crate::shares::Verdict;

use super::authorization::{Answer, Authorization, Step};
use super::prefixes::{PREFIX_BYTES, Prefix, Prefixes, WIDEST_EXTRA_NONCE1};
use super::replay::Replay;
use super::routes::{Routes, TabId};

/// Tabs of one connection. At the pace that a pool bears this is a share of each in half a minute.
pub(crate) const TABS: usize = 1_024;

/// Lines that wait for a tab that does not read; one more and it is let go.
const QUEUE: usize = 32;

/// Who a connection mines for. Tabs share one only where both are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Worker {
    pub(crate) name: Credential,
    pub(crate) password: Credential,
}

impl From<&Authorize> for Worker {
    fn from(authorize: &Authorize) -> Self {
        Worker {
            name: authorize.worker.clone(),
            password: authorize.password.clone(),
        }
    }
}

/// A tab's place on a connection.
pub(crate) struct Seat {
    pub(crate) tab: TabId,
    pub(crate) prefix: Prefix,
    /// Ends where the tab is let go, or the connection is over.
    pub(crate) lines: mpsc::Receiver<Utf8Bytes>,
}

/// What became of a tab's authorize.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Authorizing {
    /// This line is to go to the pool; its answer comes by the queue.
    Ask(String),
    /// The answer comes by the queue, or is in it.
    Answered,
    /// The connection is another worker's.
    Elsewhere,
}

struct Tab {
    prefix: Prefix,
    queue: mpsc::Sender<Utf8Bytes>,
    /// Whether the pool has authorized the worker for this tab; only then it is told of jobs.
    is_authorized: bool,
}

/// One connection to a pool and the tabs on it.
pub(crate) struct Connection {
    subscribing: Option<u64>,
    subscribed: Option<Subscribed>,
    worker: Option<Worker>,
    authorization: Authorization,
    header_hash: Option<[u8; 32]>,
    replay: Replay,
    prefixes: Prefixes,
    routes: Routes,
    tabs: BTreeMap<TabId, Tab>,
    next_tab: u64,
    ended: Option<EndReason>,
}

impl Connection {
    /// A connection, and the line that subscribes it.
    pub(crate) fn new() -> (Self, String) {
        let mut routes = Routes::new();
        let number = routes.fresh();
        let connection = Connection {
            subscribing: Some(number),
            subscribed: None,
            worker: None,
            authorization: Authorization::default(),
            header_hash: None,
            replay: Replay::default(),
            prefixes: Prefixes::new(),
            routes,
            tabs: BTreeMap::new(),
            next_tab: 0,
            ended: None,
        };
        let request = Request::Subscribe(Subscribe::new(concat!(
            "stratum-proxy/",
            env!("CARGO_PKG_VERSION")
        )));
        (connection, call_line(number, request))
    }

    /// The subscription, once the pool has granted it.
    pub(crate) fn subscribed(&self) -> Option<&Subscribed> {
        self.subscribed.as_ref()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tabs.is_empty()
    }

    /// Why the connection is over, where it is.
    pub(crate) fn ended(&self) -> Option<&EndReason> {
        self.ended.as_ref()
    }

    /// Lets all tabs go; none can sit down any more.
    pub(crate) fn end(&mut self, end: EndReason) {
        self.ended.get_or_insert(end);
        self.tabs.clear();
    }

    /// A place for one more tab, of this worker where it is known; none where the connection is full, over, or
    /// another's.
    pub(crate) fn sit(&mut self, worker: Option<&Worker>) -> Option<Seat> {
        let suits = match (worker, &self.worker) {
            (Some(wanted), Some(own)) => wanted == own,
            (None, _) => true,
            // Whoever is on it may name another worker at any time.
            (Some(_), None) => self.tabs.is_empty(),
        };
        if !suits || self.ended.is_some() || self.tabs.len() >= TABS {
            return None;
        }
        let prefix = self.prefixes.take()?;
        if let Some(worker) = worker {
            self.worker.get_or_insert_with(|| worker.clone());
        }
        let tab = TabId(self.next_tab);
        self.next_tab += 1;
        let (queue, lines) = mpsc::channel(QUEUE);
        self.tabs.insert(
            tab,
            Tab {
                prefix,
                queue,
                is_authorized: false,
            },
        );
        Some(Seat { tab, prefix, lines })
    }

    /// Takes a tab's place back; answers that are still to come for it are nobody's.
    pub(crate) fn leave(&mut self, tab: TabId) {
        if let Some(Tab { prefix, .. }) = self.tabs.remove(&tab) {
            self.prefixes.give_back(prefix);
        }
        self.routes.forget(tab);
        self.authorization.forget(tab);
    }

    /// The pool's answer to subscribe, for a tab: under its own id, with its prefix behind the pool's extraNonce1.
    pub(crate) fn subscribe_reply(&self, prefix: Prefix, id: Id) -> Option<String> {
        let subscribed = self.subscribed.as_ref()?;
        let own = Subscribed {
            extra_nonce1: [&subscribed.extra_nonce1[..], &prefix].concat(),
            ..subscribed.clone()
        };
        Some(to_text(&Reply::success(id, own.to_result())))
    }

    /// The line that gives a tab its extraNonce1 anew.
    pub(crate) fn extra_nonce1_line(&self, prefix: Prefix) -> Option<String> {
        let subscribed = self.subscribed.as_ref()?;
        let extra_nonce1 = [&subscribed.extra_nonce1[..], &prefix].concat();
        Some(to_text(&Notification::SetExtranonce(extra_nonce1)))
    }

    /// A tab names its worker. The first to do so names the connection's.
    pub(crate) fn authorize(&mut self, tab: TabId, id: Id, authorize: &Authorize) -> Authorizing {
        let worker = Worker::from(authorize);
        if *self.worker.get_or_insert_with(|| worker.clone()) != worker {
            return Authorizing::Elsewhere;
        }
        match self.authorization.ask(tab, id.clone(), || self.routes.fresh()) {
            Step::Ask(number) => Authorizing::Ask(call_line(number, Request::Authorize(authorize.clone()))),
            Step::Wait => Authorizing::Answered,
            Step::Granted(answer) => {
                self.welcome(tab, with_id(answer, id));
                Authorizing::Answered
            }
        }
    }

    /// True for a tab that has asked to be authorized here.
    pub(crate) fn has_spoken_for(&self, tab: TabId) -> bool {
        self.authorization.is_awaited_by(tab) || self.tabs.get(&tab).is_some_and(|tab| tab.is_authorized)
    }

    /// True where this tab may submit in that worker's name.
    pub(crate) fn may_submit(&self, tab: TabId, worker: &Credential) -> bool {
        let is_authorized = self.tabs.get(&tab).is_some_and(|tab| tab.is_authorized);
        is_authorized && self.worker.as_ref().is_some_and(|own| own.name == *worker)
    }

    /// The line of a tab's submit: under an id of this connection, its prefix before its extraNonce2.
    pub(crate) fn submit(&mut self, tab: TabId, prefix: Prefix, id: Id, submit: Submit) -> String {
        let number = self.routes.open(tab, id, true);
        let submit = Submit {
            extra_nonce2: hex::encode(prefix) + &submit.extra_nonce2,
            ..submit
        };
        call_line(number, Request::Submit(submit))
    }

    /// The line of a tab's `mining.extranonce.subscribe`.
    pub(crate) fn extranonce_subscribe(&mut self, tab: TabId, id: Id) -> String {
        let number = self.routes.open(tab, id, false);
        call_line(number, Request::ExtranonceSubscribe)
    }

    /// Takes a line of the pool: answers go to their askers, all else to every tab that is authorized.
    ///
    /// Gives the verdict, where the line is one on a tab's share.
    ///
    /// # Errors
    /// The pool says what ends the connection.
    pub(crate) fn hear(&mut self, line: String) -> Result<Option<Verdict>, EndReason> {
        // What is no object, or JSON at all, is nobody's answer and no news: a client would drop it too.
        let Ok(Value::Object(object)) = serde_json::from_str(&line) else {
            return Ok(None);
        };
        if object.contains_key("method") {
            self.hear_news(line)?;
            return Ok(None);
        }
        let Some(number) = object.get("id").and_then(Value::as_u64) else {
            return Ok(None);
        };
        if self.subscribing == Some(number) {
            self.subscribing = None;
            let subscribed = Subscribed::from_result(object.get("result"))
                .map_err(|_| EndReason::PoolUnreachable("it does not let this proxy subscribe"))?;
            self.set_extra_nonce1(subscribed)?;
            return Ok(None);
        }
        if self.authorization.awaits(number) {
            self.hear_authorization(object);
            return Ok(None);
        }
        let Some(route) = self.routes.close(number) else {
            return Ok(None);
        };
        let verdict = route.is_submit.then(|| Verdict {
            accepted: object.get("result") == Some(&Value::Bool(true)),
            took: route.sent.elapsed(),
        });
        self.tell(route.tab, with_id(object, route.id));
        Ok(verdict)
    }

    fn hear_news(&mut self, line: String) -> Result<(), EndReason> {
        let message = ServerMessage::parse(&line);
        let line = Utf8Bytes::from(line);
        if let Ok(message) = &message {
            self.replay.note(message, &line);
        }
        match message {
            Ok(ServerMessage::Notification(Notification::Notify(notify))) => {
                let known = self.header_hash.replace(notify.header_hash);
                if known != Some(notify.header_hash) {
                    self.prefixes.job_changed();
                }
            }
            Ok(ServerMessage::Notification(Notification::SetExtranonce(extra_nonce1))) => {
                let connection = self
                    .subscribed
                    .take()
                    .and_then(|subscribed| subscribed.connection);
                self.set_extra_nonce1(Subscribed {
                    connection,
                    extra_nonce1,
                })?;
                for (tab, prefix) in self
                    .tabs
                    .iter()
                    .map(|(&tab, seat)| (tab, seat.prefix))
                    .collect::<Vec<_>>()
                {
                    if let Some(line) = self.extra_nonce1_line(prefix) {
                        self.tell(tab, line.into());
                    }
                }
                return Ok(());
            }
            _ => {}
        }
        let authorized = self.tabs.iter().filter(|(_, tab)| tab.is_authorized);
        for tab in authorized.map(|(&tab, _)| tab).collect::<Vec<_>>() {
            self.tell(tab, line.clone());
        }
        Ok(())
    }

    fn set_extra_nonce1(&mut self, subscribed: Subscribed) -> Result<(), EndReason> {
        let is_wide = subscribed.extra_nonce1.len() > WIDEST_EXTRA_NONCE1;
        self.subscribed = Some(subscribed);
        if is_wide && !self.tabs.is_empty() {
            return Err(EndReason::PoolUnreachable(
                "its extraNonce1 leaves no room to share",
            ));
        }
        Ok(())
    }

    /// Whether the pool leaves room for a prefix and 8 bytes behind it.
    pub(crate) fn can_share(&self) -> bool {
        self.subscribed
            .as_ref()
            .is_some_and(|subscribed| subscribed.extra_nonce1.len() + PREFIX_BYTES + 8 <= 32)
    }

    /// Everybody who waits gets the pool's answer.
    fn hear_authorization(&mut self, answer: Answer) {
        let (is_granted, waiting) = self.authorization.answered(&answer);
        for (tab, id) in waiting {
            let answer = with_id(answer.clone(), id);
            if is_granted {
                self.welcome(tab, answer);
            } else {
                self.tell(tab, answer);
            }
        }
    }

    /// Tells a tab that it is authorized, and what there is to work on.
    fn welcome(&mut self, tab: TabId, reply: Utf8Bytes) {
        self.tell(tab, reply);
        let lines: Vec<Utf8Bytes> = self.replay.lines().cloned().collect();
        for line in lines {
            self.tell(tab, line);
        }
        if let Some(tab) = self.tabs.get_mut(&tab) {
            tab.is_authorized = true;
        }
    }

    /// Puts a line into a tab's queue. A tab whose queue is full does not read, and is let go.
    fn tell(&mut self, tab: TabId, line: Utf8Bytes) {
        if let Some(seat) = self.tabs.get(&tab)
            && seat.queue.try_send(line).is_err()
        {
            self.leave(tab);
        }
    }
}

fn call_line(number: u64, request: Request) -> String {
    to_line(&Call {
        id: Id::new(number),
        request,
    })
}

/// The pool's answer under the id that the asker gave; all else in it stays.
fn with_id(mut reply: Answer, id: Id) -> Utf8Bytes {
    match id.value() {
        Some(id) => reply.insert("id".to_owned(), id.clone()),
        None => reply.remove("id"),
    };
    Value::Object(reply).to_string().into()
}
