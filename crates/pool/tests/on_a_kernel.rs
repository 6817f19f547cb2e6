//! The pool over a kernel: a scripted one, with the oddities of both real ones.

mod client;
mod proofs;
mod scripted_kernel;

use std::time::Duration;

use client::{Client, Pool, WORKER, config, within};
use proofs::proofs;
use scripted_kernel::{Import, ScriptedKernel, Style, Trouble};
use serde_json::{Value, json};
use solo_pool::{ChainState, Counts, Kernel};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Every share is a block.
const EASY: [u8; 32] = [0xff; 32];

/// No share is a block.
const HARD: [u8; 32] = {
    let mut target = [0; 32];
    target[31] = 1;
    target
};

/// Short times, since nothing far away is asked; a deadline that a slow machine keeps.
fn kernel(script: &ScriptedKernel) -> Kernel {
    Kernel {
        poll: Duration::from_millis(20),
        deadline: Duration::from_secs(20),
        ..Kernel::at(format!("http://{}", script.address).parse().unwrap())
    }
}

/// A client whose extraNonce1 fits the proof.
async fn pool_of(kernel: Kernel) -> Pool {
    let mut config = config();
    config.first_extra_nonce1 = Some(*b"\xbc\x4f\xe0\x51\0\0\0\0");
    Pool::start_with(config, kernel).await
}

fn submit(job: &Value) -> String {
    let proof = proofs().solo;
    let (nonce2, solution) = (hex::encode(&proof.nonce[8..]), proof.solution);
    format!(
        r#"{{"id":3,"method":"mining.submit","params":["{WORKER}",{job},"000000005acfd2a0","{nonce2}","fd8005{solution}"]}}"#
    )
}

