//! Who is let in, and how many of them.

mod proxy;

use std::time::Duration;

use proxy::{Proxy, ScriptedPool, Session, within};
use stratum_proxy::Config;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// A session as a server in front would ask for it.
async fn forwarded(proxy: &Proxy, client: &str) -> Result<Session, Error> {
    let mut request = format!("ws://{}/pool/test", proxy.address).into_client_request()?;
    let origin = format!("http://{}", proxy.address);
    request.headers_mut().insert("origin", origin.parse().unwrap());
    request
        .headers_mut()
        .insert("x-forwarded-for", client.parse().unwrap());
    let (socket, _) = within(tokio_tungstenite::connect_async(request)).await?;
    Ok(Session { socket })
}

fn refused(outcome: Result<Session, Error>) -> (u16, String) {
    match outcome {
        Err(Error::Http(response)) => {
            let body = response.body().as_deref().unwrap_or_default();
            assert!(
                response.status() == 403 || response.headers().contains_key("retry-after"),
                "{response:?}"
            );
            (
                response.status().as_u16(),
                String::from_utf8_lossy(body).into_owned(),
            )
        }
        other => panic!("{:?}", other.map(|_| "a session")),
    }
}

#[tokio::test]
async fn a_client_is_an_address_and_one_household_of_ipv6() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| {
        config.limits.sessions = 5;
        config.limits.sessions_per_client = 2;
        config.trusted_forwarders = vec!["127.0.0.1".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
    })
    .await;
    let too_many = (
        429,
        "too many sessions from this address: the limit is 2\n".to_owned(),
    );
    let _first = forwarded(&proxy, "198.51.100.1").await.unwrap();
    let mut second = forwarded(&proxy, "203.0.113.9, 198.51.100.1, 10.0.0.1")
        .await
        .unwrap();
    assert_eq!(refused(forwarded(&proxy, "198.51.100.1").await), too_many);
    // What the client wrote itself does not make it another.
    assert_eq!(
        refused(forwarded(&proxy, "192.0.2.1, 198.51.100.1").await),
        too_many
    );
    let _third = forwarded(&proxy, "2001:db8:1:2::1").await.unwrap();
    let _fourth = forwarded(&proxy, "2001:db8:1:2:3::1").await.unwrap();
    assert_eq!(refused(forwarded(&proxy, "2001:db8:1:2:4::1").await), too_many);
    let _fifth = forwarded(&proxy, "2001:db8:1:3::1").await.unwrap();
    let full = (503, "too many sessions: the limit is 5\n".to_owned());
    assert_eq!(refused(forwarded(&proxy, "192.0.2.7").await), full);

    within(second.socket.close(None)).await.unwrap();
    // The place is free a moment after the hang-up: ask until it is.
    within(async { while forwarded(&proxy, "198.51.100.1").await.is_err() {} }).await;
}

#[tokio::test]
async fn a_stranger_cannot_speak_for_others() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| {
        config.limits.sessions_per_client = 1;
        config.trusted_forwarders = vec!["10.0.0.0/8".parse().unwrap()];
    })
    .await;
    let _first = forwarded(&proxy, "198.51.100.1").await.unwrap();
    assert_eq!(refused(forwarded(&proxy, "198.51.100.2").await).0, 429);
}

#[tokio::test]
async fn connections_of_one_client_are_capped_and_told_why() {
    let mut config = Config::default();
    config.limits.connections_per_client = 2;
    let proxy = Proxy::start(config).await;
    let first = within(TcpStream::connect(proxy.address)).await.unwrap();
    let _second = within(TcpStream::connect(proxy.address)).await.unwrap();
    let mut third = within(TcpStream::connect(proxy.address)).await.unwrap();
    let mut answer = String::new();
    within(third.read_to_string(&mut answer)).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 429 Too Many Requests\r\n"),
        "{answer}"
    );
    assert!(
        answer.ends_with("\r\n\r\ntoo many connections from this address: the limit is 2\n"),
        "{answer}"
    );
    drop(first);
    // The place is free a moment after the hang-up: ask until it is.
    within(async { while proxy.get("/healthz").await.status() != 200 {} }).await;
}

#[tokio::test]
async fn a_trusted_forwarder_has_as_many_connections_as_there_are() {
    let mut config = Config::default();
    config.limits.connections_per_client = 1;
    config.trusted_forwarders = vec!["127.0.0.0/8".parse().unwrap()];
    let proxy = Proxy::start(config).await;
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(within(TcpStream::connect(proxy.address)).await.unwrap());
    }
    assert_eq!(proxy.get("/healthz").await.status(), 200);
}

