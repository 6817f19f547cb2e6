//! Real blocks of the chain, submitted as shares.

mod client;

use std::path::PathBuf;

use aion_pow::target::Target;
use client::{Client, Pool, WORKER, config};
use serde_json::Value;
use solo_pool::{Config, Desk, Errand, Template, TemplateSource};

/// A real block: what a miner found once, found again.
#[derive(Clone)]
struct Block {
    mine_hash: [u8; 32],
    target: [u8; 32],
    nonce: [u8; 32],
    solution: String,
}

/// The blocks of the vectors, or `None` where they are not there.
fn blocks() -> Option<Vec<Block>> {
    let folder = std::env::var_os("AION_VECTORS").map_or_else(
        || {
            std::env::var_os("CARGO_MANIFEST_DIR")
                .map(PathBuf::from)
                .unwrap_or_default()
                .join("../../../shared/vectors")
        },
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(folder.join("blocks.json")) else {
        println!(
            "SKIPPED: no blocks.json in {}; set AION_VECTORS",
            folder.display()
        );
        return None;
    };
    let blocks: Vec<Value> = serde_json::from_str(&text).unwrap();
    let hash = |value: &Value| <[u8; 32]>::try_from(hex::decode(value.as_str().unwrap()).unwrap()).unwrap();
    let valid = blocks
        .iter()
        .filter(|block| block["expected"]["pow"] == true && block["expected"]["equihash"] == true);
    Some(
        valid
            .map(|block| Block {
                mine_hash: hash(&block["mine_hash"]),
                target: hash(&block["target"]),
                nonce: hash(&block["nonce"]),
                solution: block["solution"].as_str().unwrap().to_owned(),
            })
            .collect(),
    )
}

/// Hands out one real block's mine hash, then nothing that anybody has solved.
struct OneBlock {
    template: Template,
}

impl OneBlock {
    fn new(block: &Block, target: Target) -> Self {
        OneBlock {
            template: Template {
                number: 1,
                parent: [0; 32],
                mine_hash: block.mine_hash,
                target,
            },
        }
    }
}

impl TemplateSource for OneBlock {
    async fn run(mut self, mut desk: Desk) {
        desk.publish(self.template);
        while let Some(errand) = desk.next().await {
            match errand {
                Errand::Address(check) => check.answer(true),
                Errand::Block(block) if block.template == self.template => {
                    self.template.number += 1;
                    self.template.mine_hash = [0; 32];
                    desk.confirmed(&block);
                    desk.publish(self.template);
                }
                Errand::Block(block) => desk.unconfirmed(&block, "not the one"),
            }
        }
    }
}

fn for_block(block: &Block, share_difficulty: u64) -> Config {
    let mut config = Config::new(share_difficulty).unwrap();
    config.first_extra_nonce1 = Some(block.nonce[..8].try_into().unwrap());
    config
}

fn submit(job_id: &Value, ntime: &str, nonce: &[u8; 32], solution: &str) -> String {
    let extra_nonce2 = hex::encode(&nonce[8..]);
    format!(
        r#"{{"id":9,"method":"mining.submit","params":["{WORKER}",{job_id},"{ntime}","{extra_nonce2}","fd8005{solution}"]}}"#
    )
}

const NTIME: &str = "000000005acfd2a0";
const ACCEPTED: &str = r#"{"id":9,"result":true,"error":null}"#;
const DUPLICATE: &str = r#"{"id":9,"result":null,"error":[22,"duplicate share"]}"#;
const JOB_NOT_FOUND: &str = r#"{"id":9,"result":null,"error":[21,"job not found"]}"#;

#[tokio::test]
async fn every_real_block_is_accepted_and_moves_the_chain() {
    for block in blocks().into_iter().flatten() {
        let source = OneBlock::new(&block, Target::from_be_bytes(block.target));
        let pool = Pool::start_with(for_block(&block, 4), source).await;
        let (mut client, job) = Client::ready(&pool).await;
        assert_eq!(job[3], hex::encode(block.mine_hash));
        let share = submit(&job[0], NTIME, &block.nonce, &block.solution);
        client.send(&share).await;
        assert_eq!(client.line().await, ACCEPTED);
        let next = client.json().await;
        assert_eq!(next["method"], "mining.notify");
        assert_ne!(next["params"][0], job[0]);
        client.send(&share).await;
        assert_eq!(client.line().await, JOB_NOT_FOUND, "the job is over");
        let counts = pool.stats.counts();
        assert_eq!((counts.accepted, counts.rejected, counts.blocks), (1, 1, 1));
    }
}

#[tokio::test]
async fn a_share_that_is_no_block_counts_once_whatever_its_time() {
    let Some(block) = blocks().and_then(|blocks| blocks.first().cloned()) else {
        return;
    };
    let unreachable = Target::from_be_bytes([0; 32]);
    let pool = Pool::start_with(for_block(&block, 4), OneBlock::new(&block, unreachable)).await;
    let (mut client, job) = Client::ready(&pool).await;
    let share = |ntime, solution: &str| submit(&job[0], ntime, &block.nonce, solution);
    for (name, line, expected) in [
        ("new", share(NTIME, &block.solution), ACCEPTED),
        ("again", share(NTIME, &block.solution), DUPLICATE),
        (
            "again in upper case",
            share(NTIME, &block.solution.to_uppercase()),
            DUPLICATE,
        ),
        (
            "again with a later time",
            share("000000005acfd2a1", &block.solution),
            DUPLICATE,
        ),
    ] {
        client.send(&line).await;
        assert_eq!(client.line().await, expected, "{name}");
    }
    let counts = pool.stats.counts();
    assert_eq!((counts.accepted, counts.rejected, counts.blocks), (1, 3, 0));
}

#[tokio::test]
async fn a_valid_solution_above_the_target_is_a_low_share() {
    let Some(block) = blocks().and_then(|blocks| blocks.first().cloned()) else {
        return;
    };
    let unreachable = Target::from_be_bytes([0; 32]);
    let pool = Pool::start_with(for_block(&block, u64::MAX), OneBlock::new(&block, unreachable)).await;
    let (mut client, job) = Client::ready(&pool).await;
    client
        .send(&submit(&job[0], NTIME, &block.nonce, &block.solution))
        .await;
    assert_eq!(
        client.line().await,
        r#"{"id":9,"result":null,"error":[20,"Header hash larger than target"]}"#
    );
    assert_eq!(pool.stats.counts().accepted, 0);
}

#[tokio::test]
async fn every_part_of_a_proof_matters() {
    let Some(block) = blocks().and_then(|blocks| blocks.first().cloned()) else {
        return;
    };
    let pool = Pool::start_with(
        for_block(&block, 1),
        OneBlock::new(&block, Target::from_be_bytes([0; 32])),
    )
    .await;
    let (mut client, job) = Client::ready(&pool).await;
    let mut solution = hex::decode(&block.solution).unwrap();
    solution[700] ^= 1;
    let mut nonce = block.nonce;
    nonce[31] ^= 1;
    for (name, line) in [
        (
            "a bit of the solution",
            submit(&job[0], NTIME, &block.nonce, &hex::encode(solution)),
        ),
        (
            "a bit of the nonce",
            submit(&job[0], NTIME, &nonce, &block.solution),
        ),
    ] {
        client.send(&line).await;
        assert_eq!(
            client.line().await,
            r#"{"id":9,"result":null,"error":[20,"invalid solution"]}"#,
            "{name}"
        );
    }
    // Another connection has another extraNonce1, and with it another nonce.
    let (mut other, job) = Client::ready(&pool).await;
    other
        .send(&submit(&job[0], NTIME, &block.nonce, &block.solution))
        .await;
    assert_eq!(
        other.line().await,
        r#"{"id":9,"result":null,"error":[20,"invalid solution"]}"#
    );
    client
        .send(&submit(&job[0], NTIME, &block.nonce, &block.solution))
        .await;
    assert_eq!(
        client.line().await,
        ACCEPTED,
        "the untouched proof after all that"
    );
}

#[tokio::test]
async fn three_submits_in_one_write_pass_and_four_do_not() {
    let pool = Pool::start(config()).await;
    let (mut client, job) = Client::ready(&pool).await;
    let line = |n: u8| submit(&job[0], NTIME, &[n; 32], &"0".repeat(2816)) + "\n";
    let three: String = (0..3).map(line).collect();
    client.send_bytes(three.as_bytes()).await;
    for _ in 0..3 {
        assert_eq!(
            client.line().await,
            r#"{"id":9,"result":null,"error":[20,"invalid solution"]}"#
        );
    }
    let four: String = (3..7).map(line).collect();
    assert!(three.len() <= 10_240 && four.len() > 10_240);
    client.send_bytes(four.as_bytes()).await;
    assert!(client.is_closed().await);
}
