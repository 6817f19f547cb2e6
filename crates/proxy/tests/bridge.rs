//! What passes between a client and a pool, and how a session ends.

mod proxy;

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use proxy::{Proxy, ScriptedPool, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tokio_tungstenite::tungstenite::{Error, Message};

const SUBSCRIBE: &str = r#"{"id":1,"method":"mining.subscribe","params":["miner/1.0","AionStratum/1.0.0"]}"#;
const AUTHORIZE: &str = r#"{"id":2,"method":"mining.authorize","params":["0xa0","x"]}"#;

#[tokio::test]
async fn well_formed_calls_pass_in_their_own_form_only() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let mut client = proxy.session("test").await;
    let mut side = pool.accept().await;
    for (name, sent, received) in [
        ("subscribe", SUBSCRIBE, SUBSCRIBE),
        ("authorize", AUTHORIZE, AUTHORIZE),
        (
            "the network's own miner",
            r#"{"id": 1, "method": "mining.subscribe", "params": ["nheqminer/0.2.1", null,"127.0.0.1","3333"]}"#,
            r#"{"id":1,"method":"mining.subscribe","params":["nheqminer/0.2.1",null,"127.0.0.1","3333"]}"#,
        ),
        (
            "a line end inside",
            "{\"id\":3,\r\n\"method\":\"mining.extranonce.subscribe\",\n\"params\":[]}\r\n",
            r#"{"id":3,"method":"mining.extranonce.subscribe","params":[]}"#,
        ),
        (
            "unknown members and a method given twice",
            r#"{"x":[1],"method":"mining.submit","method":"mining.authorize","params":["w"],"id":"a"}"#,
            r#"{"id":"a","method":"mining.authorize","params":["w",""]}"#,
        ),
        (
            "submit",
            r#"{"id":4,"method":"mining.submit","params":["0xa0","1","00","ab","fd8005"]}"#,
            r#"{"id":4,"method":"mining.submit","params":["0xa0","1","00","ab","fd8005"]}"#,
        ),
    ] {
        client.send(sent).await;
        assert_eq!(side.line().await, format!("{received}\n"), "{name}");
    }
}

