//! Everything that a hostile or broken client may send, byte by byte, and what the proxy answers.
//!
//! Requests are answered with a status or a hang-up, sessions with a close code. Wherever a row does not say that
//! the pool hears something, it hears nothing.

mod proxy;

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::join_all;
use proxy::{PoolSide, Proxy, ScriptedPool, within};
use stratum_proxy::{Config, PoolEntry};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A site with a secret beside it.
struct Site(PathBuf);

impl Site {
    fn new() -> Site {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bad-input-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("site")).unwrap();
        std::fs::write(folder.join("secret.txt"), "secret").unwrap();
        std::fs::write(folder.join("site/.env"), "secret").unwrap();
        std::fs::write(folder.join("site/index.html"), "<title>page</title>").unwrap();
        Site(folder)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The request of a browser whose page was served here; rows change a part of it.
fn upgrade(proxy: &Proxy) -> String {
    format!(
        "GET /pool/test HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        proxy.address
    )
}

/// All that comes back, until the proxy hangs up.
async fn answer(proxy: &Proxy, request: &[u8]) -> String {
    let mut socket = within(TcpStream::connect(proxy.address)).await.unwrap();
    // The proxy may have answered and hung up before all is written.
    let _ = within(socket.write_all(request)).await;
    let mut bytes = Vec::new();
    let _ = within(socket.read_to_end(&mut bytes)).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The statuses in an answer, one a response.
fn statuses(answer: &str) -> Vec<&str> {
    let responses = answer.split("HTTP/1.").skip(1);
    responses.map(|response| &response[2..5]).collect()
}

#[tokio::test]
async fn a_bad_request_has_its_status() {
    let pool = ScriptedPool::listen().await;
    let site = Site::new();
    let proxy = Proxy::before(pool.address, |config| {
        config.site = Some(site.0.join("site"));
        config.limits.request_head = Duration::from_secs(2);
        config.limits.connections_per_client = 1_000;
    })
    .await;
    let good = upgrade(&proxy);
    let own_origin = format!("Origin: http://{}\r\n", proxy.address);
    let own_host = format!("Host: {}\r\n", proxy.address);
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1).into_bytes()
    };
    let path = |path: &str| changed("/pool/test", path);
    let plain = |line: &str| format!("{line}\r\nHost: localhost\r\nConnection: close\r\n\r\n").into_bytes();
    let get = |path: &str| plain(&format!("GET {path} HTTP/1.1"));
    let with = |header: &str| {
        format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n\r\n")
            .into_bytes()
    };
    let hello = [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..], &[7; 506]].concat();

    // No status is a hang-up.
    let table: Vec<(&str, Vec<u8>, &[&str])> = vec![
        // Who asks.
        (
            "a foreign origin",
            changed(&own_origin, "Origin: https://evil.example\r\n"),
            &["403"],
        ),
        (
            "our host on another port",
            changed(&own_origin, "Origin: http://localhost:1\r\n"),
            &["403"],
        ),
        ("no origin", changed(&own_origin, ""), &["403"]),
        (
            "a null origin",
            changed(&own_origin, "Origin: null\r\n"),
            &["403"],
        ),
        (
            "two origins",
            changed(&own_origin, &own_origin.repeat(2)),
            &["403"],
        ),
        (
            "an origin that is no text",
            changed(&own_origin, "Origin: \u{fffd}\r\n"),
            &["403"],
        ),
        (
            "a foreign host",
            changed(&own_host, "Host: rebound.example\r\n"),
            &["403"],
        ),
        ("no host", changed(&own_host, ""), &["403"]),
        ("two hosts", changed(&own_host, &own_host.repeat(2)), &["403"]),
        (
            "a user in the host",
            changed(&own_host, &own_host.replace(": ", ": me@")),
            &["403"],
        ),
        // What for.
        ("an unknown pool", path("/pool/other"), &["404"]),
        ("an address for a pool", path("/pool/127.0.0.1:22"), &["404"]),
        ("a pool in capitals", path("/pool/TEST"), &["404"]),
        ("a slash in escapes", path("/pool/test%2f"), &["404"]),
        ("a zero byte", path("/pool/test%00"), &["404"]),
        ("a name that is not UTF-8", path("/pool/%ff"), &["400"]),
        ("no name", path("/pool/"), &["404"]),
        ("a path behind the name", path("/pool/test/x"), &["404"]),
        // How.
        ("a POST to a pool", plain("POST /pool/test HTTP/1.1"), &["405"]),
        ("no upgrade", get("/pool/test"), &["400"]),
        (
            "an upgrade to something else",
            changed("Upgrade: websocket", "Upgrade: h2c"),
            &["400"],
        ),
        (
            "no key",
            changed("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n", ""),
            &["400"],
        ),
        ("version 12", changed("Version: 13", "Version: 12"), &["400"]),
        (
            "no version",
            changed("Sec-WebSocket-Version: 13\r\n", ""),
            &["400"],
        ),
        (
            "an upgrade in HTTP/1.0",
            changed("HTTP/1.1", "HTTP/1.0"),
            &["426"],
        ),
        // Files.
        ("a path that climbs", get("/../secret.txt"), &["404"]),
        (
            "a path that climbs in escapes",
            get("/%2e%2e/secret.txt"),
            &["404"],
        ),
        (
            "a path that climbs in double escapes",
            get("/%252e%252e/secret.txt"),
            &["404"],
        ),
        (
            "a path that climbs by backslashes",
            get("/..%5csecret.txt"),
            &["404"],
        ),
        ("a hidden file", get("/.env"), &["404"]),
        ("a hidden file in escapes", get("/%2eenv"), &["404"]),
        ("a zero byte in a path", get("/index.html%00"), &["404"]),
        (
            "a method that writes",
            plain("PUT /index.html HTTP/1.1"),
            &["405"],
        ),
        (
            "a method that nobody knows",
            plain("BREW /healthz HTTP/1.1"),
            &["405"],
        ),
        ("a tunnel", plain("CONNECT 127.0.0.1:22 HTTP/1.1"), &["405"]),
        // Not HTTP.
        ("junk", b"\0\x01\x02\x03 junk \xff\xfe\r\n\r\n".to_vec(), &["400"]),
        (
            "stratum",
            b"{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[]}\n".to_vec(),
            &["400"],
        ),
        ("TLS", hello, &["400"]),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), &[]),
        ("HTTP/9.9", plain("GET / HTTP/9.9"), &["400"]),
        ("a header without a colon", with("no colon"), &["400"]),
        ("a blank in a header's name", with("X Y: 1"), &["400"]),
        ("a zero byte in a header", with("X: a\0b"), &["400"]),
        (
            "two lengths",
            with("Content-Length: 1\r\nContent-Length: 2"),
            &["400"],
        ),
        ("a length below zero", with("Content-Length: -1"), &["400"]),
        // Too much.
        (
            "20 KiB of one header",
            with(&format!("X: {}", "x".repeat(20_480))),
            &["431"],
        ),
        ("200 headers", with(&"X: 1\r\n".repeat(200)), &["431"]),
        (
            "a path of 20 KiB",
            get(&format!("/{}", "x".repeat(20_480))),
            &["431"],
        ),
        (
            "junk behind a request",
            b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n\0\0\0\0\r\n\r\n".to_vec(),
            &["200", "400"],
        ),
        // Too little: nothing more comes, and the deadline ends it.
        ("nothing", Vec::new(), &[]),
        ("half a head", b"GET / HTTP/1.1\r\nHost: loc".to_vec(), &[]),
        (
            "half a second head",
            b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET".to_vec(),
            &["200"],
        ),
    ];
    // All at once: an answer that leaves the connection open ends with the deadline.
    let answers = join_all(table.iter().map(|(_, request, _)| answer(&proxy, request))).await;
    for ((name, _, expected), answer) in table.iter().zip(answers) {
        assert_eq!(statuses(&answer), *expected, "{name}: {answer}");
        assert!(!answer.contains("secret"), "{name}: {answer}");
    }
    // After all of that, a good one.
    assert!(
        proxy
            .open("test", Some(&format!("http://{}", proxy.address)))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_head_that_comes_a_byte_at_a_time_has_one_deadline_for_all_of_it() {
    let mut config = Config::default();
    config.limits.request_head = Duration::from_millis(300);
    let proxy = Proxy::start(config).await;
    let mut socket = within(TcpStream::connect(proxy.address)).await.unwrap();
    let mut sent = 0;
    within(async {
        // Never a pause that is long, never an end.
        while socket.write_all(b"X").await.is_ok() {
            sent += 1;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert!(sent < 1_000, "{sent}");
}

#[tokio::test]
async fn a_head_whose_sender_stops_sending_is_let_go_at_once() {
    let proxy = Proxy::start(Config::default()).await;
    let mut socket = within(TcpStream::connect(proxy.address)).await.unwrap();
    within(socket.write_all(b"GET / HTTP/1.1\r\nHost: loc"))
        .await
        .unwrap();
    within(socket.shutdown()).await.unwrap();
    let start = std::time::Instant::now();
    let mut rest = Vec::new();
    let _ = within(socket.read_to_end(&mut rest)).await;
    assert!(start.elapsed() < Config::default().limits.request_head);
}

const FIN: u8 = 0x80;
const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;

/// A frame as a client sends it; the mask is zero, so that the payload stays readable.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    [head(first, payload.len() as u64), payload.to_vec()].concat()
}

/// The head of a masked frame of so many bytes.
fn head(first: u8, length: u64) -> Vec<u8> {
    let length = match length {
        0..=125 => vec![0x80 | length as u8],
        126..=0xffff => [&[0xfe][..], &(length as u16).to_be_bytes()].concat(),
        _ => [&[0xff][..], &length.to_be_bytes()].concat(),
    };
    [&[first][..], &length, &[0; 4]].concat()
}

fn text(payload: &str) -> Vec<u8> {
    frame(FIN | TEXT, payload.as_bytes())
}

/// What becomes of a session.
#[derive(Debug, PartialEq)]
enum End {
    /// A close frame with this code, and then the socket.
    Code(u16),
    /// A close frame without a code.
    NoCode,
    /// The socket alone.
    HangUp,
}

/// A session by raw frames, and the pool's side of it.
struct Raw {
    socket: TcpStream,
    pool: PoolSide,
}

impl Raw {
    async fn open(proxy: &Proxy, pool: &ScriptedPool) -> Raw {
        let mut socket = within(TcpStream::connect(proxy.address)).await.unwrap();
        within(socket.write_all(upgrade(proxy).as_bytes())).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(within(socket.read_u8()).await.unwrap());
        }
        assert!(
            answer.starts_with(b"HTTP/1.1 101 "),
            "{}",
            String::from_utf8_lossy(&answer)
        );
        let pool = pool.accept().await;
        Raw { socket, pool }
    }

    /// Reads frames until the session is over.
    async fn end(&mut self) -> End {
        within(async {
            loop {
                let mut start = [0; 2];
                if self.socket.read_exact(&mut start).await.is_err() {
                    return End::HangUp;
                }
                let length = match start[1] {
                    126 => u64::from(self.socket.read_u16().await.unwrap()),
                    127 => self.socket.read_u64().await.unwrap(),
                    short => u64::from(short),
                };
                let mut payload = vec![0; length as usize];
                self.socket.read_exact(&mut payload).await.unwrap();
                if start[0] == FIN | CLOSE {
                    return match payload.first_chunk() {
                        Some(code) => End::Code(u16::from_be_bytes(*code)),
                        None => End::NoCode,
                    };
                }
            }
        })
        .await
    }
}

const SUBSCRIBE: &str = r#"{"id":1,"method":"mining.subscribe","params":["miner/1.0"]}"#;

fn call(method: &str, params: &str) -> Vec<u8> {
    text(&format!(r#"{{"id":1,"method":"{method}","params":{params}}}"#))
}

fn id(id: &str) -> Vec<u8> {
    text(&format!(
        r#"{{"id":{id},"method":"mining.extranonce.subscribe","params":[]}}"#
    ))
}

/// A call that is exactly so long.
fn long(bytes: usize) -> Vec<u8> {
    let frame = r#"{"id":1,"method":"mining.authorize","params":["",""]}"#;
    text(&frame.replacen("\"\"", &format!("\"{}\"", "w".repeat(bytes - frame.len())), 1))
}

#[tokio::test]
async fn a_bad_message_ends_its_session_with_its_code() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let half = &SUBSCRIBE[..20];
    let unmasked = [&[FIN | TEXT, SUBSCRIBE.len() as u8][..], SUBSCRIBE.as_bytes()].concat();
    let endless = [
        frame(TEXT, &[b'x'; 10_000]),
        frame(CONTINUATION, &[b'x'; 10_000]).repeat(10),
    ]
    .concat();
    let table: Vec<(&str, Vec<u8>, End)> = vec![
        // What is no call.
        ("junk", text("GET / HTTP/1.1"), End::Code(4000)),
        ("nothing", text(""), End::Code(4000)),
        ("null", text("null"), End::Code(4000)),
        ("a number", text("1"), End::Code(4000)),
        (
            "a byte order mark",
            text(&format!("\u{feff}{SUBSCRIBE}")),
            End::Code(4000),
        ),
        ("half a call", text(half), End::Code(4000)),
        (
            "two calls",
            text(&format!("{SUBSCRIBE}\n{SUBSCRIBE}")),
            End::Code(4000),
        ),
        ("a batch", text(&format!("[{SUBSCRIBE}]")), End::Code(4000)),
        (
            "5,000 arrays in each other",
            text(&"[".repeat(5_000)),
            End::Code(4000),
        ),
        (
            "1,500 objects in each other",
            text(&"{\"a\":".repeat(1_500)),
            End::Code(4000),
        ),
        (
            "depth in an unknown member",
            text(&format!("{{\"x\":{}", "[".repeat(5_000))),
            End::Code(4000),
        ),
        ("an id that is no number", id("NaN"), End::Code(4000)),
        ("an id that is endless", id("Infinity"), End::Code(4000)),
        ("an id out of range", id("1e999"), End::Code(4000)),
        ("an id that is an object", id("{}"), End::Code(4000)),
        ("an id that is an array", id("[1]"), End::Code(4000)),
        ("no method", text(r#"{"id":1,"params":[]}"#), End::Code(4000)),
        (
            "a method that is a number",
            text(r#"{"id":1,"method":1,"params":[]}"#),
            End::Code(4000),
        ),
        (
            "an unknown method",
            call("mining.get_transactions", "[]"),
            End::Code(4000),
        ),
        (
            "a method in capitals",
            call("MINING.SUBSCRIBE", "[]"),
            End::Code(4000),
        ),
        ("a pool's method", call("mining.notify", "[]"), End::Code(4000)),
        (
            "a pool's reply",
            text(r#"{"id":1,"result":true,"error":null}"#),
            End::Code(4000),
        ),
        // Calls that crash a pool.
        (
            "submit without params",
            text(r#"{"id":1,"method":"mining.submit"}"#),
            End::Code(4000),
        ),
        (
            "submit with four",
            call("mining.submit", r#"["w","1","0","0"]"#),
            End::Code(4000),
        ),
        (
            "submit with six",
            call("mining.submit", r#"["w","1","0","0","0","0"]"#),
            End::Code(4000),
        ),
        (
            "submit with a null",
            call("mining.submit", r#"["w","1",null,"0","0"]"#),
            End::Code(4000),
        ),
        (
            "submit with numbers",
            call("mining.submit", "[1,2,3,4,5]"),
            End::Code(4000),
        ),
        (
            "authorize without params",
            text(r#"{"id":1,"method":"mining.authorize"}"#),
            End::Code(4000),
        ),
        (
            "authorize with a null worker",
            call("mining.authorize", r#"[null,"x"]"#),
            End::Code(4000),
        ),
        (
            "authorize with nothing",
            call("mining.authorize", "[]"),
            End::Code(4000),
        ),
        (
            "subscribe with five",
            call("mining.subscribe", "[1,2,3,4,5]"),
            End::Code(4000),
        ),
        (
            "subscribe with an object",
            call("mining.subscribe", "{}"),
            End::Code(4000),
        ),
        (
            "half a character in a worker",
            call("mining.authorize", r#"["\ud800","x"]"#),
            End::Code(4000),
        ),
        // What is no text.
        (
            "binary",
            frame(FIN | BINARY, SUBSCRIBE.as_bytes()),
            End::Code(4000),
        ),
        (
            "not UTF-8",
            frame(FIN | TEXT, b"{\"id\":\"\xff\"}"),
            End::Code(4000),
        ),
        (
            "a character cut short",
            frame(FIN | TEXT, b"\xe2\x82"),
            End::Code(4000),
        ),
        // Too long.
        ("one byte over the limit", long(10_240), End::Code(4001)),
        ("1 MiB", text(&"x".repeat(1 << 20)), End::Code(4001)),
        ("fragments without an end", endless, End::Code(4001)),
        (
            "a frame that will be 1 TiB",
            head(FIN | TEXT, 1 << 40),
            End::Code(4001),
        ),
        (
            "a frame that will be all there is",
            head(FIN | TEXT, u64::MAX),
            End::Code(4001),
        ),
        // What is no frame.
        ("no mask", unmasked, End::Code(4000)),
        ("a reserved opcode", frame(FIN | 3, b"x"), End::Code(4000)),
        (
            "a reserved control opcode",
            frame(FIN | 11, b"x"),
            End::Code(4000),
        ),
        (
            "a reserved bit",
            frame(FIN | 0x40 | TEXT, SUBSCRIBE.as_bytes()),
            End::Code(4000),
        ),
        (
            "a ping of 126 bytes",
            frame(FIN | PING, &[0; 126]),
            End::Code(4000),
        ),
        ("a ping in fragments", frame(PING, b"x"), End::Code(4000)),
        (
            "a continuation of nothing",
            frame(FIN | CONTINUATION, SUBSCRIBE.as_bytes()),
            End::Code(4000),
        ),
        (
            "a message inside another",
            [frame(TEXT, half.as_bytes()), text(SUBSCRIBE)].concat(),
            End::Code(4000),
        ),
        (
            "junk instead of frames",
            b"\r\n\r\n\r\n\r\n".to_vec(),
            End::Code(4000),
        ),
        // Goodbyes.
        ("a goodbye", frame(FIN | CLOSE, &[3, 232]), End::Code(1000)),
        ("a goodbye without a code", frame(FIN | CLOSE, &[]), End::NoCode),
        (
            "a goodbye with half a code",
            frame(FIN | CLOSE, &[3]),
            End::Code(4000),
        ),
        (
            "a goodbye with a code that is never sent",
            frame(FIN | CLOSE, &[3, 237]),
            End::Code(1002),
        ),
        (
            "a goodbye with code 0",
            frame(FIN | CLOSE, &[0, 0]),
            End::Code(1002),
        ),
        (
            "a goodbye that is not UTF-8",
            frame(FIN | CLOSE, &[3, 232, 0xff]),
            End::Code(4000),
        ),
        (
            "a goodbye of 126 bytes",
            frame(FIN | CLOSE, &[3; 126]),
            End::Code(4000),
        ),
    ];
    for (name, bytes, expected) in table {
        let mut session = Raw::open(&proxy, &pool).await;
        // The proxy may hang up before it has read all of it.
        let _ = within(session.socket.write_all(&bytes)).await;
        assert_eq!(session.end().await, expected, "{name}");
        assert_eq!(session.pool.line().await, "", "{name}: the pool heard something");
    }

    // The same in the middle of a session: what was well-formed before has passed.
    let mut session = Raw::open(&proxy, &pool).await;
    within(
        session
            .socket
            .write_all(&[text(SUBSCRIBE), text("junk")].concat()),
    )
    .await
    .unwrap();
    assert_eq!(session.pool.line().await, format!("{SUBSCRIBE}\n"));
    assert_eq!(session.end().await, End::Code(4000));
}

#[tokio::test]
async fn what_is_odd_and_well_formed_reaches_the_pool_as_one_line() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let (half, rest) = SUBSCRIBE.split_at(20);
    let (half, rest) = (half.as_bytes(), rest.as_bytes());
    let bytes = SUBSCRIBE.bytes().skip(1).map(|byte| frame(CONTINUATION, &[byte]));
    let crumbs = [
        frame(TEXT, &SUBSCRIBE.as_bytes()[..1]),
        bytes.collect::<Vec<_>>().concat(),
    ]
    .concat();
    for (name, bytes, heard) in [
        (
            "two fragments",
            [frame(TEXT, half), frame(FIN | CONTINUATION, rest)].concat(),
            SUBSCRIBE,
        ),
        (
            "a ping between fragments",
            [
                frame(TEXT, half),
                frame(FIN | PING, b"x"),
                frame(FIN | CONTINUATION, rest),
            ]
            .concat(),
            SUBSCRIBE,
        ),
        (
            "a byte a fragment",
            [crumbs, frame(FIN | CONTINUATION, b"")].concat(),
            SUBSCRIBE,
        ),
        (
            "a line end in a worker's name",
            call("mining.authorize", r#"["w\n{\"id\":2}","x"]"#),
            r#"{"id":1,"method":"mining.authorize","params":["w\n{\"id\":2}","x"]}"#,
        ),
        (
            "a line end between members",
            text("{\"id\":1,\r\n\"method\":\"mining.subscribe\",\n\"params\":[\"miner/1.0\"]}\n"),
            SUBSCRIBE,
        ),
        (
            "a member twice",
            text(r#"{"id":1,"method":"mining.notify","method":"mining.subscribe","params":["miner/1.0"]}"#),
            SUBSCRIBE,
        ),
        (
            "escapes for letters",
            text(r#"{"id":1,"m\u0065thod":"mining\u002esubscribe","params":["miner\/1.0"]}"#),
            SUBSCRIBE,
        ),
    ] {
        let mut session = Raw::open(&proxy, &pool).await;
        within(session.socket.write_all(&bytes)).await.unwrap();
        assert_eq!(session.pool.line().await, format!("{heard}\n"), "{name}");
    }
}

#[tokio::test]
async fn too_many_messages_of_any_kind_end_a_session() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| {
        config.limits.messages_per_second = 1;
        config.limits.message_burst = 4;
    })
    .await;
    for (name, message) in [
        ("calls", text(SUBSCRIBE)),
        ("pings", frame(FIN | PING, b"x")),
        ("pongs nobody asked for", frame(FIN | 10, b"x")),
    ] {
        let mut session = Raw::open(&proxy, &pool).await;
        let _ = within(session.socket.write_all(&message.repeat(50))).await;
        assert_eq!(session.end().await, End::Code(4006), "{name}");
    }
}

#[tokio::test]
async fn whoever_leaves_in_the_middle_takes_the_pools_connection_along() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let call = text(SUBSCRIBE);
    for (name, bytes) in [
        ("before a frame", &call[..0]),
        ("in a frame's head", &call[..1]),
        ("in a message", &call[..30]),
    ] {
        // By the writing half alone.
        let mut session = Raw::open(&proxy, &pool).await;
        within(session.socket.write_all(bytes)).await.unwrap();
        within(session.socket.shutdown()).await.unwrap();
        assert_eq!(session.pool.line().await, "", "{name}");
        assert!(matches!(session.end().await, End::HangUp | End::NoCode), "{name}");
        // By a reset.
        let mut session = Raw::open(&proxy, &pool).await;
        within(session.socket.write_all(bytes)).await.unwrap();
        session.socket.set_zero_linger().unwrap();
        drop(session.socket);
        assert_eq!(session.pool.line().await, "", "{name}: reset");
    }
}

#[tokio::test]
async fn a_message_that_never_ends_is_no_sign_of_life() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| {
        config.limits.ping = Duration::from_millis(20);
        config.limits.idle = Duration::from_millis(200);
    })
    .await;
    for (name, bytes) in [
        ("half a frame", text(SUBSCRIBE)[..30].to_vec()),
        ("half a message", frame(TEXT, &SUBSCRIBE.as_bytes()[..30])),
    ] {
        let mut session = Raw::open(&proxy, &pool).await;
        within(session.socket.write_all(&text(SUBSCRIBE))).await.unwrap();
        session.pool.line().await;
        within(session.socket.write_all(&bytes)).await.unwrap();
        assert_eq!(session.end().await, End::Code(4005), "{name}");
    }
}

#[tokio::test]
async fn a_pool_that_a_name_hides_on_a_private_address_is_not_reached() {
    let pool = ScriptedPool::listen().await;
    let port = pool.address.port();
    let proxy = Proxy::before(pool.address, |config| {
        // No literals, though the resolver takes them for addresses.
        config.pools = ["127.1", "0x7f.1", "2130706433"]
            .iter()
            .enumerate()
            .map(|(index, host)| PoolEntry::new(&format!("p{index}"), &format!("{host}:{port}")).unwrap())
            .collect();
    })
    .await;
    for name in ["p0", "p1", "p2"] {
        let mut client = proxy.session(name).await;
        let expected = "the pool cannot be reached: its address is not allowed";
        assert_eq!(client.end().await, (4002, expected.to_owned()), "{name}");
    }
}
