//! What whoever runs the proxy sees of it: metrics, readiness, new settings, a drain, TLS, the log.

mod proxy;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use proxy::{ScriptedPool, Session, within};
use stratum_proxy::{Config, Identity, Listeners, PoolEntry};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

const SUBSCRIBE: &str = r#"{"id":1,"method":"mining.subscribe","params":["miner/1.0"]}"#;

/// A proxy whose settings can change, with a listener for metrics.
struct Operated {
    public: SocketAddr,
    metrics: SocketAddr,
    settings: watch::Sender<Config>,
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Operated {
    async fn start(config: Config) -> Operated {
        let public = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let metrics = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = (public.local_addr().unwrap(), metrics.local_addr().unwrap());
        let (settings, current) = watch::channel(config);
        let (shutdown, stopped) = oneshot::channel();
        let listeners = Listeners {
            public,
            metrics: Some(metrics),
        };
        let task = tokio::spawn(stratum_proxy::serve(listeners, current, async {
            let _ = stopped.await;
        }));
        Operated {
            public: addresses.0,
            metrics: addresses.1,
            settings,
            shutdown,
            task,
        }
    }

    async fn session(&self, pool: &str) -> Result<Session, Error> {
        let mut request = format!("ws://{}/pool/{pool}", self.public).into_client_request()?;
        let origin = format!("http://{}", self.public);
        request.headers_mut().insert("origin", origin.parse().unwrap());
        let (socket, _) = within(tokio_tungstenite::connect_async(request)).await?;
        Ok(Session { socket })
    }

    async fn metrics(&self) -> String {
        let answer = get(self.metrics, "localhost", "/metrics").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        answer
    }

    /// Asks for metrics until they say this; counters move a moment after what they count.
    async fn says(&self, line: &str) {
        within(async { while !self.metrics().await.lines().any(|found| found == line) {} }).await;
    }
}

async fn get(address: SocketAddr, host: &str, path: &str) -> String {
    exchange(within(TcpStream::connect(address)).await.unwrap(), host, path).await
}

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, host: &str, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    within(stream.write_all(request.as_bytes())).await.unwrap();
    let mut answer = String::new();
    within(stream.read_to_string(&mut answer)).await.unwrap();
    answer
}

fn with_pool(name: &str, pool: SocketAddr) -> Config {
    Config {
        pools: vec![PoolEntry::new(name, &pool.to_string()).unwrap()],
        ..Config::default()
    }
}

