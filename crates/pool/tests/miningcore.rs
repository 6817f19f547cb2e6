//! What MiningCore's servers do otherwise, call by call.

mod client;
mod proofs;

use client::{Client, Pool, Puppet, WORKER, config, template};
use proofs::proofs;
use solo_pool::Dialect;

const SUBSCRIBE: &str = r#"{"id":1,"method":"mining.subscribe","params":["m","AionStratum/1.0.0"]}"#;

async fn pool() -> Pool {
    let (strings, puppet) = Puppet::new();
    strings.send(Some(template(5, proofs().mine_hash))).unwrap();
    let mut config = config();
    config.dialect = Dialect::MiningCore;
    config.first_extra_nonce1 = Some([0xbe, 0x10, 0, 0, 0, 0, 0, 0]);
    config.first_job = Some(1);
    Pool::start_with(config, puppet).await
}

fn refused(id: u32, code: i32, message: &str) -> String {
    format!(r#"{{"result":false,"error":{{"code":{code},"message":"{message}","data":null}},"id":{id}}}"#)
}

#[tokio::test]
async fn a_subscribe_needs_two_parameters() {
    let pool = pool().await;
    let mut client = Client::connect(&pool).await;
    for params in ["", r#","params":[]"#, r#","params":["m"]"#, r#","params":{}"#] {
        client
            .send(&format!(r#"{{"id":1,"method":"mining.subscribe"{params}}}"#))
            .await;
        assert_eq!(
            client.line().await,
            refused(1, -1, "subscribe needs agent and version"),
            "{params}"
        );
    }
    client
        .send(r#"{"id":1,"method":"mining.subscribe","params":["m","AionStratum/2.0.0"]}"#)
        .await;
    assert_eq!(
        client.line().await,
        refused(
            1,
            20,
            "unsupported protocol version (AionStratum/2.0.0), AionStratum/1.x is spoken here"
        )
    );
    client
        .send(r#"{"id":1,"method":"mining.subscribe","params":["nheqminer/0.2.1", null,"127.0.0.1","3333"]}"#)
        .await;
    assert_eq!(client.json().await["result"][1], "be10");
}

#[tokio::test]
async fn a_job_waits_for_both_calls_in_either_order() {
    let pool = pool().await;
    let authorize = format!(r#"{{"id":2,"method":"mining.authorize","params":["{WORKER}.rig","x"]}}"#);
    for calls in [[SUBSCRIBE, &authorize], [&authorize, SUBSCRIBE]] {
        let mut client = Client::connect(&pool).await;
        for call in calls {
            client.send(call).await;
            assert!(client.json().await["error"].is_null());
        }
        for method in ["mining.notify", "mining.set_target"] {
            let news = client.json().await;
            assert_eq!(
                (&news["method"], &news["id"]),
                (&method.into(), &serde_json::Value::Null)
            );
        }
        client.send(SUBSCRIBE).await;
        assert!(client.json().await["result"].is_array());
        assert_eq!(client.json().await["method"], "mining.notify", "the job again");
    }
}

#[tokio::test]
async fn submits_are_refused_in_its_words() {
    let pool = pool().await;
    let mut client = Client::connect(&pool).await;
    let submit = |params: &str| format!(r#"{{"id":4,"method":"mining.submit","params":{params}}}"#);
    let (nonce2, solution) = ("0".repeat(60), "0".repeat(2816));
    client.send(&submit("[]")).await;
    assert_eq!(client.line().await, refused(4, 24, "unauthorized worker"));
    client
        .send(&format!(
            r#"{{"id":2,"method":"mining.authorize","params":["{WORKER}","x"]}}"#
        ))
        .await;
    client.line().await;
    client.send(&submit("[]")).await;
    assert_eq!(client.line().await, refused(4, 25, "not subscribed"));
    client.send(SUBSCRIBE).await;
    for _ in 0..3 {
        client.line().await;
    }
    let with = |ntime: &str, nonce2: &str, solution: &str| {
        submit(&format!(r#"["w","00000001","{ntime}","{nonce2}","{solution}"]"#))
    };
    let ntime = "000000005b4ecdc6";
    for (name, line, code, message) in [
        ("no params", submit("null"), -1, "stale share"),
        (
            "the id without its zeros",
            submit(r#"["w","1","0","0","0"]"#),
            -1,
            "stale share",
        ),
        (
            "nTime short",
            with("5b4ecdc6", &nonce2, &solution),
            -1,
            "incorrect size of ntime",
        ),
        (
            "the solo family's extraNonce2",
            with(ntime, &nonce2[..48], &solution),
            -1,
            "incorrect size of nonce",
        ),
        (
            "extraNonce2 no hex",
            with(ntime, &"g".repeat(60), &solution),
            -1,
            "invalid hex in extraNonce2",
        ),
        (
            "solution of 2820",
            with(ntime, &nonce2, &format!("8005{solution}")),
            -1,
            "incorrect size of solution",
        ),
        (
            "another prefix",
            with(ntime, &nonce2, &format!("fd8006{solution}")),
            20,
            "invalid solution",
        ),
        ("zeros", with(ntime, &nonce2, &solution), 20, "invalid solution"),
        (
            "zeros again, with their prefix",
            with(ntime, &nonce2, &format!("fd8005{solution}")),
            -1,
            "duplicate share",
        ),
        (
            "digits of three bytes each",
            with(ntime, &nonce2, &("€".repeat(2816 / 3) + "00")),
            20,
            "invalid solution",
        ),
    ] {
        client.send(&line).await;
        assert_eq!(client.line().await, refused(4, code, message), "{name}");
    }
    client
        .send(&proofs().miningcore_low.submit(4, WORKER, "00000001", 2))
        .await;
    assert_eq!(
        client.line().await,
        r#"{"result":true,"error":null,"id":4}"#,
        "difficulty 4 is met"
    );
}

#[tokio::test]
async fn no_two_connections_have_the_same_two_bytes() {
    let pool = pool().await;
    let mut given = Vec::new();
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = Client::connect(&pool).await;
        client.send(SUBSCRIBE).await;
        given.push(client.json().await["result"][1].as_str().unwrap().to_owned());
        clients.push(client);
    }
    assert!(given.iter().all(|digits| digits.len() == 4));
    let different: std::collections::HashSet<_> = given.iter().collect();
    assert_eq!(different.len(), given.len());
}