#[tokio::test]
async fn whatever_else_a_client_says_ends_the_session_and_never_reaches_the_pool() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let long = format!(
        r#"{{"id":1,"method":"mining.authorize","params":["{}"]}}"#,
        "w".repeat(10_240)
    );
    for (name, message, code) in [
        ("not JSON", Message::text("GET / HTTP/1.1"), 4000),
        ("nothing", Message::text(""), 4000),
        ("null", Message::text("null"), 4000),
        ("a batch", Message::text(format!("[{SUBSCRIBE}]")), 4000),
        (
            "two calls",
            Message::text(format!("{SUBSCRIBE}\n{SUBSCRIBE}")),
            4000,
        ),
        ("no method", Message::text(r#"{"id":1,"params":[]}"#), 4000),
        (
            "an unknown method",
            Message::text(r#"{"id":1,"method":"mining.get_transactions","params":[]}"#),
            4000,
        ),
        (
            "a server's method",
            Message::text(r#"{"id":1,"method":"mining.notify","params":[]}"#),
            4000,
        ),
        (
            "a reply",
            Message::text(r#"{"id":1,"result":true,"error":null}"#),
            4000,
        ),
        (
            "authorize without params",
            Message::text(r#"{"id":1,"method":"mining.authorize"}"#),
            4000,
        ),
        (
            "authorize with a null worker",
            Message::text(r#"{"id":1,"method":"mining.authorize","params":[null,"x"]}"#),
            4000,
        ),
        (
            "submit without params",
            Message::text(r#"{"id":1,"method":"mining.submit"}"#),
            4000,
        ),
        (
            "submit with four",
            Message::text(r#"{"id":1,"method":"mining.submit","params":["w","1","0","0"]}"#),
            4000,
        ),
        (
            "submit with a null",
            Message::text(r#"{"id":1,"method":"mining.submit","params":["w","1",null,"0","0"]}"#),
            4000,
        ),
        (
            "subscribe with an object",
            Message::text(r#"{"id":1,"method":"mining.subscribe","params":{}}"#),
            4000,
        ),
        (
            "an id that is an object",
            Message::text(r#"{"id":{},"method":"mining.extranonce.subscribe","params":[]}"#),
            4000,
        ),
        ("binary", Message::binary(SUBSCRIBE), 4000),
        ("10 KiB", Message::text(long), 4001),
        ("1 MiB", Message::text("x".repeat(1 << 20)), 4001),
    ] {
        let mut client = proxy.session("test").await;
        let mut side = pool.accept().await;
        within(client.socket.send(message)).await.unwrap();
        let (found, reason) = client.end().await;
        assert_eq!(found, code, "{name}: {reason}");
        assert!(!reason.is_empty(), "{name}");
        assert_eq!(side.line().await, "", "{name}: the pool heard something");
    }
}

#[tokio::test]
async fn a_refused_call_is_named_with_what_and_where() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let mut client = proxy.session("test").await;
    client
        .send(r#"{"id":1,"method":"mining.submit","params":["w","1","0","0"]}"#)
        .await;
    let expected = "bad message: mining.submit params: expected an array of 5, found an array";
    assert_eq!(client.end().await, (4000, expected.to_owned()));
}

#[tokio::test]
async fn a_pools_lines_pass_as_they_are_however_they_are_cut() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let mut client = proxy.session("test").await;
    let mut side = pool.accept().await;
    let longest = "x".repeat(32_768);
    side.say(b"{\"id\": 1 ,\"result\":true}\n\r\n\njunk\r\n{\"half\"")
        .await;
    side.say(format!(":1}}\n{longest}\n").as_bytes()).await;
    for expected in [r#"{"id": 1 ,"result":true}"#, "junk", r#"{"half":1}"#, &longest] {
        assert_eq!(client.line().await, expected);
    }
}

#[tokio::test]
async fn a_pools_last_words_arrive_before_its_hang_up_is_told() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let mut client = proxy.session("test").await;
    let mut side = pool.accept().await;
    client.send(SUBSCRIBE).await;
    side.line().await;
    side.say(b"{\"id\":1,\"result\":false}\nhalf a li").await;
    drop(side);
    assert_eq!(client.line().await, r#"{"id":1,"result":false}"#);
    assert_eq!(
        client.end().await,
        (4003, "the pool closed the connection".to_owned())
    );
}

#[tokio::test]
async fn a_pool_that_hangs_up_at_once_is_told() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let mut client = proxy.session("test").await;
    drop(pool.accept().await);
    assert_eq!(client.end().await.0, 4003);
}

#[tokio::test]
async fn a_bad_line_of_a_pool_ends_the_session() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    for (name, bytes, expected) in [
        ("over-long", vec![b'x'; 32_769], "bad line from the pool: "),
        (
            "1 MiB without an end",
            vec![b'x'; 1 << 20],
            "bad line from the pool: ",
        ),
        (
            "not UTF-8",
            b"{\"a\xff\"}\n".to_vec(),
            "bad line from the pool: byte 3 of the line is not UTF-8",
        ),
    ] {
        let mut client = proxy.session("test").await;
        let mut side = pool.accept().await;
        // The proxy may hang up before it has read all of it.
        let _ = within(side.socket().write_all(&bytes)).await;
        let (code, reason) = client.end().await;
        assert_eq!(code, 4004, "{name}");
        assert!(reason.starts_with(expected), "{name}: {reason}");
    }
}

#[tokio::test]
async fn a_pool_that_is_down_is_told_in_words() {
    // Bound and dropped: nobody listens there.
    let nobody = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let proxy = Proxy::before(nobody, |_| {}).await;
    let mut client = proxy.session("test").await;
    assert_eq!(
        client.end().await,
        (4002, "the pool cannot be reached: no connection".to_owned())
    );
}

#[tokio::test]
async fn a_pool_that_stops_reading_ends_the_session() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let proxy = Proxy::before(listener.local_addr().unwrap(), |config| {
        config.limits.write = Duration::from_millis(50);
    })
    .await;
    let client = proxy.session("test").await;
    let _deaf = within(listener.accept()).await.unwrap();
    let call = format!(
        r#"{{"id":1,"method":"mining.authorize","params":["{}",""]}}"#,
        "w".repeat(10_000)
    );
    let (mut to_proxy, mut from_proxy) = client.socket.split();
    let talk = async {
        while to_proxy.send(Message::text(call.clone())).await.is_ok() {}
        std::future::pending().await
    };
    let end = async {
        loop {
            match from_proxy.next().await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (u16::from(frame.code), frame.reason.to_string());
                }
                Some(Ok(_)) => {}
                other => panic!("no close frame: {other:?}"),
            }
        }
    };
    let end = within(async {
        tokio::select! {
            end = end => end,
            () = talk => unreachable!(),
        }
    })
    .await;
    assert_eq!(end, (4003, "the pool stopped reading".to_owned()));
}

#[tokio::test]
async fn a_client_that_stops_reading_costs_no_memory_and_lets_go_of_the_pool() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| {
        config.limits.write = Duration::from_millis(50);
    })
    .await;
    let _deaf = proxy.session("test").await;
    let mut side = pool.accept().await;
    let line = [vec![b'x'; 32_000], b"\n".to_vec()].concat();
    // The sockets' own buffers fill up, then the proxy takes no more, then it hangs up.
    within(async { while side.socket().write_all(&line).await.is_ok() {} }).await;
}

#[tokio::test]
async fn a_client_that_leaves_takes_its_connection_with_it() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let mut polite = proxy.session("test").await;
    let mut side = pool.accept().await;
    within(polite.socket.close(None)).await.unwrap();
    assert_eq!(side.line().await, "");

    let gone = proxy.session("test").await;
    let mut side = pool.accept().await;
    drop(gone);
    assert_eq!(side.line().await, "");
}

#[tokio::test]
async fn a_silent_client_is_let_go() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| {
        config.limits.first_call = Duration::from_millis(50);
    })
    .await;
    let mut client = proxy.session("test").await;
    let _side = pool.accept().await;
    assert_eq!(
        client.end().await,
        (4005, "idle: no call after connecting".to_owned())
    );
}

