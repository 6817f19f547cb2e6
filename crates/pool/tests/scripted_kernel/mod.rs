//! A kernel by script: JSON-RPC over HTTP on loopback, with the oddities of both real ones, and with troubles on demand.
#![allow(dead_code)] // Each test file is a program of its own and uses a part of this.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use aion_pow::target::Target;
use serde_json::{Value, json};
use solo_pool::Template;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How numbers are written, and how much is said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Fixed widths, integers as integers, no `jsonrpc` member.
    Java,
    /// Minimal hex, `0x` before heights.
    Rust,
}

/// What a submitted block comes to. The answer is `true` every time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Import {
    Works,
    Fails,
    /// Another block of the same number comes first.
    AnotherFirst,
}

/// What happens to a request instead of an answer.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    /// The connection is reset.
    Reset,
    /// Nothing comes back, and the connection stays.
    HalfOpen,
    /// Half of the answer, then the end.
    BrokenOff,
    /// The answer, a byte at a time.
    ByteAtATime,
    /// The answer, late.
    Late(Duration),
    /// Status 500.
    Status500,
    /// A mebibyte of blanks before the answer.
    Oversize,
    /// A page of HTML.
    Html,
    /// The answer to another request.
    AnotherId,
    /// JSON-RPC's own error.
    RpcError,
    /// A result of the wrong kind.
    Nonsense,
}

pub struct State {
    pub style: Style,
    /// What `getblocktemplate` gives; `None`: no template now.
    pub template: Option<Template>,
    pub import: Import,
    /// Mine hash, nonce and solution of the chain's blocks.
    pub chain: BTreeMap<u64, [String; 3]>,
    /// The template's blocks that the next template follows, where one is imported.
    pub next: VecDeque<[u8; 32]>,
    pub valid: bool,
    /// For the calls of a method, in turn; the last one stays where `stays` says so.
    pub troubles: VecDeque<(&'static str, Trouble)>,
    pub stays: bool,
    pub calls: Vec<(String, Value)>,
}

pub struct ScriptedKernel {
    pub address: String,
    state: Arc<Mutex<State>>,
    calls: watch::Receiver<usize>,
    task: JoinHandle<()>,
}

impl ScriptedKernel {
    pub async fn start() -> ScriptedKernel {
        ScriptedKernel::start_at("127.0.0.1:0").await
    }

    pub async fn start_at(address: &str) -> ScriptedKernel {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State {
            style: Style::Java,
            template: None,
            import: Import::Works,
            chain: BTreeMap::new(),
            next: VecDeque::new(),
            valid: true,
            troubles: VecDeque::new(),
            stays: false,
            calls: Vec::new(),
        }));
        let (count, calls) = watch::channel(0);
        let task = tokio::spawn(serve(listener, state.clone(), count));
        ScriptedKernel {
            address,
            state,
            calls,
            task,
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Hands out a template of that number and mine hash, which any share is a block of where `target` is all ones.
    pub fn hand_out(&self, number: u64, mine_hash: [u8; 32], target: [u8; 32]) {
        self.state().template = Some(Template {
            number,
            parent: [number as u8; 32],
            mine_hash,
            target: Target::from_be_bytes(target),
        });
    }

    /// How many calls of the method there were.
    pub fn count(&self, method: &str) -> usize {
        self.state()
            .calls
            .iter()
            .filter(|(called, _)| called == method)
            .count()
    }

    /// The parameters of the first call of the method, once there is one.
    pub async fn first(&mut self, method: &str) -> Value {
        loop {
            let found = self
                .state()
                .calls
                .iter()
                .find(|(called, _)| called == method)
                .cloned();
            if let Some((_, params)) = found {
                return params;
            }
            self.calls.changed().await.unwrap();
        }
    }

    /// Waits for so many more calls of the method.
    pub async fn more(&mut self, method: &str, calls: usize) {
        let aim = self.count(method) + calls;
        while self.count(method) < aim {
            self.calls.changed().await.unwrap();
        }
    }

    /// As if the process were killed.
    pub async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>, count: watch::Sender<usize>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        let (state, count) = (state.clone(), count.clone());
        connections.spawn(async move {
            // A client that hangs up early is its own affair.
            let _ = exchange(socket, &state, &count).await;
        });
    }
}

