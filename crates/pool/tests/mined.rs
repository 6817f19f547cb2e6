//! Shares that are mined here and now, on the pool's own chain.

mod client;
mod scripted_kernel;

use std::time::Duration;

use aion_pow::chain::judge;
use aion_pow::json::Json;
use aion_pow::solver::{Progress, Solver};
use aion_pow::target::pow_hash;
use client::{Client, Pool, WORKER, within};
use scripted_kernel::ScriptedKernel;
use serde_json::{Value, json};
use solo_pool::{Config, Dialect, Kernel};

/// All solutions of one nonce.
fn solve(mut solver: Solver, mine_hash: [u8; 32], nonce: [u8; 32]) -> (Solver, Vec<Vec<u8>>) {
    solver.start(&mine_hash, &nonce);
    while solver.advance(Duration::from_secs(1)) == Progress::Running {}
    let solutions = solver.outcome().solutions.clone();
    (solver, solutions)
}

fn submit(job: &[Value], nonce: &[u8; 32], extra_nonce1: usize, solution: &[u8]) -> String {
    let (extra_nonce2, solution) = (hex::encode(&nonce[extra_nonce1..]), hex::encode(solution));
    format!(
        r#"{{"id":3,"method":"mining.submit","params":["{WORKER}",{},"000000005acfd2a0","{extra_nonce2}","fd8005{solution}"]}}"#,
        job[0]
    )
}

#[tokio::test]
async fn both_solutions_of_a_nonce_count_and_a_low_hash_makes_a_block() {
    let mut config = Config::new(1).unwrap();
    config.block_interval = Duration::from_secs(86_400);
    config.first_extra_nonce1 = Some(*b"devchain");
    let chain = solo_pool::DevChain::new(config.share_difficulty);
    let blocks = chain.blocks();
    let pool = Pool::start_with(config, chain).await;
    let (mut client, mut job) = Client::ready(&pool).await;
    let mut solver = Solver::new(2).unwrap();
    let mut nonce = [0; 32];
    nonce[..8].copy_from_slice(b"devchain");
    let (mut shares, mut most_of_a_nonce) = (0, 0);
    // One nonce in seven has two solutions of which none ends the job; one share in sixteen is a block.
    while most_of_a_nonce < 2 || pool.stats.counts().blocks == 0 {
        nonce[31] += 1;
        let mine_hash: [u8; 32] = hex::decode(job[3].as_str().unwrap()).unwrap().try_into().unwrap();
        let found;
        (solver, found) = tokio::task::spawn_blocking(move || solve(solver, mine_hash, nonce))
            .await
            .unwrap();
        let mut of_this_nonce = 0;
        for solution in found {
            client.send(&submit(&job, &nonce, 8, &solution)).await;
            assert_eq!(client.line().await, r#"{"id":3,"result":true,"error":null}"#);
            (shares, of_this_nonce) = (shares + 1, of_this_nonce + 1);
            if pow_hash(&mine_hash, &nonce, &solution)[0] < 0x10 {
                let next = client.json().await["params"].as_array().unwrap().clone();
                assert!(
                    next[0] != job[0] && next[3] != job[3],
                    "a block brings another job"
                );
                job = next;
                break;
            }
        }
        most_of_a_nonce = most_of_a_nonce.max(of_this_nonce);
    }
    let counts = pool.stats.counts();
    assert_eq!((counts.accepted, counts.rejected), (shares, 0));
    let block = blocks.latest().expect("the block that was found");
    for json in [block.to_block_json(), block.to_header_json()] {
        assert_eq!(
            judge(0, &Json::parse(&json.to_string()).unwrap()).ok,
            Some(true),
            "a verifier finds it valid: {json}"
        );
    }
}

#[tokio::test]
async fn a_share_mined_in_the_miningcore_dialect_is_a_block_on_a_kernel() {
    let mut script = ScriptedKernel::start().await;
    // Every solution is a block, and the next template never comes.
    script.hand_out(4_721_901, [0x5a; 32], [0xff; 32]);
    let mut config = Config::new(1).unwrap();
    config.dialect = Dialect::MiningCore;
    config.first_extra_nonce1 = Some([0xbe, 0x10, 0, 0, 0, 0, 0, 0]);
    let address = format!("http://{}", script.address).parse().unwrap();
    let pool = Pool::start_with(config, Kernel::at(address)).await;
    let mut client = Client::connect(&pool).await;
    client
        .send(r#"{"id":1,"method":"mining.subscribe","params":["test","AionStratum/1.0.0"]}"#)
        .await;
    assert_eq!(client.json().await["result"][1], "be10");
    client
        .send(&format!(
            r#"{{"id":2,"method":"mining.authorize","params":["{WORKER}.rig","x"]}}"#
        ))
        .await;
    assert_eq!(client.json().await["result"], true);
    let job = client.json().await["params"].as_array().unwrap().clone();
    assert_eq!(
        (&job[2], &job[3]),
        (&json!("ff".repeat(32)), &json!("5a".repeat(32)))
    );
    assert_eq!(client.json().await["method"], "mining.set_target");

    let mut solver = Solver::new(2).unwrap();
    let mut nonce = [0; 32];
    nonce[..2].copy_from_slice(&[0xbe, 0x10]);
    let solution = loop {
        nonce[31] += 1;
        let found;
        (solver, found) = tokio::task::spawn_blocking(move || solve(solver, [0x5a; 32], nonce))
            .await
            .unwrap();
        if let Some(solution) = found.into_iter().next() {
            break solution;
        }
    };
    client.send(&submit(&job, &nonce, 2, &solution)).await;
    assert_eq!(client.line().await, r#"{"result":true,"error":null,"id":3}"#);
    assert_eq!(
        within(script.first("submitblock")).await,
        json!([hex::encode(nonce), hex::encode(&solution), "5a".repeat(32)])
    );
    within(async {
        while pool.stats.counts().confirmed == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(pool.status.snapshot().workers[0].blocks, 1);
}
