//! The status page, over HTTP.

mod client;
mod proofs;

use std::net::SocketAddr;

use client::{Client, Pool, Puppet, WORKER, config, template, within};
use proofs::proofs;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn status_of(pool: &Pool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let forever = std::future::pending();
    tokio::spawn(solo_pool::serve_status(listener, pool.status.clone(), forever));
    address
}

/// Head and body of the response.
async fn ask(address: SocketAddr, request: &str) -> (String, String) {
    let mut socket = within(TcpStream::connect(address)).await.unwrap();
    let request = format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    within(socket.read_to_string(&mut answer)).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

async fn json_of(address: SocketAddr) -> (String, Value) {
    let (head, body) = ask(address, "GET /status.json").await;
    assert!(
        head.starts_with("http/1.1 200") && head.contains("application/json"),
        "{head}"
    );
    (body.clone(), serde_json::from_str(&body).unwrap())
}

#[tokio::test]
async fn it_tells_of_job_connections_and_shares_and_names_no_whole_address() {
    let (strings, puppet) = Puppet::new();
    let mut config = config();
    config.first_extra_nonce1 = Some(*b"\xbc\x4f\xe0\x51\0\0\0\0");
    let pool = Pool::start_with(config, puppet).await;
    let address = status_of(&pool).await;
    let (_, before) = json_of(address).await;
    assert_eq!(
        (&before["job"], &before["connections"]),
        (&Value::Null, &json!(0))
    );

    strings.send(Some(template(5, proofs().mine_hash))).unwrap();
    let (mut client, job) = Client::ready(&pool).await;
    let (_, first) = json_of(address).await;
    assert_eq!(
        first["workers"][0]["difficulty"], "4",
        "of the job that came before the name"
    );
    let share = proofs().solo.submit(4, WORKER, job[0].as_str().unwrap(), 8);
    for _ in 0..2 {
        client.send(&share).await;
        client.line().await;
    }
    client.send(&share.replace(r#""fd8005"#, r#""fd8006"#)).await;
    client.line().await;
    strings.send(Some(template(6, [6; 32]))).unwrap();
    client.line().await;
    client.send(&share).await;
    client.line().await;

    let (text, now) = json_of(address).await;
    assert!(!text.contains(&WORKER[8..WORKER.len() - 4]), "{text}");
    assert_eq!(now["job"]["height"], 6);
    assert_eq!(now["job"]["headerHash"], "06".repeat(32));
    assert_eq!(now["job"]["handedOut"], true);
    assert!(now["job"]["ageSeconds"].is_u64());
    assert_eq!((&now["connections"], &now["banned"]), (&json!(1), &json!(0)));
    for (count, expected) in [
        ("accepted", 1),
        ("rejected", 3),
        ("stale", 1),
        ("duplicate", 1),
        ("blocks", 0),
        ("confirmed", 0),
        ("unconfirmed", 0),
        ("bans", 0),
    ] {
        assert_eq!(now["counts"][count], expected, "{count}");
    }
    let worker = &now["workers"][0];
    for (field, expected) in [
        ("worker", json!("0xa0b0c0…899a")),
        ("connections", json!(1)),
        ("difficulty", json!("4")),
        ("accepted", json!(1)),
        ("invalid", json!(1)),
        ("stale", json!(1)),
        ("duplicate", json!(1)),
    ] {
        assert_eq!(worker[field], expected, "{field}");
    }
    assert!(worker["lastShareSeconds"].is_u64());
}

#[tokio::test]
async fn the_page_and_its_parts_come_from_here_alone() {
    let pool = Pool::start(config()).await;
    let address = status_of(&pool).await;
    for (path, kind, part) in [
        ("/", "text/html", "status.js"),
        ("/status.js", "text/javascript", "status.json"),
        ("/status.css", "text/css", "color-scheme"),
    ] {
        let (head, body) = ask(address, &format!("GET {path}")).await;
        assert!(
            head.starts_with("http/1.1 200") && head.contains(kind),
            "{path}: {head}"
        );
        assert!(
            head.contains("content-security-policy: default-src 'self'"),
            "{path}"
        );
        assert!(body.contains(part), "{path}");
        assert!(!body.contains("://"), "{path} names no other host");
    }
    for (request, status) in [
        ("GET /nothing", "404"),
        ("GET /../Cargo.toml", "404"),
        ("POST /status.json", "405"),
        ("GET /status.json\r\nX: y", "400"),
        ("nonsense", "400"),
    ] {
        let (head, _) = ask(address, request).await;
        assert!(
            head.starts_with(&format!("http/1.1 {status}")),
            "{request}: {head}"
        );
    }
}

#[tokio::test]
async fn a_rig_is_text_and_never_markup() {
    let pool = Pool::start(config()).await;
    let address = status_of(&pool).await;
    let mut client = Client::connect(&pool).await;
    client
        .send(&format!(
            r#"{{"id":2,"method":"mining.authorize","params":["{WORKER}.<b>\"&","x"]}}"#
        ))
        .await;
    assert_eq!(client.json().await["result"], true);
    let (_, now) = json_of(address).await;
    assert_eq!(now["workers"][0]["worker"], "0xa0b0c0…899a.<b>\"&");
    let (_, script) = ask(address, "GET /status.js").await;
    assert!(!script.contains("innerHTML"));
}