async fn exchange(
    socket: TcpStream,
    state: &Mutex<State>,
    count: &watch::Sender<usize>,
) -> std::io::Result<()> {
    socket.set_nodelay(true)?;
    let mut socket = BufReader::new(socket);
    let mut length = 0;
    let mut line = String::new();
    loop {
        line.clear();
        if socket.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim_end().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await?;
    let request: Value = serde_json::from_slice(&body).unwrap();
    let (answer, trouble) = {
        let mut state = state.lock().unwrap();
        match &request {
            Value::Array(batch) => {
                let answers = batch.iter().map(|request| state.answer(request)).collect();
                (Value::Array(answers), None)
            }
            request => {
                let trouble = state.trouble(request["method"].as_str().unwrap());
                // A request in trouble has no effect, but for one whose answer alone is.
                let reaches = !matches!(trouble, Some(Trouble::Reset | Trouble::Status500));
                match reaches {
                    true => (state.answer(request), trouble),
                    false => {
                        state.note(request);
                        (Value::Null, trouble)
                    }
                }
            }
        }
    };
    count.send_modify(|count| *count += 1);
    respond(socket.into_inner(), answer, trouble).await
}

async fn respond(mut socket: TcpStream, mut answer: Value, trouble: Option<Trouble>) -> std::io::Result<()> {
    match trouble {
        Some(Trouble::AnotherId) => answer["id"] = json!(1),
        Some(Trouble::RpcError) => {
            answer = json!({"id": answer["id"], "result": null, "error": {"code": -32603, "message": "out of order"}});
        }
        Some(Trouble::Nonsense) => answer["result"] = json!([1, 2]),
        _ => {}
    }
    let mut body = answer.to_string();
    let mut status = "200 OK";
    match trouble {
        Some(Trouble::Reset) => {
            // What was not read makes the close a reset; dropping with linger zero does it for sure.
            reset(socket);
            return Ok(());
        }
        Some(Trouble::HalfOpen) => {
            let mut rest = Vec::new();
            socket.read_to_end(&mut rest).await?;
            return Ok(());
        }
        Some(Trouble::Status500) => (status, body) = ("500 Internal Server Error", "no".to_owned()),
        Some(Trouble::Oversize) => body = " ".repeat(1 << 20) + &body,
        Some(Trouble::Html) => body = "<html>".to_owned(),
        Some(Trouble::Late(delay)) => tokio::time::sleep(delay).await,
        _ => {}
    }
    let mut text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    if let Some(Trouble::BrokenOff) = trouble {
        text.truncate(text.len() - body.len() / 2 - 1);
    }
    if let Some(Trouble::ByteAtATime) = trouble {
        for byte in text.bytes() {
            socket.write_all(&[byte]).await?;
        }
    } else {
        socket.write_all(text.as_bytes()).await?;
    }
    socket.shutdown().await
}

fn reset(socket: TcpStream) {
    socket.set_zero_linger().unwrap();
    drop(socket);
}

impl State {
    fn trouble(&mut self, method: &str) -> Option<Trouble> {
        let place = self.troubles.iter().position(|(of, _)| *of == method)?;
        if self.stays && self.troubles.len() == 1 {
            return self.troubles.get(place).map(|&(_, trouble)| trouble);
        }
        self.troubles.remove(place).map(|(_, trouble)| trouble)
    }

    fn note(&mut self, request: &Value) {
        let method = request["method"].as_str().unwrap().to_owned();
        self.calls.push((method, request["params"].clone()));
    }

    fn answer(&mut self, request: &Value) -> Value {
        self.note(request);
        let params = &request["params"];
        let result = match request["method"].as_str().unwrap() {
            "getblocktemplate" => self.template_result(),
            "submitblock" => self.submit(params),
            "getHeaderByBlockNumber" => self.header(params),
            "validateaddress" => {
                json!({"isvalid": self.valid, "address": params[0], "ismine": false})
            }
            "getinfo" | "getmininginfo" => json!({"blocks": 1}),
            "getdifficulty" => json!("0x10"),
            _ => {
                return json!({"id": request["id"], "result": null, "error": {"code": -32601, "message": "no such method"}});
            }
        };
        match self.style {
            Style::Java => json!({"result": result, "id": request["id"]}),
            Style::Rust => json!({"jsonrpc": "2.0", "result": result, "id": request["id"]}),
        }
    }

    fn template_result(&self) -> Value {
        let Some(template) = self.template else {
            return json!({"message": "the next block is of the other kind", "code": -1});
        };
        let target = hex::encode(template.target.to_be_bytes().unwrap());
        let (height, target) = match self.style {
            Style::Java => (json!(template.number), target),
            Style::Rust => (
                json!(format!("{:#x}", template.number)),
                format!("0x{}", target.trim_start_matches('0')),
            ),
        };
        json!({
            "previousblockhash": hex::encode(template.parent),
            "height": height,
            "target": target,
            "headerHash": hex::encode(template.mine_hash),
            "blockBaseReward": "14bf8ad0a8dd8000",
            "blockTxFee": "0",
        })
    }

    fn submit(&mut self, params: &Value) -> Value {
        let digits = |index: usize| params[index].as_str().unwrap_or_default().to_owned();
        let (nonce, solution, hash) = (digits(0), digits(1), digits(2));
        if (nonce.len(), solution.len(), hash.len()) != (64, 2816, 64) {
            return json!({"message": "wrong parameters", "code": -1});
        }
        if let Some(template) = self.template
            && hex::encode(template.mine_hash) == hash
            && self.import != Import::Fails
        {
            let hash = match self.import {
                Import::AnotherFirst => "ab".repeat(32),
                _ => hash,
            };
            self.chain.insert(template.number, [hash, nonce, solution]);
            self.template = self.next.pop_front().map(|mine_hash| Template {
                number: template.number + 1,
                parent: template.mine_hash,
                mine_hash,
                ..template
            });
        }
        json!(true)
    }

    fn header(&self, params: &Value) -> Value {
        let Some(height) = params[0].as_u64() else {
            return json!({"message": "not an integer", "code": -3});
        };
        match (self.chain.get(&height), self.style) {
            (None, _) => json!({"message": "not found", "code": -2}),
            (Some([hash, nonce, solution]), Style::Java) => {
                json!({"code": 0, "nonce": nonce, "solution": solution, "headerHash": hash, "blockHeader": {}})
            }
            (Some([hash, nonce, solution]), Style::Rust) => {
                let nonce = format!("0x{}", nonce.trim_start_matches('0'));
                let (solution, hash) = (format!("0x{solution}"), format!("0x{hash}"));
                json!({"nonce": nonce, "solution": solution, "headerHash": hash, "blockHeader": {}})
            }
        }
    }
}
