//! Who is shut out, on the wire.

mod client;
mod proofs;

use std::time::Duration;

use client::{Client, Pool, Puppet, WORKER, config, template, within};
use proofs::proofs;
use solo_pool::{Bans, Config};

const INVALID: &str = r#"{"id":4,"method":"mining.submit","params":["w","0","0","0","0"]}"#;
const REFUSED: &str = r#"{"id":4,"result":null,"error":[21,"job not found"]}"#;

fn strict(change: impl FnOnce(&mut Bans)) -> Config {
    let mut config = config();
    config.first_extra_nonce1 = Some(*b"\xbc\x4f\xe0\x51\0\0\0\0");
    let mut bans = Bans {
        submits: 10,
        loopback: true,
        ..Bans::default()
    };
    change(&mut bans);
    config.bans = Some(bans);
    config
}

/// A client that was refused nine times of ten.
async fn nearly_banned(pool: &Pool) -> Client {
    let (mut client, _) = Client::ready(pool).await;
    for _ in 1..10 {
        client.send(INVALID).await;
        assert_eq!(client.line().await, REFUSED);
    }
    client
}

#[tokio::test]
async fn the_submit_that_is_one_too_many_gets_no_answer_and_the_address_no_connection() {
    let pool = Pool::start(strict(|_| {})).await;
    let (mut bystander, _) = Client::ready(&pool).await;
    let mut client = nearly_banned(&pool).await;
    client.send(INVALID).await;
    assert!(!client.read_line(&mut String::new()).await || client.is_closed().await);
    for _ in 0..3 {
        let mut again = Client::connect(&pool).await;
        assert!(again.is_closed().await, "closed at once");
    }
    bystander.send(INVALID).await;
    assert!(bystander.is_closed().await, "its address is the same");
    let snapshot = pool.status.snapshot();
    assert_eq!((snapshot.banned, snapshot.connections), (1, 0));
    assert!(snapshot.counts.bans >= 1);
}

#[tokio::test]
async fn a_ban_ends_after_its_time() {
    let pool = Pool::start(strict(|bans| bans.duration = Duration::from_millis(200))).await;
    let mut client = nearly_banned(&pool).await;
    client.send(INVALID).await;
    assert!(client.is_closed().await);
    within(async {
        while pool.status.snapshot().banned > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    Client::ready(&pool).await;
}

#[tokio::test]
async fn loopback_is_not_banned_unless_it_is_asked_for() {
    let pool = Pool::start(strict(|bans| bans.loopback = false)).await;
    let mut client = nearly_banned(&pool).await;
    for _ in 0..20 {
        client.send(INVALID).await;
        assert_eq!(client.line().await, REFUSED);
    }
}

#[tokio::test]
async fn stale_shares_are_told_apart_and_ban_nobody() {
    let (strings, puppet) = Puppet::new();
    strings.send(Some(template(5, proofs().mine_hash))).unwrap();
    let pool = Pool::start_with(strict(|_| {}), puppet).await;
    let (mut client, job) = Client::ready(&pool).await;
    strings.send(Some(template(6, [6; 32]))).unwrap();
    client.line().await;
    let late = proofs().solo.submit(4, WORKER, job[0].as_str().unwrap(), 8);
    for _ in 0..30 {
        client.send(&late).await;
        assert_eq!(client.line().await, REFUSED);
    }
    let counts = pool.stats.counts();
    assert_eq!((counts.stale, counts.rejected, counts.duplicate), (30, 30, 0));
}

#[tokio::test]
async fn duplicates_are_invalid() {
    let (strings, puppet) = Puppet::new();
    strings.send(Some(template(5, proofs().mine_hash))).unwrap();
    let pool = Pool::start_with(strict(|_| {}), puppet).await;
    let (mut client, job) = Client::ready(&pool).await;
    let share = proofs().solo.submit(4, WORKER, job[0].as_str().unwrap(), 8);
    client.send(&share).await;
    assert_eq!(client.line().await, r#"{"id":4,"result":true,"error":null}"#);
    for _ in 2..10 {
        client.send(&share).await;
        assert_eq!(
            client.line().await,
            r#"{"id":4,"result":null,"error":[22,"duplicate share"]}"#
        );
    }
    client.send(&share).await;
    assert!(client.is_closed().await);
    let counts = pool.stats.counts();
    assert_eq!((counts.accepted, counts.duplicate, counts.bans), (1, 9, 1));
}

#[tokio::test]
async fn junk_shuts_an_address_out_where_it_is_asked_for() {
    let hour = Duration::from_secs(3_600);
    for (junk, banned) in [(None, 0), (Some(hour), 1)] {
        let pool = Pool::start(strict(|bans| bans.junk = junk)).await;
        let mut client = Client::connect(&pool).await;
        client.send("GET / HTTP/1.1\r").await;
        assert!(client.is_closed().await);
        within(async {
            while pool.status.snapshot().connections > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        assert_eq!(pool.status.snapshot().banned, banned, "{junk:?}");
        let mut again = Client::connect(&pool).await;
        if banned == 1 {
            assert!(again.is_closed().await);
        } else {
            again.send(r#"{"id":1,"method":"mining.authorize"}"#).await;
            assert_eq!(again.line().await, r#"{"id":1,"result":false,"error":null}"#);
        }
    }
}