#[tokio::test]
async fn a_session_no_longer_counts_as_a_connection() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| {
        config.limits.connections_per_client = 1;
        config.limits.sessions_per_client = 3;
    })
    .await;
    let origin = format!("http://{}", proxy.address);
    let mut open = Vec::new();
    // The connection's place is free a moment after it became a session: ask until it is.
    within(async {
        while open.len() < 3 {
            open.extend(proxy.open("test", Some(&origin)).await.ok());
        }
    })
    .await;
}

#[tokio::test]
async fn a_client_that_talks_too_fast_is_let_go() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| {
        config.limits.messages_per_second = 1;
        config.limits.message_burst = 4;
    })
    .await;
    let mut client = proxy.session("test").await;
    let mut side = pool.accept().await;
    let call = r#"{"id":1,"method":"mining.extranonce.subscribe","params":[]}"#;
    for _ in 0..5 {
        client.send(call).await;
    }
    for _ in 0..4 {
        assert_eq!(side.line().await, format!("{call}\n"));
    }
    assert_eq!(
        client.end().await,
        (4006, "too many messages: the limit is 1 a second".to_owned())
    );
}

#[tokio::test]
async fn a_pool_that_talks_too_fast_is_let_go() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| {
        config.limits.lines_per_second = 1;
        config.limits.line_burst = 4;
    })
    .await;
    let mut client = proxy.session("test").await;
    let mut side = pool.accept().await;
    side.say(b"1\n2\n3\n4\n5\n6\n").await;
    for expected in ["1", "2", "3", "4"] {
        assert_eq!(client.line().await, expected);
    }
    assert_eq!(
        client.end().await,
        (4004, "bad line from the pool: more than 1 a second".to_owned())
    );
}

#[tokio::test]
async fn sizes_are_what_the_settings_say() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| {
        config.limits.message_bytes = 1_024;
        config.limits.line_bytes = 1_024;
    })
    .await;
    let authorize = |bytes: usize| {
        let frame = r#"{"id":1,"method":"mining.authorize","params":["",""]}"#;
        frame.replacen("\"\"", &format!("\"{}\"", "w".repeat(bytes - frame.len())), 1)
    };
    let mut client = proxy.session("test").await;
    let mut side = pool.accept().await;
    client.send(&authorize(1_024)).await;
    assert_eq!(side.line().await.len(), 1_025);
    side.say(format!("{}\n", "x".repeat(1_024)).as_bytes()).await;
    assert_eq!(client.line().await.len(), 1_024);
    client.send(&authorize(1_025)).await;
    let too_long = "message too long: the limit is 1024 bytes";
    assert_eq!(client.end().await, (4001, too_long.to_owned()));

    let mut client = proxy.session("test").await;
    let mut side = pool.accept().await;
    side.say(format!("{}\n", "x".repeat(1_025)).as_bytes()).await;
    assert_eq!(client.end().await.0, 4004);
}

#[tokio::test]
async fn a_pool_sends_its_clients_to_names_and_nowhere_else() {
    let pool = ScriptedPool::listen().await;
    let other = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| {
        let entry = format!("other={}", other.address);
        config.pools.push(entry.parse().unwrap());
    })
    .await;
    let mut client = proxy.session("test").await;
    let mut side = pool.accept().await;
    let port = other.address.port();
    let lines = [
        r#"{"id":null,"method":"client.reconnect","params":["evil.example",3333]}"#.to_owned(),
        format!(r#"{{"id":null,"method":"client.reconnect","params":["127.0.0.1","{port}",5]}}"#),
        r#"{"id":null,"method":"client.reconnect","params":[]}"#.to_owned(),
        "the next line".to_owned(),
    ];
    side.say(format!("{}\n", lines.join("\n")).as_bytes()).await;
    for expected in [
        r#"{"id":null,"method":"client.reconnect","params":["/pool/other"]}"#,
        r#"{"id":null,"method":"client.reconnect","params":[]}"#,
        "the next line",
    ] {
        assert_eq!(client.line().await, expected);
    }
}

#[tokio::test]
async fn a_handshake_over_tls_has_its_deadline_too() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (certificate, key) = (folder.join("deadline.pem"), folder.join("deadline.key"));
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let mut config = Config {
        tls: Some(stratum_proxy::Identity::read(&certificate, &key).unwrap()),
        ..Config::default()
    };
    config.limits.handshake = Duration::from_millis(50);
    let proxy = Proxy::start(config).await;
    let mut silent = within(TcpStream::connect(proxy.address)).await.unwrap();
    let mut answer = Vec::new();
    within(silent.read_to_end(&mut answer)).await.unwrap();
    assert!(answer.is_empty());
}
