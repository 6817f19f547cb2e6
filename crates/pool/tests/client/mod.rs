//! A pool on a free port, and a client that speaks in lines or in raw bytes.
#![allow(dead_code)] // Each test file is a program of its own and uses a part of this.

use std::net::SocketAddr;
use std::time::Duration;

use aion_pow::target::Target;
use serde_json::Value;
use solo_pool::{Config, Desk, Errand, Stats, Status, Template, TemplateSource};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Only reached when something is broken; far above what a slow machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

pub const WORKER: &str = "0xa0b0c0d0e0f00112233445566778899aabbccddeeff00112233445566778899a";

/// A pool that runs until this is dropped or stopped.
pub struct Pool {
    pub address: SocketAddr,
    pub stats: Stats,
    pub status: Status,
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Pool {
    pub async fn start(config: Config) -> Pool {
        let chain = solo_pool::DevChain::new(config.share_difficulty);
        Pool::start_with(config, chain).await
    }

    pub async fn start_with(config: Config, source: impl TemplateSource) -> Pool {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stats = config.stats.clone();
        let (shutdown, stopped) = oneshot::channel();
        let pool = solo_pool::Pool::new(config, source);
        let status = pool.status();
        let task = tokio::spawn(pool.run(listener, async {
            let _ = stopped.await;
        }));
        Pool {
            address,
            stats,
            status,
            shutdown,
            task,
        }
    }

    /// Waits for an end that nobody asked for.
    pub async fn ended(self) {
        within(self.task).await.unwrap();
    }

    pub async fn stop(self) {
        self.shutdown.send(()).unwrap();
        within(self.task).await.unwrap();
    }
}

pub struct Client {
    reader: BufReader<OwnedReadHalf>,
    pub writer: OwnedWriteHalf,
}

impl Client {
    pub async fn connect(pool: &Pool) -> Client {
        let socket = within(tokio::net::TcpStream::connect(pool.address))
            .await
            .unwrap();
        let (reader, writer) = socket.into_split();
        Client {
            reader: BufReader::new(reader),
            writer,
        }
    }

    /// A client that has subscribed and authorized, with the job's params.
    pub async fn ready(pool: &Pool) -> (Client, Vec<Value>) {
        let mut client = Client::connect(pool).await;
        client
            .send(r#"{"id":1,"method":"mining.subscribe","params":["test","AionStratum/1.0.0"]}"#)
            .await;
        client.line().await;
        let job = client.json().await;
        client
            .send(&format!(
                r#"{{"id":2,"method":"mining.authorize","params":["{WORKER}","x"]}}"#
            ))
            .await;
        assert_eq!(client.line().await, r#"{"id":2,"result":true,"error":null}"#);
        (client, job["params"].as_array().unwrap().clone())
    }

    /// Ends the connection by a reset.
    pub fn reset(self) {
        let socket = self.reader.into_inner().reunite(self.writer).unwrap();
        socket.set_zero_linger().unwrap();
    }

    pub async fn send(&mut self, line: &str) {
        self.send_bytes(format!("{line}\n").as_bytes()).await;
    }

    pub async fn send_bytes(&mut self, bytes: &[u8]) {
        within(self.writer.write_all(bytes)).await.unwrap();
    }

    /// The next line without its end; it must end in one LF and no CR.
    pub async fn line(&mut self) -> String {
        let mut line = String::new();
        within(self.reader.read_line(&mut line)).await.unwrap();
        let line = line.strip_suffix('\n').expect("a whole line").to_owned();
        assert!(!line.contains('\r'));
        line
    }

    /// False where the connection ended or failed instead.
    pub async fn read_line(&mut self, line: &mut String) -> bool {
        within(self.reader.read_line(line)).await.is_ok()
    }

    pub async fn json(&mut self) -> Value {
        serde_json::from_str(&self.line().await).unwrap()
    }

    /// True once the pool has closed the connection; lines before that are skipped.
    pub async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        match within(self.reader.read_to_end(&mut rest)).await {
            Ok(_) => true,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }
}

/// The output of a future that must not hang.
pub async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future)
        .await
        .expect("an answer at last")
}

pub fn config() -> Config {
    Config::new(Config::DEFAULT_SHARE_DIFFICULTY).unwrap()
}

/// A source that publishes what it is told to; `None` withdraws.
pub struct Puppet(UnboundedReceiver<Option<Template>>);

/// The strings of a puppet.
pub type Strings = UnboundedSender<Option<Template>>;

impl Puppet {
    pub fn new() -> (Strings, Puppet) {
        let (strings, orders) = unbounded_channel();
        (strings, Puppet(orders))
    }
}

impl TemplateSource for Puppet {
    async fn run(mut self, mut desk: Desk) {
        loop {
            tokio::select! {
                Some(order) = self.0.recv() => match order {
                    Some(template) => desk.publish(template),
                    None => assert!(desk.withdraw(), "a job to withdraw"),
                },
                errand = desk.next() => match errand {
                    None => return,
                    Some(Errand::Address(check)) => check.answer(true),
                    Some(Errand::Block(block)) => desk.confirmed(&block),
                },
            }
        }
    }
}

/// A template that no share is a block of.
pub fn template(number: u64, mine_hash: [u8; 32]) -> Template {
    let mut target = [0; 32];
    target[31] = 1;
    Template {
        number,
        parent: [number as u8; 32],
        mine_hash,
        target: Target::from_be_bytes(target),
    }
}