async fn counts_become(pool: &Pool, wanted: impl Fn(&Counts) -> bool) -> Counts {
    within(async {
        loop {
            let counts = pool.stats.counts();
            if wanted(&counts) {
                return counts;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
}

async fn chain_becomes(pool: &Pool, wanted: impl Fn(&ChainState) -> bool) {
    within(async {
        while !wanted(&pool.status.snapshot().chain) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_share_becomes_a_block_of_the_kernels_chain() {
    for style in [Style::Java, Style::Rust] {
        let mut script = ScriptedKernel::start().await;
        script.hand_out(700_023, proofs().mine_hash, EASY);
        script.state().style = style;
        script.state().next.push_back([9; 32]);
        let pool = pool_of(kernel(&script)).await;
        let (mut client, job) = Client::ready(&pool).await;
        assert_eq!(job[2], "ff".repeat(32), "never harder than a block");
        assert_eq!(job[3], hex::encode(proofs().mine_hash));
        client.send(&submit(&job[0])).await;
        assert_eq!(client.line().await, r#"{"id":3,"result":true,"error":null}"#);

        let sent = within(script.first("submitblock")).await;
        let proof = proofs().solo;
        assert_eq!(
            sent,
            json!([
                hex::encode(proof.nonce),
                proof.solution,
                hex::encode(proofs().mine_hash)
            ]),
            "the solution goes without its prefix"
        );
        let asked = within(script.first("getHeaderByBlockNumber")).await;
        assert_eq!(asked, json!([700_023]));
        let counts = counts_become(&pool, |counts| counts.confirmed == 1).await;
        assert_eq!((counts.accepted, counts.blocks, counts.unconfirmed), (1, 1, 0));

        let next = client.json().await;
        assert_eq!(
            (&next["params"][1], &next["params"][3]),
            (&json!(true), &json!("09".repeat(32)))
        );
        client.send(&submit(&job[0])).await;
        assert_eq!(
            client.line().await,
            r#"{"id":3,"result":null,"error":[21,"job not found"]}"#
        );
        assert_eq!(pool.stats.counts().stale, 1);
        pool.stop().await;
    }
}

#[tokio::test]
async fn true_from_a_kernel_that_did_not_import_is_not_believed() {
    for import in [Import::Fails, Import::AnotherFirst] {
        let mut script = ScriptedKernel::start().await;
        script.hand_out(5, proofs().mine_hash, EASY);
        script.state().import = import;
        let mut kernel = kernel(&script);
        kernel.confirm_for = Duration::from_millis(50);
        let pool = pool_of(kernel).await;
        let (mut client, job) = Client::ready(&pool).await;
        client.send(&submit(&job[0])).await;
        assert_eq!(
            client.line().await,
            r#"{"id":3,"result":true,"error":null}"#,
            "the verdict is about the share"
        );
        within(script.first("getHeaderByBlockNumber")).await;
        let counts = counts_become(&pool, |counts| counts.unconfirmed == 1).await;
        assert_eq!((counts.accepted, counts.blocks, counts.confirmed), (1, 1, 0));
        pool.stop().await;
    }
}

#[tokio::test]
async fn a_block_survives_a_kernel_in_trouble() {
    use Trouble::*;
    for (method, trouble) in [
        ("submitblock", Reset),
        ("submitblock", Status500),
        ("submitblock", BrokenOff),
        ("submitblock", AnotherId),
        ("submitblock", Oversize),
        ("submitblock", RpcError),
        ("submitblock", Nonsense),
        ("submitblock", ByteAtATime),
        ("getHeaderByBlockNumber", Reset),
        ("getHeaderByBlockNumber", Html),
        ("getHeaderByBlockNumber", Nonsense),
        ("getHeaderByBlockNumber", RpcError),
    ] {
        let script = ScriptedKernel::start().await;
        script.hand_out(5, proofs().mine_hash, EASY);
        script.state().troubles.push_back((method, trouble));
        let pool = pool_of(kernel(&script)).await;
        let (mut client, job) = Client::ready(&pool).await;
        client.send(&submit(&job[0])).await;
        assert_eq!(client.line().await, r#"{"id":3,"result":true,"error":null}"#);
        let counts = counts_become(&pool, |counts| counts.confirmed + counts.unconfirmed == 1).await;
        assert_eq!(counts.confirmed, 1, "{method} {trouble:?}");
        assert!(script.state().troubles.is_empty());
        pool.stop().await;
    }
}

#[tokio::test]
async fn a_verdict_does_not_wait_for_a_kernel_that_hangs_and_the_block_is_tried_again() {
    let mut script = ScriptedKernel::start().await;
    script.hand_out(5, proofs().mine_hash, EASY);
    script
        .state()
        .troubles
        .push_back(("submitblock", Trouble::HalfOpen));
    let mut kernel = kernel(&script);
    kernel.deadline = Duration::from_secs(2);
    let pool = pool_of(kernel).await;
    let (mut client, job) = Client::ready(&pool).await;
    client.send(&submit(&job[0])).await;
    assert_eq!(client.line().await, r#"{"id":3,"result":true,"error":null}"#);
    within(script.first("submitblock")).await;
    assert_eq!(pool.stats.counts().confirmed, 0, "the kernel has not answered");
    counts_become(&pool, |counts| counts.confirmed == 1).await;
    assert_eq!(script.count("submitblock"), 2);
}

#[tokio::test]
async fn two_proofs_of_the_same_template_are_one_block() {
    let script = ScriptedKernel::start().await;
    script.hand_out(5, proofs().mine_hash, EASY);
    let mut kernel = kernel(&script);
    kernel.confirm_for = Duration::from_millis(50);
    let pool = pool_of(kernel).await;
    let (mut client, job) = Client::ready(&pool).await;
    for (proof, decided) in [(proofs().solo, 1), (proofs().solo_low, 2)] {
        let line = proof.submit(3, WORKER, job[0].as_str().unwrap(), 8);
        client.send(&line).await;
        assert_eq!(client.line().await, r#"{"id":3,"result":true,"error":null}"#);
        counts_become(&pool, |counts| counts.confirmed + counts.unconfirmed == decided).await;
    }
    let counts = pool.stats.counts();
    assert_eq!((counts.blocks, counts.confirmed, counts.unconfirmed), (2, 1, 1));
}

#[tokio::test]
async fn a_stop_waits_for_a_block_on_its_way() {
    let mut script = ScriptedKernel::start().await;
    script.hand_out(5, proofs().mine_hash, EASY);
    let late = Trouble::Late(Duration::from_millis(300));
    script.state().troubles.push_back(("submitblock", late));
    let pool = pool_of(kernel(&script)).await;
    let (mut client, job) = Client::ready(&pool).await;
    client.send(&submit(&job[0])).await;
    client.line().await;
    within(script.first("submitblock")).await;
    let stats = pool.stats.clone();
    pool.stop().await;
    assert_eq!(stats.counts().confirmed, 1);
}

#[tokio::test]
async fn no_template_now_is_waited_for() {
    let mut script = ScriptedKernel::start().await;
    let pool = pool_of(kernel(&script)).await;
    let mut client = Client::connect(&pool).await;
    client
        .send(r#"{"id":1,"method":"mining.subscribe","params":[]}"#)
        .await;
    assert_eq!(
        client.line().await,
        r#"{"id":1,"result":[null,"bc4fe05100000000"],"error":null}"#
    );
    client
        .send(&format!(
            r#"{{"id":2,"method":"mining.authorize","params":["{WORKER}","x"]}}"#
        ))
        .await;
    assert_eq!(
        client.line().await,
        r#"{"id":2,"result":true,"error":null}"#,
        "no job before it"
    );
    within(script.more("getblocktemplate", 3)).await;
    let waiting = ChainState::Waiting("the next block is of the other kind".to_owned());
    chain_becomes(&pool, |state| *state == waiting).await;

    script.hand_out(5, [1; 32], HARD);
    let first = client.json().await;
    assert_eq!(first["params"][3], "01".repeat(32));
    chain_becomes(&pool, |state| *state == ChainState::Working).await;
    // The head is a proof-of-work block again: those who mine keep their connection and hear nothing.
    script.state().template = None;
    chain_becomes(&pool, |state| *state == waiting).await;
    assert!(!pool.status.snapshot().job.unwrap().handed_out);
    script.hand_out(6, [2; 32], HARD);
    let second = client.json().await;
    assert_eq!(second["params"][3], "02".repeat(32));
    assert_eq!(second["params"][1], true);
    assert_eq!(pool.status.snapshot().counts.connections, 1);
}

#[tokio::test]
async fn other_transactions_on_the_same_head_leave_the_jobs_before_open() {
    let mut script = ScriptedKernel::start().await;
    script.hand_out(5, proofs().mine_hash, HARD);
    let mut kernel = kernel(&script);
    kernel.refresh = Duration::ZERO;
    let pool = pool_of(kernel).await;
    let (mut client, job) = Client::ready(&pool).await;
    script.hand_out(5, [1; 32], HARD);
    let refreshed = client.json().await;
    assert_eq!(refreshed["params"][1], false, "work that runs may go on");
    client.send(&submit(&job[0])).await;
    assert_eq!(client.line().await, r#"{"id":3,"result":true,"error":null}"#);
    within(script.more("getblocktemplate", 3)).await;
    script.hand_out(6, [2; 32], HARD);
    assert_eq!(client.json().await["params"][1], true);
    client.send(&submit(&job[0])).await;
    assert_eq!(
        client.line().await,
        r#"{"id":3,"result":null,"error":[21,"job not found"]}"#
    );
    let counts = pool.stats.counts();
    assert_eq!((counts.stale, counts.duplicate, counts.rejected), (1, 0, 1));
}

#[tokio::test]
async fn a_kernel_that_polls_badly_is_asked_again() {
    use Trouble::*;
    for trouble in [
        Reset,
        BrokenOff,
        ByteAtATime,
        Status500,
        Oversize,
        Html,
        AnotherId,
        RpcError,
        Nonsense,
    ] {
        let mut script = ScriptedKernel::start().await;
        script.hand_out(5, [1; 32], HARD);
        script
            .state()
            .troubles
            .extend([("getblocktemplate", trouble), ("getblocktemplate", trouble)]);
        let pool = pool_of(kernel(&script)).await;
        within(script.more("getblocktemplate", 3)).await;
        chain_becomes(&pool, |state| *state == ChainState::Working).await;
        assert!(script.state().troubles.is_empty(), "{trouble:?}");
        let (_, job) = Client::ready(&pool).await;
        assert_eq!(job[3], "01".repeat(32), "{trouble:?}");
        pool.stop().await;
    }
}

#[tokio::test]
async fn a_kernel_that_never_answers_meets_the_deadline() {
    let mut script = ScriptedKernel::start().await;
    script.hand_out(5, [1; 32], HARD);
    script
        .state()
        .troubles
        .push_back(("getblocktemplate", Trouble::HalfOpen));
    let mut kernel = kernel(&script);
    kernel.deadline = Duration::from_millis(300);
    let pool = pool_of(kernel).await;
    within(script.more("getblocktemplate", 1)).await;
    let slow = ChainState::Down("no answer within 300ms".to_owned());
    chain_becomes(&pool, |state| *state == slow || *state == ChainState::Working).await;
    chain_becomes(&pool, |state| *state == ChainState::Working).await;
}

#[tokio::test]
async fn a_kernel_that_went_away_keeps_its_clients_and_not_its_jobs() {
    let script = ScriptedKernel::start().await;
    let address = script.address.clone();
    script.hand_out(5, [1; 32], HARD);
    let mut kernel = kernel(&script);
    kernel.job_lifetime = Duration::from_millis(200);
    let pool = pool_of(kernel).await;
    let (mut client, _) = Client::ready(&pool).await;
    script.stop().await;
    chain_becomes(&pool, |state| matches!(state, ChainState::Down(_))).await;
    within(async {
        while pool.status.snapshot().job.unwrap().handed_out {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    let mut late = Client::connect(&pool).await;
    late.send(r#"{"id":1,"method":"mining.subscribe","params":[]}"#)
        .await;
    late.line().await;
    late.send(r#"{"id":2,"method":"mining.authorize","params":["bob"]}"#)
        .await;
    assert_eq!(
        late.line().await,
        r#"{"id":2,"result":false,"error":null}"#,
        "no old job"
    );

    let script = ScriptedKernel::start_at(&address).await;
    script.hand_out(6, [2; 32], HARD);
    for client in [&mut client, &mut late] {
        assert_eq!(client.json().await["params"][3], "02".repeat(32));
    }
}

#[tokio::test]
async fn an_address_that_the_kernel_refuses_is_not_authorized() {
    let mut script = ScriptedKernel::start().await;
    script.hand_out(5, [1; 32], HARD);
    script.state().valid = false;
    let pool = pool_of(kernel(&script)).await;
    let mut client = Client::connect(&pool).await;
    let authorize = format!(r#"{{"id":2,"method":"mining.authorize","params":["{WORKER}.rig","x"]}}"#);
    client.send(&authorize).await;
    assert_eq!(client.line().await, r#"{"id":2,"result":false,"error":null}"#);
    let asked = within(script.first("validateaddress")).await;
    assert_eq!(asked, json!([WORKER]), "without the rig");
    let troubles = [Trouble::Reset, Trouble::Nonsense, Trouble::Html];
    script
        .state()
        .troubles
        .extend(troubles.map(|trouble| ("validateaddress", trouble)));
    for trouble in troubles {
        client.send(&authorize).await;
        assert_eq!(
            client.line().await,
            r#"{"id":2,"result":true,"error":null}"#,
            "{trouble:?}: without a word from the kernel the form decides"
        );
    }
    script.state().valid = true;
    client.send(&authorize).await;
    assert_eq!(client.line().await, r#"{"id":2,"result":true,"error":null}"#);
    let asked = script.count("validateaddress");
    client.send(&authorize).await;
    client.line().await;
    assert_eq!(script.count("validateaddress"), asked, "known by now");
}

#[tokio::test]
async fn the_script_answers_the_networks_own_pool() {
    let script = ScriptedKernel::start().await;
    let batch = r#"[{"method":"validateaddress","params":["0xa0"],"id":1511190000001},{"method":"getdifficulty","params":[],"id":1511190000002},{"method":"getinfo","params":[],"id":1511190000003},{"method":"getmininginfo","params":[],"id":1511190000004},{"method":"submitblock","params":[],"id":1511190000005}]"#;
    let mut socket = tokio::net::TcpStream::connect(&script.address).await.unwrap();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{batch}",
        batch.len()
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    within(socket.read_to_string(&mut answer)).await.unwrap();
    let answers: Vec<Value> = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(answers.len(), 5);
    assert_eq!(answers[4]["id"], json!(1_511_190_000_005_u64));
    assert_eq!(answers[4]["result"]["code"], -1);
    assert_eq!(answers[0]["result"]["isvalid"], true);
}
