//! Share difficulties that change, on the wire.

mod client;
mod proofs;

use std::time::Duration;

use aion_pow::target::Difficulty;
use client::{Client, Pool, Puppet, WORKER, config, template};
use proofs::proofs;
use serde_json::{Value, json};
use solo_pool::{Config, Dialect, Template, Vardiff};

fn difficulty(value: u128) -> Difficulty {
    Difficulty::new(value).unwrap()
}

/// A difficulty that is looked at again at every job, `start` at first.
fn following(start: u64) -> Config {
    let mut config = Config::new(start).unwrap();
    config.first_extra_nonce1 = Some(*b"\xbc\x4f\xe0\x51\0\0\0\0");
    config.vardiff = Some(Vardiff {
        share_time: Duration::from_secs(3_600),
        window: Duration::from_nanos(1),
        ..Vardiff::within(difficulty(1), difficulty(1 << 40))
    });
    config
}

fn target(difficulty: u128) -> String {
    let target = aion_pow::target::Target::from_difficulty(self::difficulty(difficulty));
    hex::encode(target.to_be_bytes().unwrap_or([0xff; 32]))
}

/// Another template of the same head and mine hash, so that a proof for one is one for the other.
fn renewed(template: Template, times: u8) -> Template {
    let mut target = [0; 32];
    target[31] = 1 + times;
    Template {
        target: aion_pow::target::Target::from_be_bytes(target),
        ..template
    }
}

#[tokio::test]
async fn a_solo_target_changes_with_the_next_job_and_the_job_before_keeps_its_own() {
    let (strings, puppet) = Puppet::new();
    let first = template(5, proofs().mine_hash);
    strings.send(Some(first)).unwrap();
    let pool = Pool::start_with(following(1), puppet).await;
    let (mut client, job) = Client::ready(&pool).await;
    assert_eq!(job[2], "ff".repeat(32), "difficulty 1");
    let submit = |proof: &proofs::Proof, job: &Value| proof.submit(3, WORKER, job.as_str().unwrap(), 8);
    let accepted = r#"{"id":3,"result":true,"error":null}"#;
    client.send(&submit(&proofs().solo, &job[0])).await;
    assert_eq!(client.line().await, accepted);

    strings.send(Some(renewed(first, 1))).unwrap();
    let harder = client.json().await;
    assert_eq!(
        harder["method"], "mining.notify",
        "nothing but the job tells of it"
    );
    assert_eq!(
        (&harder["params"][1], &harder["params"][2]),
        (&json!(false), &json!(target(16)))
    );
    let low = proofs().solo_low;
    client.send(&submit(&low, &harder["params"][0])).await;
    assert_eq!(
        client.line().await,
        r#"{"id":3,"result":null,"error":[20,"Header hash larger than target"]}"#
    );
    client.send(&submit(&low, &job[0])).await;
    assert_eq!(
        client.line().await,
        accepted,
        "it met what its job was handed out with"
    );
}

#[tokio::test]
async fn a_miner_without_shares_gets_an_easier_job_but_never_under_the_least() {
    let (strings, puppet) = Puppet::new();
    strings.send(Some(template(5, [1; 32]))).unwrap();
    let mut config = following(64);
    config.vardiff.as_mut().unwrap().least = difficulty(3);
    let pool = Pool::start_with(config, puppet).await;
    let (mut client, job) = Client::ready(&pool).await;
    assert_eq!(job[2], target(64), "before a job there was nothing to find");
    for (number, expected) in [(6, 16), (7, 4), (8, 3), (9, 3)] {
        strings.send(Some(template(number, [number as u8; 32]))).unwrap();
        assert_eq!(client.json().await["params"][2], target(expected));
    }
}

#[tokio::test]
async fn miningcore_tells_of_a_change_before_the_job_and_of_the_target_after_it() {
    let (strings, puppet) = Puppet::new();
    strings.send(Some(template(5, [1; 32]))).unwrap();
    let mut config = following(64);
    config.dialect = Dialect::MiningCore;
    let pool = Pool::start_with(config, puppet).await;
    let mut client = Client::connect(&pool).await;
    client
        .send(r#"{"id":1,"method":"mining.subscribe","params":["m","AionStratum/1.0.0"]}"#)
        .await;
    client.line().await;
    client
        .send(&format!(
            r#"{{"id":2,"method":"mining.authorize","params":["{WORKER}","x"]}}"#
        ))
        .await;
    client.line().await;
    assert_eq!(
        client.json().await["method"],
        "mining.notify",
        "there was nothing to change yet"
    );
    assert_eq!(client.json().await["params"], json!([target(64)]));
    strings.send(Some(template(6, [2; 32]))).unwrap();
    assert_eq!(
        client.line().await,
        r#"{"jsonrpc":"2.0","method":"mining.set_difficulty","params":[16.0]}"#
    );
    assert_eq!(client.json().await["method"], "mining.notify");
    assert_eq!(client.json().await["params"], json!([target(16)]));
}

#[tokio::test]
async fn a_password_fixes_the_difficulty_where_the_dialect_knows_it() {
    for (dialect, password, expected) in [
        (Dialect::MiningCore, "d=512", 512),
        (Dialect::MiningCore, "mp=1;d=64", 64),
        (Dialect::MiningCore, "d=2", 4),
        (Dialect::MiningCore, "d=none", 4),
        (Dialect::Solo, "d=512", 4),
    ] {
        let (strings, puppet) = Puppet::new();
        let mut config = config();
        config.dialect = dialect;
        let pool = Pool::start_with(config, puppet).await;
        let mut client = Client::connect(&pool).await;
        client
            .send(r#"{"id":1,"method":"mining.subscribe","params":["m","AionStratum/1.0.0"]}"#)
            .await;
        client.line().await;
        client
            .send(&format!(
                r#"{{"id":2,"method":"mining.authorize","params":["{WORKER}","{password}"]}}"#
            ))
            .await;
        assert_eq!(client.json().await["result"], true);
        strings.send(Some(template(5, [1; 32]))).unwrap();
        let job = client.json().await;
        let given = match dialect {
            Dialect::Solo => job["params"][2].clone(),
            Dialect::MiningCore => client.json().await["params"][0].clone(),
        };
        assert_eq!(given, target(expected), "{dialect:?} {password}");
    }
}
