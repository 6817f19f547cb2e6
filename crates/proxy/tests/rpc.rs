//! Blocks from nodes, over real sockets: what passes, and what becomes of everything else.

mod proxy;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proxy::{Proxy, Response, within};
use serde_json::{Value, json};
use stratum_proxy::{Config, Limits, NodeEntry};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What a node does with its one answer.
#[derive(Clone)]
enum Manner {
    /// Writes these bytes and hangs up.
    Says(Vec<u8>),
    /// Writes these bytes and then nothing, for ever.
    Stalls(Vec<u8>),
}

/// A node on loopback, and the requests that reached it.
struct Node {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Node {
    async fn start(manner: Manner) -> Node {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = heard.clone();
        tokio::spawn(async move {
            let mut open = Vec::new();
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let mut socket = BufReader::new(socket);
                let request = request(&mut socket).await;
                log.lock().unwrap().push(request);
                match &manner {
                    Manner::Says(bytes) => {
                        // The proxy may have hung up: an answer over the limit is not read to its end.
                        let _ = socket.write_all(bytes).await;
                    }
                    Manner::Stalls(bytes) => {
                        socket.write_all(bytes).await.unwrap();
                        open.push(socket);
                    }
                }
            }
        });
        Node { address, heard }
    }

    /// A node that answers with this body.
    async fn saying(status: &str, body: &str) -> Node {
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len());
        Node::start(Manner::Says([head.as_bytes(), body.as_bytes()].concat())).await
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// The head's first line and the body of a request.
async fn request(socket: &mut BufReader<TcpStream>) -> String {
    let (mut first, mut length) = (String::new(), 0);
    socket.read_line(&mut first).await.unwrap();
    loop {
        let mut line = String::new();
        socket.read_line(&mut line).await.unwrap();
        match line.to_ascii_lowercase().trim_end().split_once(": ") {
            Some(("content-length", count)) => length = count.parse().unwrap(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await.unwrap();
    format!("{} {}", first.trim_end(), String::from_utf8(body).unwrap())
}

async fn proxy_to(address: SocketAddr, limits: Limits) -> Proxy {
    let node: NodeEntry = format!("main=http://{address}/rpc").parse().unwrap();
    Proxy::start(Config {
        nodes: vec![node],
        limits,
        ..Config::default()
    })
    .await
}

async fn post(proxy: &Proxy, name: &str, body: &str) -> Response {
    let address = proxy.address;
    proxy
        .http(&format!(
            "POST /rpc/{name} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ))
        .await
}

fn error(response: &Response) -> (u16, i64, String) {
    assert_eq!(response.header("content-type"), Some("application/json"));
    let body: Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!(
        (&body["jsonrpc"], body.get("result")),
        (&json!("2.0"), None),
        "{body}"
    );
    (
        response.status(),
        body["error"]["code"].as_i64().unwrap(),
        body["error"]["message"].as_str().unwrap().to_owned(),
    )
}

const ASK: &str =
    r#"{"id":"mine","jsonrpc":"2.0","method":"eth_getBlockByNumber","params":["0x5",false],"more":1}"#;

#[tokio::test]
async fn a_block_comes_back_as_the_node_wrote_it_under_the_id_of_the_page() {
    let number = "1234567890123456789012345678901234567890";
    for (body, expected) in [
        (
            format!(r#"{{"id":1,"result":{{"b":{number},"a":1.50}},"error":null}}"#),
            format!(r#"{{"jsonrpc":"2.0","id":"mine","result":{{"b":{number},"a":1.50}}}}"#),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"result":null}"#.into(),
            r#"{"jsonrpc":"2.0","id":"mine","result":null}"#.into(),
        ),
        (
            r#"{"result":null,"error":{"code":-32602,"message":"no"}}"#.into(),
            r#"{"jsonrpc":"2.0","id":"mine","error":{"code":-32602,"message":"no"}}"#.into(),
        ),
    ] {
        let node = Node::saying("200 OK", &body).await;
        let proxy = proxy_to(node.address, Limits::default()).await;
        let response = post(&proxy, "main", ASK).await;
        assert_eq!((response.status(), response.body), (200, expected));
        assert_eq!(
            node.heard(),
            [
                r#"POST /rpc HTTP/1.1 {"id":1,"jsonrpc":"2.0","method":"eth_getBlockByNumber","params":["0x5",false]}"#
            ]
        );
    }
}

#[tokio::test]
async fn an_answer_without_a_length_ends_with_its_connection() {
    let text = "HTTP/1.0 200 OK\r\n\r\n{\"result\":7}";
    let node = Node::start(Manner::Says(text.into())).await;
    let proxy = proxy_to(node.address, Limits::default()).await;
    let response = post(&proxy, "main", ASK).await;
    assert_eq!(response.body, r#"{"jsonrpc":"2.0","id":"mine","result":7}"#);
}

#[tokio::test]
async fn a_bad_request_never_reaches_the_node() {
    let node = Node::saying("200 OK", "{}").await;
    let proxy = proxy_to(node.address, Limits::default()).await;
    let long = format!("{{\"id\":\"{}\"}}", "x".repeat(4 << 10));
    for (name, body, expected) in [
        ("no JSON", "{", (400, -32_700)),
        ("a batch", &format!("[{ASK}]"), (400, -32_600)),
        ("no request", "{}", (400, -32_600)),
        (
            "another method",
            r#"{"id":1,"method":"eth_accounts","params":[]}"#,
            (403, -32_601),
        ),
        (
            "other parameters",
            r#"{"id":1,"method":"eth_getBlockByNumber","params":["pending"]}"#,
            (400, -32_602),
        ),
        ("too long", &long, (413, -32_600)),
    ] {
        let (status, code, _) = error(&post(&proxy, "main", body).await);
        assert_eq!((status, code), expected, "{name}");
    }
    for name in ["other", "MAIN", "127.0.0.1", "%2e%2e"] {
        let (status, code, _) = error(&post(&proxy, name, ASK).await);
        assert_eq!((status, code), (404, -32_600), "{name}");
    }
    assert_eq!(node.heard(), [""; 0]);
}

#[tokio::test]
async fn a_bad_answer_is_an_error_with_a_name() {
    let huge = format!("{{\"result\":\"{}\"}}", "x".repeat(1 << 20));
    let deep = "[".repeat(10_000);
    for (status, body, expected) in [
        ("200 OK", "<html>", "the node's answer is not JSON-RPC"),
        ("200 OK", "", "the node's answer is not JSON-RPC"),
        ("200 OK", "{}", "the node's answer is not JSON-RPC"),
        ("200 OK", "[]", "the node's answer is not JSON-RPC"),
        ("200 OK", "{\"result\":", "the node's answer is not JSON-RPC"),
        ("200 OK", &deep, "the node's answer is not JSON-RPC"),
        ("200 OK", &huge, "the node's answer is longer than 1048576 bytes"),
        (
            "401 Unauthorized",
            "{\"result\":1}",
            "the node answered with HTTP status 401",
        ),
        ("302 Found", "", "the node answered with HTTP status 302"),
    ] {
        let node = Node::saying(status, body).await;
        let proxy = proxy_to(node.address, Limits::default()).await;
        let found = error(&post(&proxy, "main", ASK).await);
        assert_eq!(found, (502, -32_000, expected.to_owned()));
    }
}

#[tokio::test]
async fn a_node_that_refuses_hangs_up_or_breaks_off_is_said_to_be_unreachable() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let silent = Node::start(Manner::Says(Vec::new())).await;
    let broken = Node::start(Manner::Says(
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"result\":1}".into(),
    ))
    .await;
    let other = Node::start(Manner::Says(b"SSH-2.0-server\r\n".into())).await;
    for address in [closed, silent.address, broken.address, other.address] {
        let proxy = proxy_to(address, Limits::default()).await;
        let found = error(&post(&proxy, "main", ASK).await);
        assert_eq!(found, (502, -32_000, "the node cannot be reached".into()));
    }
}

#[tokio::test]
async fn neither_a_slow_node_nor_a_slow_page_is_waited_for() {
    let limits = Limits {
        rpc: Duration::from_millis(50),
        ..Limits::default()
    };
    for start in [
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
    ] {
        let node = Node::start(Manner::Stalls(start.into())).await;
        let proxy = proxy_to(node.address, limits.clone()).await;
        let (status, code, _) = error(&post(&proxy, "main", ASK).await);
        assert_eq!((status, code), (504, -32_000), "{start:?}");
    }
    let node = Node::saying("200 OK", "{\"result\":1}").await;
    let proxy = proxy_to(node.address, limits).await;
    let half = format!(
        "POST /rpc/main HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nContent-Length: 99\r\n\r\n{{",
        proxy.address
    );
    assert_eq!(error(&proxy.http(&half).await).0, 408);
}

#[tokio::test]
async fn only_so_many_requests_are_under_way() {
    let node = Node::start(Manner::Stalls(Vec::new())).await;
    let limits = Limits {
        rpc_requests: 1,
        ..Limits::default()
    };
    let proxy = proxy_to(node.address, limits).await;
    let mut first = within(TcpStream::connect(proxy.address)).await.unwrap();
    let head = format!(
        "POST /rpc/main HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nContent-Length: {1}\r\n\r\n{ASK}",
        proxy.address,
        ASK.len()
    );
    within(first.write_all(head.as_bytes())).await.unwrap();
    within(async {
        while node.heard().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(error(&post(&proxy, "main", ASK).await).0, 503);
}

#[tokio::test]
async fn foreign_pages_ask_nothing_and_reading_is_by_post() {
    let node = Node::saying("200 OK", "{\"result\":1}").await;
    let proxy = proxy_to(node.address, Limits::default()).await;
    let address = proxy.address;
    for origin in ["Origin: https://evil.example\r\n", "Origin: null\r\n", ""] {
        let response = proxy
            .http(&format!(
                "POST /rpc/main HTTP/1.1\r\nHost: {address}\r\n{origin}Content-Length: {}\r\nConnection: close\r\n\r\n{ASK}",
                ASK.len()
            ))
            .await;
        assert_eq!(error(&response).0, 403, "{origin:?}");
    }
    assert_eq!(proxy.get("/rpc/main").await.status(), 405);
    assert_eq!(node.heard(), [""; 0]);
    assert_eq!(
        proxy.get("/nodes.json").await.body,
        r#"{"nodes":[{"name":"main"}]}"#
    );
}
