//! The pool's answers, byte by byte.

mod client;

use std::time::Duration;

use client::{Client, Pool, WORKER, config};

const SUBSCRIBE: &str = r#"{"id":1,"method":"mining.subscribe","params":["miner/1.0","AionStratum/1.0.0"]}"#;

#[tokio::test]
async fn the_first_job_comes_before_authorize_is_answered() {
    let mut config = config();
    config.first_extra_nonce1 = Some(*b"\xbc\x4f\xe0\x51\0\0\0\0");
    let pool = Pool::start(config).await;
    let mut client = Client::connect(&pool).await;
    client.send(SUBSCRIBE).await;
    client
        .send(&format!(
            r#"{{"id":2,"method":"mining.authorize","params":["{WORKER}","x"]}}"#
        ))
        .await;

    assert_eq!(
        client.line().await,
        r#"{"id":1,"result":[null,"bc4fe05100000000"],"error":null}"#
    );
    let job = client.line().await;
    let parts: Vec<&str> = job.split('"').collect();
    let (job_id, target, header_hash) = (parts[9], parts[11], parts[13]);
    assert_eq!(
        job,
        format!(
            r#"{{"id":null,"method":"mining.notify","params":["{job_id}",true,"{target}","{header_hash}"]}}"#
        )
    );
    assert_eq!(target, format!("40{}", "00".repeat(31)), "difficulty 4");
    for digits in [job_id, header_hash] {
        assert!(
            digits
                .bytes()
                .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')),
            "{digits}"
        );
    }
    assert_eq!(header_hash.len(), 64);
    assert_eq!(client.line().await, r#"{"id":2,"result":true,"error":null}"#);
}

#[tokio::test]
async fn requests_get_the_solo_pools_answers() {
    let pool = Pool::start(config()).await;
    let mut client = Client::connect(&pool).await;
    let submit = |params: &str| format!(r#"{{"id":4,"method":"mining.submit","params":{params}}}"#);
    let not_there = submit(r#"["w","ffffffffffff","0","0","0"]"#);
    let before_authorize = [
        (
            "submit",
            not_there.clone(),
            r#"{"id":4,"result":null,"error":[24,"unauthorized worker",null]}"#,
        ),
        (
            "extranonce.subscribe",
            r#"{"id":5,"method":"mining.extranonce.subscribe","params":[]}"#.to_owned(),
            r#"{"id":5,"result":false,"error":[20,"Not supported.",null]}"#,
        ),
        (
            "no params",
            r#"{"id":2,"method":"mining.authorize"}"#.to_owned(),
            r#"{"id":2,"result":false,"error":null}"#,
        ),
        (
            "null worker",
            r#"{"id":2,"method":"mining.authorize","params":[null,"x"]}"#.to_owned(),
            r#"{"id":2,"result":false,"error":null}"#,
        ),
        (
            "no address",
            r#"{"id":2,"method":"mining.authorize","params":["bob","x"]}"#.to_owned(),
            r#"{"id":2,"result":false,"error":null}"#,
        ),
        (
            "address and rig",
            format!(r#"{{"id":"two","method":"mining.authorize","params":["{WORKER}.rig1","x"]}}"#),
            r#"{"id":"two","result":true,"error":null}"#,
        ),
        (
            "submit",
            not_there.clone(),
            r#"{"id":4,"result":null,"error":[25,"not subscribed",null]}"#,
        ),
        (
            "another version",
            r#"{"id":1,"method":"mining.subscribe","params":["m","AionStratum/2.0.0"]}"#.to_owned(),
            r#"{"id":1,"result":null,"error":[20,"unsupported protocol version (AionStratum/2.0.0), AionStratum/1.x is spoken here"]}"#,
        ),
        (
            "a version that is no string",
            r#"{"id":1,"method":"mining.subscribe","params":["m",1]}"#.to_owned(),
            r#"{"id":1,"result":null,"error":[20,"unsupported protocol version (not a string), AionStratum/1.x is spoken here"]}"#,
        ),
        (
            "still not subscribed",
            not_there.clone(),
            r#"{"id":4,"result":null,"error":[25,"not subscribed",null]}"#,
        ),
    ];
    for (name, request, expected) in before_authorize {
        client.send(&request).await;
        assert_eq!(client.line().await, expected, "{name}");
    }

    client.send(SUBSCRIBE).await;
    client.line().await;
    let job_id = client.json().await["params"][0].as_str().unwrap().to_owned();
    let with_job = |rest: &str| submit(&format!(r#"["w","{job_id}",{rest}]"#));
    let other = |text: &str| format!(r#"{{"id":4,"result":null,"error":[20,"{text}"]}}"#);
    let ntime = "000000005acfd2a0";
    let (nonce2, solution) = ("0".repeat(48), format!("fd8005{}", "0".repeat(2816)));
    let job_not_found = r#"{"id":4,"result":null,"error":[21,"job not found"]}"#.to_owned();
    let after = [
        ("unknown job", not_there, job_not_found.clone()),
        (
            "no params",
            r#"{"id":4,"method":"mining.submit"}"#.to_owned(),
            job_not_found.clone(),
        ),
        ("params null", submit("null"), job_not_found.clone()),
        ("params an object", submit("{}"), job_not_found.clone()),
        ("job id a number", submit(r#"["w",1,"0","0","0"]"#), job_not_found),
        (
            "two params",
            submit(&format!(r#"["w","{job_id}"]"#)),
            other("incorrect size of ntime"),
        ),
        (
            "short nTime",
            with_job(r#""5acfd2a0","","""#),
            other("incorrect size of ntime"),
        ),
        (
            "nTime no hex",
            with_job(r#""zzzzzzzz5acfd2a0","","""#),
            other("incorrect size of ntime"),
        ),
        (
            "nTime a number",
            with_job(r#"5,"","""#),
            other("incorrect size of ntime"),
        ),
        (
            "short extraNonce2",
            with_job(&format!(r#""{ntime}","00","{solution}""#)),
            other("incorrect size of nonce"),
        ),
        (
            "four params",
            with_job(&format!(r#""{ntime}","{nonce2}""#)),
            other("incorrect size of solution"),
        ),
        (
            "solution without its prefix",
            with_job(&format!(r#""{ntime}","{nonce2}","{}""#, &solution[6..])),
            other("incorrect size of solution"),
        ),
        (
            "extraNonce2 no hex",
            with_job(&format!(r#""{ntime}","{}","{solution}""#, "g".repeat(48))),
            other("invalid hex in extraNonce2"),
        ),
        (
            "another prefix",
            with_job(&format!(r#""{ntime}","{nonce2}","fd8006{}""#, &solution[6..])),
            other("invalid solution"),
        ),
        (
            "solution no hex",
            with_job(&format!(r#""{ntime}","{nonce2}","fd8005{}""#, "g".repeat(2816))),
            other("invalid solution"),
        ),
        (
            "solution no solution",
            with_job(&format!(r#""{ntime}","{nonce2}","{solution}""#)),
            other("invalid solution"),
        ),
        (
            "the same bad solution again",
            with_job(&format!(r#""{ntime}","{nonce2}","{solution}""#)),
            r#"{"id":4,"result":null,"error":[22,"duplicate share"]}"#.to_owned(),
        ),
        (
            "digits of three bytes each",
            with_job(&format!(
                r#""{ntime}","{nonce2}","{}""#,
                "€".repeat(2822 / 3) + "00"
            )),
            other("invalid solution"),
        ),
    ];
    // Four of these lines in one read would pass the limit of the buffer: one at a time.
    for (name, request, expected) in after {
        client.send(&request).await;
        assert_eq!(client.line().await, expected, "{name}");
    }
    assert_eq!(pool.stats.counts().accepted, 0);
}

#[tokio::test]
async fn any_id_is_echoed_and_none_is_answered_without_one() {
    let pool = Pool::start(config()).await;
    let mut client = Client::connect(&pool).await;
    for (member, echo) in [
        (r#""id":7,"#, r#""id":7,"#),
        (r#""id":"x","#, r#""id":"x","#),
        (r#""id":null,"#, r#""id":null,"#),
        (r#""id":[1,{"a":2}],"#, r#""id":[1,{"a":2}],"#),
        ("", ""),
    ] {
        client
            .send(&format!(
                r#"{{{member}"method":"mining.authorize","params":["bob","x"]}}"#
            ))
            .await;
        assert_eq!(
            client.line().await,
            format!(r#"{{{echo}"result":false,"error":null}}"#)
        );
    }
}

#[tokio::test]
async fn what_is_no_known_call_gets_silence() {
    let pool = Pool::start(config()).await;
    let mut client = Client::connect(&pool).await;
    for line in [
        "[]",
        "null",
        "7",
        "\"text\"",
        "{}",
        r#"{"id":1,"result":true,"error":null}"#,
        r#"{"id":1,"method":5}"#,
        r#"{"id":1,"method":"mining.sing","params":[]}"#,
        r#"[{"id":1,"method":"mining.subscribe"}]"#,
        "",
        "\r",
    ] {
        client.send(line).await;
    }
    client
        .send(r#"{"id":"marker","method":"mining.authorize"}"#)
        .await;
    assert_eq!(
        client.line().await,
        r#"{"id":"marker","result":false,"error":null}"#
    );
}

#[tokio::test]
async fn anything_subscribes() {
    let pool = Pool::start(config()).await;
    for params in [
        r#","params":["nheqminer/0.2.1", null,"127.0.0.1","3333"]"#,
        r#","params":[]"#,
        r#","params":null"#,
        r#","params":{"a":1}"#,
        r#","params":[{},null,[],5,6,7]"#,
        r#","params":["m","AionStratum/1.1"]"#,
        "",
    ] {
        let mut client = Client::connect(&pool).await;
        client
            .send(&format!(r#"{{"id": 1, "method": "mining.subscribe"{params}}}"#))
            .await;
        let reply = client.json().await;
        assert_eq!(reply["result"][0], serde_json::Value::Null, "{params}");
        assert_eq!(reply["result"][1].as_str().unwrap().len(), 16, "{params}");
        assert_eq!(client.json().await["method"], "mining.notify", "{params}");
    }
}

#[tokio::test]
async fn a_second_subscribe_gives_a_new_nonce_and_the_job_again() {
    let pool = Pool::start(config()).await;
    let mut client = Client::connect(&pool).await;
    client.send(SUBSCRIBE).await;
    let (first, first_job) = (client.json().await, client.line().await);
    client.send(SUBSCRIBE).await;
    let (second, second_job) = (client.json().await, client.line().await);
    assert_ne!(first["result"][1], second["result"][1]);
    assert_eq!(first_job, second_job);

    let mut other = Client::connect(&pool).await;
    other.send(SUBSCRIBE).await;
    let third = other.json().await;
    assert!(third["result"][1] != first["result"][1] && third["result"][1] != second["result"][1]);
}

#[tokio::test]
async fn lines_may_come_in_any_cut_and_with_any_end() {
    let pool = Pool::start(config()).await;
    let mut client = Client::connect(&pool).await;
    let ask = |id: u32| format!(r#"{{"id":{id},"method":"mining.authorize"}}"#);
    let answer = |id: u32| format!(r#"{{"id":{id},"result":false,"error":null}}"#);

    client
        .send_bytes(format!("{}\n{}\r\n\n\r\n{}\n", ask(1), ask(2), ask(3)).as_bytes())
        .await;
    for id in 1..=3 {
        assert_eq!(client.line().await, answer(id));
    }
    client.writer.as_ref().set_nodelay(true).unwrap();
    for byte in format!("{}\r\n", ask(4)).bytes() {
        client.send_bytes(&[byte]).await;
    }
    assert_eq!(client.line().await, answer(4));
}

#[tokio::test]
async fn a_new_block_gives_everybody_a_new_job_at_once() {
    let mut config = config();
    config.block_interval = Duration::from_millis(20);
    let pool = Pool::start(config).await;
    let mut client = Client::connect(&pool).await;
    client.send(SUBSCRIBE).await;
    client.line().await;
    let mut seen = std::collections::HashSet::new();
    for _ in 0..5 {
        let job = client.json().await;
        assert_eq!(job["params"][1], true);
        assert!(
            seen.insert(job["params"][0].to_string()),
            "a job id is never used twice"
        );
        assert!(
            seen.insert(job["params"][3].to_string()),
            "each block has its own mine hash"
        );
    }
}

#[tokio::test]
async fn job_ids_differ_between_pools_of_one_process() {
    let mut ids = std::collections::HashSet::new();
    for _ in 0..3 {
        let pool = Pool::start(config()).await;
        let (_client, job) = Client::ready(&pool).await;
        assert!(ids.insert(job[0].to_string()));
        pool.stop().await;
    }
}