fn status(outcome: Result<Session, Error>) -> u16 {
    match outcome {
        Ok(_) => 101,
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn metrics_count_what_passed_and_what_did_not() {
    let pool = ScriptedPool::listen().await;
    let proxy = Operated::start(with_pool("test", pool.address)).await;
    let mut client = proxy.session("test").await.unwrap();
    let mut side = pool.accept().await;
    let submit = r#"{"id":2,"method":"mining.submit","params":["w","1","00","ab","cd"]}"#;
    for call in [SUBSCRIBE, submit, &submit.replace('2', "3")] {
        client.send(call).await;
        side.line().await;
    }
    let replies = [
        r#"{"id":1,"result":[null,"00"],"error":null}"#,
        r#"{"id":3,"result":true,"error":null}"#,
        r#"{"id":2,"result":null,"error":[21,"job not found"]}"#,
    ];
    for reply in replies {
        side.say(format!("{reply}\n").as_bytes()).await;
        assert_eq!(client.line().await, reply);
    }
    assert_eq!(status(proxy.session("other").await), 404);
    proxy.says("stratum_proxy_sessions 1").await;
    let text = proxy.metrics().await;
    let bytes: usize = replies.iter().map(|reply| reply.len()).sum();
    for line in [
        "stratum_proxy_ready 1",
        "stratum_proxy_sessions_opened_total 1",
        "stratum_proxy_refused_total{cause=\"unknown_pool\"} 1",
        "stratum_proxy_lines_total{direction=\"to_pool\"} 3",
        "stratum_proxy_lines_total{direction=\"to_client\"} 3",
        &format!("stratum_proxy_line_bytes_total{{direction=\"to_client\"}} {bytes}"),
        "stratum_proxy_shares_submitted_total 2",
        "stratum_proxy_shares_judged_total{verdict=\"accepted\"} 1",
        "stratum_proxy_shares_judged_total{verdict=\"rejected\"} 1",
        "stratum_proxy_share_verdict_seconds_count 2",
        "stratum_proxy_pool_connect_seconds_count 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    drop(side);
    assert_eq!(client.end().await.0, 4003);
    proxy
        .says("stratum_proxy_sessions_ended_total{cause=\"pool_closed\"} 1")
        .await;
    proxy.says("stratum_proxy_sessions 0").await;
}

#[tokio::test]
async fn metrics_are_not_public() {
    let pool = ScriptedPool::listen().await;
    let proxy = Operated::start(with_pool("test", pool.address)).await;
    let public = get(proxy.public, "localhost", "/metrics").await;
    assert!(public.starts_with("HTTP/1.1 404 "), "{public}");
    // A page's own name, bound to this machine.
    let rebound = get(proxy.metrics, "rebound.example", "/metrics").await;
    assert!(
        rebound.starts_with("HTTP/1.1 403 ") && !rebound.contains("stratum_proxy"),
        "{rebound}"
    );
    for host in ["localhost", "192.0.2.1:9100", "[2001:db8::1]:9100"] {
        let answer = get(proxy.metrics, host, "/metrics").await;
        assert!(
            answer.contains("content-type: text/plain; version=0.0.4"),
            "{host}: {answer}"
        );
    }
}

#[tokio::test]
async fn readiness_is_a_pool_and_no_end_in_sight() {
    let empty = Operated::start(Config::default()).await;
    for address in [empty.public, empty.metrics] {
        assert!(
            get(address, "localhost", "/healthz")
                .await
                .starts_with("HTTP/1.1 200 ")
        );
        let answer = get(address, "localhost", "/readyz").await;
        assert!(answer.starts_with("HTTP/1.1 503 ") && answer.ends_with("no pool is configured\n"));
    }
    // A pool that is down does not count: it is down for every other proxy too.
    empty
        .settings
        .send_replace(with_pool("test", "127.0.0.1:1".parse().unwrap()));
    empty.says("stratum_proxy_ready 1").await;
    // Whatever a probe calls the proxy.
    assert!(
        get(empty.metrics, "10.1.2.3:9100", "/readyz")
            .await
            .ends_with("ready\n")
    );
    assert!(
        get(empty.metrics, "pod.cluster", "/readyz")
            .await
            .ends_with("ready\n")
    );
}

#[tokio::test]
async fn new_settings_are_for_new_sessions() {
    let (first, second) = (ScriptedPool::listen().await, ScriptedPool::listen().await);
    let proxy = Operated::start(with_pool("old", first.address)).await;
    let mut running = proxy.session("old").await.unwrap();
    let mut side = first.accept().await;
    // A connection from before, on which a request comes after.
    let mut kept = BufReader::new(within(TcpStream::connect(proxy.public)).await.unwrap());
    let mut config = with_pool("new", second.address);
    config.limits.sessions = 2;
    proxy.settings.send_replace(config);
    proxy.says("stratum_proxy_reloads_total 1").await;

    assert_eq!(status(proxy.session("old").await), 404);
    let _next = proxy.session("new").await.unwrap();
    let _its_side = second.accept().await;
    // The running session holds a seat of the new, smaller cap.
    assert_eq!(status(proxy.session("new").await), 503);
    running.send(SUBSCRIBE).await;
    assert_eq!(side.line().await, format!("{SUBSCRIBE}\n"));
    side.say(b"still here\n").await;
    assert_eq!(running.line().await, "still here");
    let request = "GET /pools.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    within(kept.get_mut().write_all(request.as_bytes()))
        .await
        .unwrap();
    let mut answer = String::new();
    within(kept.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.ends_with(r#"{"pools":[{"name":"new"}]}"#), "{answer}");
}

#[tokio::test]
async fn a_drain_refuses_the_new_and_lets_the_old_go_on_for_its_time() {
    let pool = ScriptedPool::listen().await;
    let mut config = with_pool("test", pool.address);
    config.limits.drain = Duration::from_secs(3_600);
    let proxy = Operated::start(config).await;
    let mut running = proxy.session("test").await.unwrap();
    let mut side = pool.accept().await;
    proxy.shutdown.send(()).unwrap();
    within(async {
        while !get(proxy.public, "localhost", "/readyz")
            .await
            .starts_with("HTTP/1.1 503 ")
        {}
    })
    .await;
    let answer = get(proxy.metrics, "localhost", "/readyz").await;
    assert!(answer.ends_with("the proxy is stopping\n"), "{answer}");
    let mut request = format!("ws://{}/pool/test", proxy.public)
        .into_client_request()
        .unwrap();
    let origin = format!("http://{}", proxy.public);
    request.headers_mut().insert("origin", origin.parse().unwrap());
    match within(tokio_tungstenite::connect_async(request)).await {
        Err(Error::Http(response)) => assert_eq!(response.status(), 503),
        other => panic!("{:?}", other.map(|_| "a session")),
    }
    running.send(SUBSCRIBE).await;
    assert_eq!(side.line().await, format!("{SUBSCRIBE}\n"));
    // The last one turns out the light.
    within(running.socket.close(None)).await.unwrap();
    within(proxy.task).await.unwrap().unwrap();
}

#[tokio::test]
async fn after_the_drain_whoever_is_left_is_told() {
    let pool = ScriptedPool::listen().await;
    let mut config = with_pool("test", pool.address);
    config.limits.drain = Duration::from_millis(50);
    let proxy = Operated::start(config).await;
    let mut running = proxy.session("test").await.unwrap();
    let _side = pool.accept().await;
    proxy.shutdown.send(()).unwrap();
    assert_eq!(running.end().await, (1001, "the proxy is stopping".to_owned()));
    within(proxy.task).await.unwrap().unwrap();
}

/// A certificate in a folder of its own.
struct Papers {
    folder: PathBuf,
    root: CertificateDer<'static>,
}

impl Papers {
    fn new(name: &str) -> Papers {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        std::fs::write(folder.join("certificate.pem"), made.cert.pem()).unwrap();
        std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        let root = made.cert.der().clone();
        Papers { folder, root }
    }

    fn identity(&self) -> Identity {
        Identity::read(&self.folder.join("certificate.pem"), &self.folder.join("key.pem")).unwrap()
    }

    async fn connect(&self, address: SocketAddr) -> std::io::Result<impl AsyncRead + AsyncWrite + Unpin> {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let socket = within(TcpStream::connect(address)).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        within(TlsConnector::from(Arc::new(config)).connect(name, socket)).await
    }
}

impl Drop for Papers {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn the_page_and_sessions_are_there_over_tls() {
    let pool = ScriptedPool::listen().await;
    let papers = Papers::new("tls");
    let mut config = with_pool("test", pool.address);
    config.tls = Some(papers.identity());
    let proxy = Operated::start(config).await;
    let stream = papers.connect(proxy.public).await.unwrap();
    assert!(exchange(stream, "localhost", "/healthz").await.ends_with("ok"));

    let port = proxy.public.port();
    let mut request = format!("wss://localhost:{port}/pool/test")
        .into_client_request()
        .unwrap();
    let origin = format!("https://localhost:{port}");
    request.headers_mut().insert("origin", origin.parse().unwrap());
    let stream = papers.connect(proxy.public).await.unwrap();
    let (mut socket, _) = within(tokio_tungstenite::client_async(request, stream))
        .await
        .unwrap();
    let mut side = pool.accept().await;
    within(socket.send(Message::text(SUBSCRIBE))).await.unwrap();
    assert_eq!(side.line().await, format!("{SUBSCRIBE}\n"));
    let long = "x".repeat(32_768);
    side.say(format!("{long}\n").as_bytes()).await;
    assert_eq!(within(socket.next()).await.unwrap().unwrap(), Message::text(long));

    // Whoever speaks plain HTTP there, or knows another root, gets nothing.
    let mut plain = within(TcpStream::connect(proxy.public)).await.unwrap();
    within(plain.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _ = within(plain.read_to_end(&mut answer)).await;
    assert!(!answer.starts_with(b"HTTP"));
    assert!(Papers::new("tls-other").connect(proxy.public).await.is_err());
    proxy
        .says("stratum_proxy_refused_total{cause=\"handshake\"} 2")
        .await;
}

#[tokio::test]
async fn a_new_certificate_is_taken_while_the_proxy_runs() {
    let (first, second) = (Papers::new("first"), Papers::new("second"));
    let config = |papers: &Papers| Config {
        tls: Some(papers.identity()),
        ..Config::default()
    };
    let proxy = Operated::start(config(&first)).await;
    assert!(first.connect(proxy.public).await.is_ok());
    proxy.settings.send_replace(config(&second));
    proxy.says("stratum_proxy_reloads_total 1").await;
    assert!(second.connect(proxy.public).await.is_ok());
    assert!(first.connect(proxy.public).await.is_err());
}

#[test]
fn papers_that_do_not_fit_are_refused_by_name() {
    let (first, second) = (Papers::new("fits"), Papers::new("fits-not"));
    let read =
        |certificate: PathBuf, key: PathBuf| Identity::read(&certificate, &key).unwrap_err().to_string();
    let certificate = first.folder.join("certificate.pem");
    let error = read(certificate.clone(), second.folder.join("key.pem"));
    assert!(
        error.starts_with("key in ") && error.contains("fits-not"),
        "{error}"
    );
    let error = read(certificate.clone(), certificate.clone());
    assert!(error.starts_with("key in "), "{error}");
    let error = read(first.folder.join("key.pem"), first.folder.join("key.pem"));
    assert!(
        error.starts_with("certificates in ") && error.ends_with("no certificate in it"),
        "{error}"
    );
    let error = read(first.folder.join("none.pem"), certificate);
    assert!(error.contains("none.pem"), "{error}");
}

/// The program, and what it logs.
struct Program {
    child: Child,
    authority: String,
    /// Read all the time: a pipe that is full would hold the program up.
    logged: watch::Receiver<String>,
}

impl Program {
    async fn start(arguments: &[&str], level: &str) -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_stratum-proxy"))
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .env("RUST_LOG", level)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        within(stdout.read_line(&mut line)).await.unwrap();
        let authority = line
            .trim_end()
            .strip_prefix("listening on http://")
            .expect(&line)
            .to_owned();
        let mut stderr = child.stderr.take().unwrap();
        let (write, logged) = watch::channel(String::new());
        tokio::spawn(async move {
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = stderr.read(&mut chunk).await {
                write.send_modify(|log| log.push_str(&String::from_utf8_lossy(&chunk[..count])));
            }
        });
        Program {
            child,
            authority,
            logged,
        }
    }

    async fn signal(&self, name: &str) {
        let id = self.child.id().unwrap().to_string();
        let status = within(Command::new("kill").args(["-s", name, &id]).status()).await;
        assert!(status.unwrap().success());
    }

    async fn session(&self, pool: &str, headers: &[(&'static str, &str)]) -> Result<Session, Error> {
        let mut request = format!("ws://{}/pool/{pool}", self.authority).into_client_request()?;
        let origin = format!("http://{}", self.authority);
        request.headers_mut().insert("origin", origin.parse().unwrap());
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (socket, _) = within(tokio_tungstenite::connect_async(request)).await?;
        Ok(Session { socket })
    }

    /// Done once it has logged this.
    async fn logs(&mut self, text: &str) {
        within(self.logged.wait_for(|log| log.contains(text)))
            .await
            .unwrap();
    }

    /// Ends it, and gives what it logged.
    async fn log(mut self) -> String {
        self.signal("TERM").await;
        // Until the pipe is closed.
        within(async { while self.logged.changed().await.is_ok() {} }).await;
        let log = self.logged.borrow().clone();
        assert!(within(self.child.wait()).await.unwrap().success(), "{log}");
        log
    }
}

#[tokio::test]
async fn no_wallet_and_no_password_is_ever_logged() {
    let wallet = "a0feedc0ffeebadcab1e";
    let password = "hunter2hunter2";
    let worker = format!("0x{wallet}{}", "0".repeat(44));
    let call = |method: &str, params: String| format!(r#"{{"id":7,"method":"{method}","params":{params}}}"#);
    for format in ["text", "json"] {
        let program = Program::start(&["--dev", "--log-format", format], "trace").await;
        let mut session = program.session("local", &[]).await.unwrap();
        session
            .send(&call(
                "mining.subscribe",
                format!(r#"["{wallet}","AionStratum/1.0.0"]"#),
            ))
            .await;
        session
            .send(&call("mining.authorize", format!(r#"["{worker}","{password}"]"#)))
            .await;
        session
            .send(&call(
                "mining.submit",
                format!(r#"["{worker}","{wallet}","00","00","00"]"#),
            ))
            .await;
        for _ in 0..4 {
            session.line().await;
        }
        // In places where they do not belong.
        for bad in [
            call(&worker, "[]".to_owned()),
            format!(r#"{{"id":{{"{wallet}":"{password}"}},"method":"mining.subscribe","params":[]}}"#),
            call("mining.submit", format!(r#"["{worker}","{password}"]"#)),
            format!("{worker} {password}"),
        ] {
            let mut session = program.session("local", &[]).await.unwrap();
            session.send(&bad).await;
            assert_eq!(session.end().await.0, 4000, "{bad}");
        }
        assert_eq!(status(program.session(wallet, &[]).await), 404);
        assert_eq!(
            status(
                program
                    .session("local", &[("origin", &format!("https://{wallet}"))])
                    .await
            ),
            403
        );
        assert_eq!(status(program.session("local", &[("host", wallet)]).await), 403);
        let answered = program
            .session("local", &[("cookie", &format!("{wallet}={password}"))])
            .await;
        assert_eq!(status(answered), 101);
        let log = program.log().await;
        assert!(log.contains("bad_call") && log.contains("opened"), "{log}");
        let lower = log.to_lowercase();
        for secret in [wallet, password] {
            let place = lower.find(secret).map(|at| &log[at.saturating_sub(200)..at]);
            assert_eq!(place, None, "{format}: {secret}");
        }
        if format == "json" {
            for line in log.lines() {
                let event: serde_json::Value =
                    serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
                assert!(
                    event["timestamp"].is_string() && event["level"].is_string(),
                    "{line}"
                );
            }
            assert!(
                log.lines().any(|line| line.contains(r#""cause":"bad_call""#)),
                "{log}"
            );
        }
    }
}

#[tokio::test]
async fn a_hangup_signal_reads_the_file_anew_and_a_bad_one_is_not_taken() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("reload-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("proxy.toml");
    let pool = |name: &str| format!("[[pool]]\nname = \"{name}\"\naddresses = [\"127.0.0.1:1\"]\n");
    std::fs::write(&file, pool("one")).unwrap();
    let mut program = Program::start(
        &["--config", file.to_str().unwrap(), "--pool", "own=127.0.0.1:1"],
        "info",
    )
    .await;
    let address: SocketAddr = program.authority.parse().unwrap();
    let names = async |expected: &str| {
        let path = "/pools.json";
        within(async { while !get(address, "localhost", path).await.ends_with(expected) {} }).await;
    };
    names(r#"{"pools":[{"name":"one"},{"name":"own"}]}"#).await;

    std::fs::write(&file, pool("two")).unwrap();
    program.signal("HUP").await;
    names(r#"{"pools":[{"name":"two"},{"name":"own"}]}"#).await;

    for (bad, reason) in [
        (
            format!("{}[limits]\nsessions = 0\n", pool("three")),
            "0 is not from 1 to 1000000",
        ),
        (pool("own"), "is given twice"),
    ] {
        std::fs::write(&file, bad).unwrap();
        program.signal("HUP").await;
        program.logs(reason).await;
        names(r#"{"pools":[{"name":"two"},{"name":"own"}]}"#).await;
    }
    std::fs::write(
        &file,
        format!("{}[metrics]\nlisten = \"127.0.0.1:2\"\n", pool("four")),
    )
    .unwrap();
    program.signal("HUP").await;
    program.logs("change with a restart alone").await;
    names(r#"{"pools":[{"name":"four"},{"name":"own"}]}"#).await;
    assert!(program.log().await.contains("the old ones stay"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn whoever_asks_twice_does_not_wait_for_the_drain() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("twice-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("proxy.toml");
    std::fs::write(&file, "[limits]\ndrain = \"1h\"\n").unwrap();
    let mut program = Program::start(&["--dev", "--config", file.to_str().unwrap()], "info").await;
    let address: SocketAddr = program.authority.parse().unwrap();
    let mut session = program.session("local", &[]).await.unwrap();
    session.send(SUBSCRIBE).await;
    session.line().await;
    program.signal("TERM").await;
    within(async {
        while !get(address, "localhost", "/readyz")
            .await
            .starts_with("HTTP/1.1 503 ")
        {}
    })
    .await;
    program.signal("TERM").await;
    assert!(within(program.child.wait()).await.unwrap().success());
    std::fs::remove_dir_all(folder).unwrap();
}