#[tokio::test]
async fn a_client_that_answers_pings_stays_and_one_that_does_not_goes() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| {
        config.limits.ping = Duration::from_millis(20);
        config.limits.idle = Duration::from_millis(200);
    })
    .await;
    let mut client = proxy.session("test").await;
    let mut side = pool.accept().await;
    client.send(SUBSCRIBE).await;
    side.line().await;
    // Not reading is not answering: the library answers pings as it reads.
    assert_eq!(side.line().await, "", "the proxy hung up on the silent client");
    let mut pings = 0;
    loop {
        match within(client.socket.next()).await {
            Some(Ok(Message::Ping(_))) => pings += 1,
            Some(Ok(Message::Close(Some(frame)))) => {
                assert_eq!(u16::from(frame.code), 4005);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(pings > 0);
}

#[tokio::test]
async fn sessions_are_capped_and_a_place_comes_back() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| config.limits.sessions = 1).await;
    let origin = format!("http://{}", proxy.address);
    let mut first = proxy.session("test").await;
    let mut side = pool.accept().await;
    match proxy.open("test", Some(&origin)).await {
        Err(Error::Http(response)) => assert_eq!(response.status(), 503),
        other => panic!("{:?}", other.map(|_| "a session")),
    }
    within(first.socket.close(None)).await.unwrap();
    assert_eq!(side.line().await, "");
    // The place is free a moment after the hang-up: ask until it is.
    within(async { while proxy.open("test", Some(&origin)).await.is_err() {} }).await;
}

#[tokio::test]
async fn a_shutdown_tells_every_session_and_hangs_up_on_the_pool() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let mut clients = [proxy.session("test").await, proxy.session("test").await];
    let mut sides = [pool.accept().await, pool.accept().await];
    let stop = tokio::spawn(proxy.stop());
    for client in &mut clients {
        assert_eq!(client.end().await, (1001, "the proxy is stopping".to_owned()));
    }
    for side in &mut sides {
        assert_eq!(side.line().await, "");
    }
    within(stop).await.unwrap();
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_the_dead() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let _deaf = proxy.session("test").await;
    let mut half = within(tokio::net::TcpStream::connect(proxy.address))
        .await
        .unwrap();
    within(half.write_all(b"GET / HTTP/1.1\r\nHost: loc"))
        .await
        .unwrap();
    proxy.stop().await;
    let mut rest = Vec::new();
    let _ = within(half.read_to_end(&mut rest)).await;
}

#[tokio::test]
async fn the_solo_pool_answers_through_the_proxy() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = solo_pool::Config::new(solo_pool::Config::DEFAULT_SHARE_DIFFICULTY).unwrap();
    tokio::spawn(solo_pool::run(listener, settings, std::future::pending()));
    let proxy = Proxy::before(address, |_| {}).await;
    let mut client = proxy.session("test").await;
    client.send(SUBSCRIBE).await;
    assert!(client.line().await.starts_with(r#"{"id":1,"result":[null,""#));
    let job = client.line().await;
    let job_id = job.split('"').nth(9).unwrap();
    let worker = format!("0xa0{}", "0".repeat(62));
    client
        .send(&format!(
            r#"{{"id":2,"method":"mining.authorize","params":["{worker}","x"]}}"#
        ))
        .await;
    assert_eq!(client.line().await, r#"{"id":2,"result":true,"error":null}"#);
    client.send(&format!(
        r#"{{"id":3,"method":"mining.submit","params":["{worker}","{job_id}","000000005acfd2a0","{}","fd8005{}"]}}"#,
        "0".repeat(48),
        "0".repeat(2816)
    ))
    .await;
    assert_eq!(
        client.line().await,
        r#"{"id":3,"result":null,"error":[20,"invalid solution"]}"#
    );
}
