//! Both dialogues as pools of either family hold them, byte for byte.

mod client;
#[path = "../../../tests/naive/mod.rs"]
mod naive;
mod proofs;

use aion_pow::params::Params;
use aion_pow::target::Target;
use client::{Client, Pool, WORKER, config};
use proofs::proofs;
use solo_pool::{Desk, Dialect, Errand, Template, TemplateSource};

/// One template, for ever.
struct Still(Template);

impl TemplateSource for Still {
    async fn run(self, mut desk: Desk) {
        desk.publish(self.0);
        while let Some(errand) = desk.next().await {
            if let Errand::Address(check) = errand {
                check.answer(true);
            }
        }
    }
}

const NETWORK_TARGET: &str = "00000000012af5ce41000000000000000000000000000000000000000000beef";

fn template() -> Template {
    Template {
        number: 600_091,
        parent: [7; 32],
        mine_hash: proofs().mine_hash,
        target: Target::from_be_bytes(hex::decode(NETWORK_TARGET).unwrap().try_into().unwrap()),
    }
}

/// What the client says, and the lines that the server says next.
struct Turn {
    says: String,
    hears: Vec<String>,
}

fn turn(says: String, hears: &[&str]) -> Turn {
    Turn {
        says,
        hears: hears.iter().map(|&line| line.to_owned()).collect(),
    }
}

async fn hold(pool: &Pool, dialogue: Vec<Turn>) {
    let mut client = Client::connect(pool).await;
    for Turn { says, hears } in dialogue {
        client.send(&says).await;
        for line in hears {
            assert_eq!(client.line().await, line, "after {says}");
        }
    }
}

const SUBSCRIBE: &str = r#"{"id":1,"method":"mining.subscribe","params":["miner/1.0","AionStratum/1.0.0"]}"#;

#[test]
fn the_proofs_hold_by_the_plain_verifier_too() {
    let proofs = proofs();
    for proof in [
        &proofs.solo,
        &proofs.solo_low,
        &proofs.miningcore,
        &proofs.miningcore_low,
    ] {
        let mut solution = hex::decode(&proof.solution).unwrap();
        let judged =
            |solution: &[u8]| naive::verify(&Params::AION, &proofs.mine_hash, &proof.nonce, solution);
        assert_eq!(judged(&solution), Ok(()));
        solution[1_407] ^= 1;
        assert!(judged(&solution).is_err());
    }
}

#[tokio::test]
async fn the_solo_dialogue() {
    let proofs = proofs();
    let mut config = config();
    config.first_extra_nonce1 = Some(*b"\xbc\x4f\xe0\x51\0\0\0\0");
    config.first_job = Some(1);
    let pool = Pool::start_with(config, Still(template())).await;
    let mine_hash = hex::encode(proofs.mine_hash);
    let target = format!("40{}", "0".repeat(62));
    let notify =
        format!(r#"{{"id":null,"method":"mining.notify","params":["1",true,"{target}","{mine_hash}"]}}"#);
    let submit = |id: u32| {
        let (nonce2, solution) = (hex::encode(&proofs.solo.nonce[8..]), &proofs.solo.solution);
        format!(
            r#"{{"id":{id},"method":"mining.submit","params":["{WORKER}","1","000000005acfd2a0","{nonce2}","fd8005{solution}"]}}"#
        )
    };
    let dialogue = vec![
        turn(
            SUBSCRIBE.to_owned(),
            &[
                r#"{"id":1,"result":[null,"bc4fe05100000000"],"error":null}"#,
                &notify,
            ],
        ),
        turn(
            format!(r#"{{"id":2,"method":"mining.authorize","params":["{WORKER}","x"]}}"#),
            &[r#"{"id":2,"result":true,"error":null}"#],
        ),
        turn(submit(3), &[r#"{"id":3,"result":true,"error":null}"#]),
        turn(
            submit(4),
            &[r#"{"id":4,"result":null,"error":[22,"duplicate share"]}"#],
        ),
    ];
    hold(&pool, dialogue).await;
}

#[tokio::test]
async fn the_miningcore_dialogue() {
    let proofs = proofs();
    let mut config = config();
    config.dialect = Dialect::MiningCore;
    config.first_extra_nonce1 = Some([0xbe, 0x10, 0, 0, 0, 0, 0, 0]);
    config.first_job = Some(0x2a);
    config.first_connection = 578_983;
    let pool = Pool::start_with(config, Still(template())).await;
    let mine_hash = hex::encode(proofs.mine_hash);
    let notify = format!(
        r#"{{"jsonrpc":"2.0","method":"mining.notify","params":["0000002a",true,"{NETWORK_TARGET}","{mine_hash}"]}}"#
    );
    let set_target =
        |head: &str| format!(r#"{{"jsonrpc":"2.0","method":"mining.set_target","params":["{head:0<64}"]}}"#);
    let authorize = |id: u32, password: &str| {
        format!(r#"{{"id":{id},"method":"mining.authorize","params":["{WORKER}.rig1","{password}"]}}"#)
    };
    let submit = |id: u32, job: &str, proof: &proofs::Proof, prefix: &str| {
        let (nonce2, solution) = (hex::encode(&proof.nonce[2..]), &proof.solution);
        format!(
            r#"{{"id":{id},"method":"mining.submit","params":["{WORKER}.rig1","{job}","000000005b4ecdc6","{nonce2}","{prefix}{solution}"]}}"#
        )
    };
    let refused = |id: u32, code: i32, message: &str| {
        format!(r#"{{"result":false,"error":{{"code":{code},"message":"{message}","data":null}},"id":{id}}}"#)
    };
    let good = &proofs.miningcore;
    let dialogue = vec![
        turn(
            SUBSCRIBE.to_owned(),
            &[r#"{"result":[["mining.notify","0HLD7","AionStratum/1.0.0"],"be10"],"error":null,"id":1}"#],
        ),
        turn(
            authorize(2, "d=512"),
            &[
                r#"{"result":true,"error":null,"id":2}"#,
                &notify,
                &set_target("008"),
            ],
        ),
        turn(
            submit(3, "0000002a", good, "fd8005"),
            &[r#"{"result":true,"error":null,"id":3}"#],
        ),
        turn(
            submit(4, "00000029", good, "fd8005"),
            &[&refused(4, -1, "stale share")],
        ),
        turn(
            submit(5, "0000002a", &proofs.miningcore_low, "fd8005"),
            &[&refused(5, 23, "low difficulty share (512)")],
        ),
        turn(
            submit(6, "0000002a", good, ""),
            &[&refused(6, -1, "duplicate share")],
        ),
        turn(
            submit(7, "0000002a", good, "fd"),
            &[&refused(7, -1, "incorrect size of solution")],
        ),
        turn(
            r#"{"id":8,"method":"mining.extranonce.subscribe","params":[]}"#.to_owned(),
            &[r#"{"error":{"code":20,"message":"not supported","data":null},"id":8}"#],
        ),
        turn(
            r#"{"id":9,"method":"mining.authorize","params":["bob","x"]}"#.to_owned(),
            &[r#"{"result":false,"error":null,"id":9}"#],
        ),
        turn(
            authorize(10, "d=1024;mp=5"),
            &[
                r#"{"result":true,"error":null,"id":10}"#,
                r#"{"jsonrpc":"2.0","method":"mining.set_difficulty","params":[1024.0]}"#,
                &notify,
                &set_target("004"),
            ],
        ),
    ];
    hold(&pool, dialogue).await;
}
