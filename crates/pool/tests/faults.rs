//! A share that is good, on a network that is not: what it must come to all the same.

mod client;
mod proofs;

use std::time::Duration;

use client::{Client, Pool, Puppet, WORKER, config, template, within};
use proofs::proofs;
use solo_pool::{Config, Dialect};
use tokio::io::AsyncWriteExt;

const SUBSCRIBE: &str = r#"{"id":1,"method":"mining.subscribe","params":["m","AionStratum/1.0.0"]}"#;

fn authorize() -> String {
    format!(r#"{{"id":2,"method":"mining.authorize","params":["{WORKER}","x"]}}"#)
}

/// The share of the only job.
fn share() -> String {
    proofs().solo.submit(3, WORKER, "1", 8)
}

const SUBSCRIBED: &str = r#"{"id":1,"result":[null,"bc4fe05100000000"],"error":null}"#;
const AUTHORIZED: &str = r#"{"id":2,"result":true,"error":null}"#;
const ACCEPTED: &str = r#"{"id":3,"result":true,"error":null}"#;

fn fixed() -> Config {
    let mut config = config();
    config.first_extra_nonce1 = Some(*b"\xbc\x4f\xe0\x51\0\0\0\0");
    config.first_job = Some(1);
    config
}

async fn pool() -> Pool {
    let (strings, puppet) = Puppet::new();
    strings.send(Some(template(5, proofs().mine_hash))).unwrap();
    let pool = Pool::start_with(fixed(), puppet).await;
    within(async {
        while pool.status.snapshot().job.is_none() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    pool
}

/// How bytes get to the pool.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// All three lines at once.
    OneSegment,
    ByteAtATime,
    /// In two pieces with a pause between them, cut at each of these places.
    Cut(usize),
    /// With a pause after each line.
    Delay,
    /// As Windows would end lines, and with empty ones.
    CarriageReturns,
    /// The client says that it will send no more, and goes on reading.
    HalfClose,
}

async fn send(client: &mut Client, lines: &[String], way: Way) {
    client.writer.as_ref().set_nodelay(true).unwrap();
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let pause = || tokio::time::sleep(Duration::from_millis(20));
    match way {
        Way::OneSegment => client.send_bytes(text.as_bytes()).await,
        Way::ByteAtATime => {
            for byte in text.bytes() {
                client.send_bytes(&[byte]).await;
            }
        }
        Way::Cut(place) => {
            let (head, tail) = text.as_bytes().split_at(place);
            client.send_bytes(head).await;
            pause().await;
            client.send_bytes(tail).await;
        }
        Way::Delay => {
            for line in lines {
                client.send(line).await;
                pause().await;
            }
        }
        Way::CarriageReturns => {
            client
                .send_bytes(text.replace('\n', "\r\n\r\n\n").as_bytes())
                .await
        }
        Way::HalfClose => {
            client.send_bytes(text.as_bytes()).await;
            client.writer.shutdown().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_share_counts_once_however_its_bytes_come() {
    let whole = SUBSCRIBE.len() + 1;
    for way in [
        Way::OneSegment,
        Way::ByteAtATime,
        Way::Cut(1),
        Way::Cut(whole - 1),
        Way::Cut(whole),
        Way::Cut(whole + 200),
        Way::Cut(2_000),
        Way::Delay,
        Way::CarriageReturns,
        Way::HalfClose,
    ] {
        let pool = pool().await;
        let mut client = Client::connect(&pool).await;
        let lines = [SUBSCRIBE.to_owned(), authorize(), share()];
        send(&mut client, &lines, way).await;
        assert_eq!(client.line().await, SUBSCRIBED, "{way:?}");
        assert_eq!(client.json().await["method"], "mining.notify", "{way:?}");
        assert_eq!(client.line().await, AUTHORIZED, "{way:?}");
        assert_eq!(client.line().await, ACCEPTED, "{way:?}");
        if let Way::HalfClose = way {
            assert!(client.is_closed().await);
        }
        let counts = pool.stats.counts();
        assert_eq!((counts.accepted, counts.rejected), (1, 0), "{way:?}");
    }
}

#[tokio::test]
async fn calls_in_another_order_are_answered_in_theirs() {
    let unauthorized = r#"{"id":3,"result":null,"error":[24,"unauthorized worker",null]}"#;
    let unsubscribed = r#"{"id":3,"result":null,"error":[25,"not subscribed",null]}"#;
    for (name, calls, answers) in [
        (
            "authorize first",
            vec![authorize(), SUBSCRIBE.to_owned(), share()],
            vec![AUTHORIZED, SUBSCRIBED, "job", ACCEPTED],
        ),
        (
            "submit first",
            vec![share(), SUBSCRIBE.to_owned(), authorize(), share()],
            vec![unauthorized, SUBSCRIBED, "job", AUTHORIZED, ACCEPTED],
        ),
        (
            "submit in the middle",
            vec![authorize(), share(), SUBSCRIBE.to_owned(), share()],
            vec![AUTHORIZED, unsubscribed, SUBSCRIBED, "job", ACCEPTED],
        ),
        (
            "subscribe last, a second time",
            vec![SUBSCRIBE.to_owned(), authorize(), share(), SUBSCRIBE.to_owned()],
            vec![
                SUBSCRIBED,
                "job",
                AUTHORIZED,
                ACCEPTED,
                r#"{"id":1,"result":[null,"bc4fe05100000001"],"error":null}"#,
                "job",
            ],
        ),
    ] {
        let pool = pool().await;
        let mut client = Client::connect(&pool).await;
        send(&mut client, &calls, Way::OneSegment).await;
        for answer in answers {
            match answer {
                "job" => assert_eq!(client.json().await["method"], "mining.notify", "{name}"),
                line => assert_eq!(client.line().await, line, "{name}"),
            }
        }
    }
}

#[tokio::test]
async fn a_reset_in_any_state_leaves_nothing_behind() {
    let pool = pool().await;
    let lines = [SUBSCRIBE.to_owned(), authorize(), share()];
    for said in 0..=lines.len() {
        for half in [false, true] {
            let mut client = Client::connect(&pool).await;
            for line in &lines[..said] {
                client.send(line).await;
            }
            if half {
                client.send_bytes(br#"{"id":1,"meth"#).await;
            }
            client.reset();
        }
    }
    let open = async {
        while pool.status.snapshot().connections > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    within(open).await;
    let workers = pool.status.snapshot().workers;
    assert!(
        workers.iter().all(|worker| worker.connections == 0),
        "{workers:?}"
    );
    pool.stop().await;
}

#[tokio::test]
async fn a_client_that_vanished_without_a_word_is_let_go() {
    // Half-open: nothing comes any more, and no end either.
    let (strings, puppet) = Puppet::new();
    let mut config = fixed();
    config.limits.idle = Duration::from_millis(100);
    let pool = Pool::start_with(config, puppet).await;
    strings.send(Some(template(5, [5; 32]))).unwrap();
    let (mut client, _) = Client::ready(&pool).await;
    let mut number = 6;
    // New jobs do not keep it: only a submit does.
    while pool.status.snapshot().connections > 0 {
        strings.send(Some(template(number, [number as u8; 32]))).unwrap();
        number += 1;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_slow_reader_keeps_nobody_from_a_new_job() {
    let (strings, puppet) = Puppet::new();
    strings.send(Some(template(5, [5; 32]))).unwrap();
    let mut config = fixed();
    config.limits.write = Duration::from_secs(3_600);
    let pool = Pool::start_with(config, puppet).await;
    let (mut slow, _) = Client::ready(&pool).await;
    let (mut quick, _) = Client::ready(&pool).await;
    // The slow one asks and asks and never reads, until the pool is stuck in its write.
    let asks = "{\"method\":\"mining.submit\",\"params\":[]}\n".repeat(200);
    let mut refused = 0;
    loop {
        let sent = tokio::time::timeout(Duration::from_millis(200), async {
            slow.send_bytes(asks.as_bytes()).await;
            while pool.stats.counts().rejected < refused + 200 {
                tokio::task::yield_now().await;
            }
        });
        if sent.await.is_err() {
            break;
        }
        refused += 200;
    }
    for number in 6..60 {
        strings.send(Some(template(number, [number as u8; 32]))).unwrap();
        assert_eq!(
            quick.json().await["params"][3],
            hex::encode([number as u8; 32]),
            "at once"
        );
    }
}

/// A line of so many bytes with its end: an authorize that is refused.
fn padded(bytes: usize) -> String {
    let call = r#"{"id":1,"method":"mining.authorize"}"#;
    format!("{call}{}\n", " ".repeat(bytes - call.len() - 1))
}

#[tokio::test]
async fn what_is_held_of_a_client_is_bounded_in_each_dialect() {
    let half = 5_120;
    for (name, dialect, bytes, stays) in [
        ("one line of 10,240", Dialect::Solo, padded(10_240), true),
        ("one line of 10,241", Dialect::Solo, padded(10_241), false),
        ("two lines of 5,120", Dialect::Solo, padded(half).repeat(2), true),
        (
            "two lines of 5,120 and a byte",
            Dialect::Solo,
            padded(half).repeat(2) + "{",
            false,
        ),
        (
            "10,241 bytes and no line",
            Dialect::Solo,
            "x".repeat(10_241),
            false,
        ),
        (
            "a line of 32,768 without its end",
            Dialect::MiningCore,
            padded(32_769),
            true,
        ),
        ("a line of 32,769", Dialect::MiningCore, padded(32_770), false),
        (
            "ten lines of 32,768",
            Dialect::MiningCore,
            padded(32_769).repeat(10),
            true,
        ),
        (
            "32,769 bytes and no line",
            Dialect::MiningCore,
            "x".repeat(32_769),
            false,
        ),
    ] {
        let (_strings, puppet) = Puppet::new();
        let mut config = fixed();
        config.dialect = dialect;
        let pool = Pool::start_with(config, puppet).await;
        let mut client = Client::connect(&pool).await;
        // The pool may close before all is written.
        let _ = client.writer.write_all(bytes.as_bytes()).await;
        if stays {
            for _ in bytes.lines() {
                assert_eq!(client.json().await["result"], false, "{name}");
            }
        } else {
            assert!(client.is_closed().await, "{name}");
        }
        Client::connect(&pool).await;
        pool.stop().await;
    }
}
