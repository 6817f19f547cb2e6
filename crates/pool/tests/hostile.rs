//! Clients that do not behave, and what bounds them.

mod client;

use std::time::Duration;

use client::{Client, Pool, Puppet, WORKER, config, template, within};
use solo_pool::{Desk, TemplateSource};
use tokio::io::AsyncWriteExt;

/// Proves that the pool still serves.
async fn still_serves(pool: &Pool) {
    Client::ready(pool).await;
}

#[tokio::test]
async fn a_connection_ends_at_what_is_no_stratum_at_all() {
    let pool = Pool::start(config()).await;
    for (name, bytes) in [
        ("not JSON", b"GET / HTTP/1.1\r\n".to_vec()),
        ("two objects on a line", b"{}{}\n".to_vec()),
        ("not UTF-8", b"\"\xff\"\n".to_vec()),
        (
            "nesting without end",
            [vec![b'['; 9_000], b"\n".to_vec()].concat(),
        ),
        ("10,241 bytes without an end", vec![b'x'; 10_241]),
    ] {
        let mut client = Client::connect(&pool).await;
        client.send_bytes(&bytes).await;
        assert!(client.is_closed().await, "{name}");
        still_serves(&pool).await;
    }
}

#[tokio::test]
async fn a_mebibyte_without_an_end_is_not_kept() {
    let pool = Pool::start(config()).await;
    let mut client = Client::connect(&pool).await;
    // The pool closes long before the end, so that the write itself may fail.
    let _ = within(client.writer.write_all(&vec![b'x'; 1 << 20])).await;
    assert!(client.is_closed().await);
    still_serves(&pool).await;
}

#[tokio::test]
async fn ten_thousand_two_hundred_and_forty_bytes_stay() {
    let pool = Pool::start(config()).await;
    let mut client = Client::connect(&pool).await;
    let call = r#"{"id":1,"method":"mining.authorize"}"#;
    let padded = format!("{call}{}\n", " ".repeat(10_240 - call.len() - 1));
    client.send_bytes(padded.as_bytes()).await;
    assert_eq!(client.line().await, r#"{"id":1,"result":false,"error":null}"#);
}

#[tokio::test]
async fn hang_ups_in_each_state_leave_the_pool_whole() {
    let pool = Pool::start(config()).await;
    let subscribe = "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[]}\n";
    for bytes in [
        "",
        "{\"id\":1,",
        subscribe,
        &subscribe[..20],
        &subscribe.repeat(20),
    ] {
        let mut client = Client::connect(&pool).await;
        client.send_bytes(bytes.as_bytes()).await;
        drop(client);
    }
    let (client, _) = Client::ready(&pool).await;
    drop(client);
    still_serves(&pool).await;
    // A stop waits for every connection: a leaked one would hang here.
    pool.stop().await;
}

#[tokio::test]
async fn caps_close_a_connection_at_once_and_free_places_again() {
    let mut config = config();
    config.limits.connections_per_address = 2;
    let pool = Pool::start(config).await;
    let (first, _) = Client::ready(&pool).await;
    let (_second, _) = Client::ready(&pool).await;
    let mut third = Client::connect(&pool).await;
    assert!(third.is_closed().await);
    drop(first);
    // The pool learns of the hang-up in its own time: ask until it has.
    within(async {
        loop {
            let mut again = Client::connect(&pool).await;
            let asked = again
                .writer
                .write_all(b"{\"id\":1,\"method\":\"mining.authorize\"}\n")
                .await;
            let mut line = String::new();
            if asked.is_ok() && again.read_line(&mut line).await && !line.is_empty() {
                break;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_client_that_never_shakes_hands_is_closed() {
    let mut config = config();
    config.limits.handshake = Duration::from_millis(50);
    let pool = Pool::start(config).await;
    let mut silent = Client::connect(&pool).await;
    assert!(silent.is_closed().await);
    let mut half = Client::connect(&pool).await;
    half.send(r#"{"id":1,"method":"mining.subscribe","params":[]}"#)
        .await;
    assert!(half.is_closed().await);
}

#[tokio::test]
async fn a_client_that_never_submits_is_closed() {
    let mut config = config();
    config.limits.idle = Duration::from_millis(50);
    let pool = Pool::start(config).await;
    let (mut client, _) = Client::ready(&pool).await;
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_client_that_has_nothing_to_submit_is_waited_for() {
    let mut config = config();
    config.limits.idle = Duration::from_millis(50);
    let (strings, puppet) = Puppet::new();
    let pool = Pool::start_with(config, puppet).await;
    let mut client = Client::connect(&pool).await;
    client
        .send(r#"{"id":1,"method":"mining.subscribe","params":[]}"#)
        .await;
    client
        .send(&format!(
            r#"{{"id":2,"method":"mining.authorize","params":["{WORKER}","x"]}}"#
        ))
        .await;
    for _ in 0..2 {
        assert!(client.json().await["error"].is_null());
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    strings.send(Some(template(5, [5; 32]))).unwrap();
    assert_eq!(client.json().await["method"], "mining.notify", "still there");
    assert!(client.is_closed().await, "and now it could submit");
}

#[tokio::test]
async fn a_pool_ends_with_a_source_that_fails() {
    struct Failing;
    impl TemplateSource for Failing {
        async fn run(self, _: Desk) {
            panic!("as a mistake in a source would");
        }
    }
    let pool = Pool::start_with(config(), Failing).await;
    pool.ended().await;
}

#[tokio::test]
async fn a_client_that_never_reads_is_closed() {
    let mut config = config();
    config.limits.write = Duration::from_millis(50);
    let pool = Pool::start(config).await;
    let mut client = Client::connect(&pool).await;
    // Refusals pile up in the socket until it is full. A batch goes out once the one before is counted, so that
    // the limit of the buffer is not what ends it; once the pool is stuck the count stands still until it gives up.
    let calls = 370;
    let batch = "{\"method\":\"mining.submit\"}\n".repeat(calls);
    within(async {
        let mut sent = 0;
        while client.writer.write_all(batch.as_bytes()).await.is_ok() {
            sent += calls as u64;
            while pool.stats.counts().rejected < sent {
                if client.writer.as_ref().take_error().unwrap().is_some() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    })
    .await;
    assert!(
        pool.stats.counts().rejected > 2 * calls as u64,
        "ended by the deadline, not by a flood"
    );
    still_serves(&pool).await;
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_a_client_that_never_reads() {
    let mut config = config();
    config.limits.write = Duration::from_secs(3_600);
    let pool = Pool::start(config).await;
    let mut client = Client::connect(&pool).await;
    let calls = 370;
    let batch = "{\"method\":\"mining.submit\"}\n".repeat(calls);
    // Until the pool is stuck in its write and counts no more, or a slow machine makes it look so.
    let mut sent = 0;
    let counted = async |sent: u64| {
        while pool.stats.counts().rejected < sent {
            tokio::task::yield_now().await
        }
    };
    loop {
        client.send_bytes(batch.as_bytes()).await;
        sent += calls as u64;
        if tokio::time::timeout(Duration::from_millis(200), counted(sent))
            .await
            .is_err()
        {
            break;
        }
    }
    pool.stop().await;
}

#[tokio::test]
async fn a_shutdown_closes_every_connection() {
    let pool = Pool::start(config()).await;
    let (mut ready, _) = Client::ready(&pool).await;
    let mut fresh = Client::connect(&pool).await;
    fresh.send(r#"{"id":1,"method":"mining.authorize"}"#).await;
    fresh.line().await;
    pool.stop().await;
    assert!(ready.is_closed().await && fresh.is_closed().await);
}
