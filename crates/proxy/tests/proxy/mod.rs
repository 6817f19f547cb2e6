//! A proxy on a free port, clients of it, and a pool that a test scripts line by line.
#![allow(dead_code)] // Each test file is a program of its own and uses a part of this.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use stratum_proxy::{Config, PoolEntry};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Only reached when something is broken; far above what a slow machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The output of a future that must not hang.
pub async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future)
        .await
        .expect("an answer at last")
}

pub struct Proxy {
    pub address: SocketAddr,
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Proxy {
    pub async fn start(config: Config) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, stopped) = oneshot::channel();
        let task = tokio::spawn(stratum_proxy::run(listener, config, async {
            let _ = stopped.await;
        }));
        Proxy {
            address,
            shutdown,
            task,
        }
    }

    /// A proxy with one pool, named `test`.
    pub async fn before(pool: SocketAddr, change: impl FnOnce(&mut Config)) -> Proxy {
        let mut config = Config::default();
        config
            .pools
            .push(PoolEntry::new("test", &pool.to_string()).unwrap());
        change(&mut config);
        Proxy::start(config).await
    }

    pub async fn stop(self) {
        self.shutdown.send(()).unwrap();
        within(self.task).await.unwrap().unwrap();
    }

    /// One request, byte by byte, and everything that comes back.
    pub async fn http(&self, request: &str) -> Response {
        let mut socket = within(TcpStream::connect(self.address)).await.unwrap();
        within(socket.write_all(request.as_bytes())).await.unwrap();
        let mut bytes = Vec::new();
        within(socket.read_to_end(&mut bytes)).await.unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").expect("a response head");
        Response {
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub async fn get(&self, path: &str) -> Response {
        self.http(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        ))
        .await
    }

    /// A session as the page served here would open it.
    pub async fn session(&self, name: &str) -> Session {
        let origin = format!("http://{}", self.address);
        self.open(name, Some(&origin))
            .await
            .unwrap_or_else(|error| panic!("{error}"))
    }

    pub async fn open(&self, name: &str, origin: Option<&str>) -> Result<Session, tungstenite::Error> {
        let mut request = format!("ws://{}/pool/{name}", self.address).into_client_request()?;
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let (socket, _) = within(tokio_tungstenite::connect_async(request)).await?;
        Ok(Session { socket })
    }
}

pub struct Response {
    pub head: String,
    pub body: String,
}

impl Response {
    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

pub struct Session {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Session {
    pub async fn send(&mut self, text: &str) {
        within(self.socket.send(Message::text(text))).await.unwrap();
    }

    pub async fn line(&mut self) -> String {
        loop {
            match within(self.socket.next()).await.unwrap().unwrap() {
                Message::Text(text) => return text.to_string(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("no line: {other:?}"),
            }
        }
    }

    /// The close code and reason that end the session; lines before that are skipped.
    pub async fn end(&mut self) -> (u16, String) {
        loop {
            match within(self.socket.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(Message::Close(None))) => return (1005, String::new()),
                Some(Ok(_)) => {}
                other => panic!("no close frame: {other:?}"),
            }
        }
    }
}

/// A pool whose every word a test says.
pub struct ScriptedPool {
    listener: TcpListener,
    pub address: SocketAddr,
}

impl ScriptedPool {
    pub async fn listen() -> ScriptedPool {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        ScriptedPool { listener, address }
    }

    pub async fn accept(&self) -> PoolSide {
        PoolSide(BufReader::new(within(self.listener.accept()).await.unwrap().0))
    }
}

pub struct PoolSide(BufReader<TcpStream>);

impl PoolSide {
    /// The next line, its end included; empty once the proxy has hung up.
    pub async fn line(&mut self) -> String {
        let mut line = String::new();
        within(self.0.read_line(&mut line)).await.unwrap();
        line
    }

    pub async fn say(&mut self, bytes: &[u8]) {
        within(self.0.write_all(bytes)).await.unwrap();
    }

    pub fn socket(&mut self) -> &mut TcpStream {
        self.0.get_mut()
    }
}
