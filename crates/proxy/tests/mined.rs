//! Shares that are mined here and now, through the proxy to a real pool.

mod proxy;

use std::time::Duration;

use aion_pow::solver::{Progress, Solver};
use aion_pow::target::pow_hash;
use proxy::{Proxy, Session};
use serde_json::{Value, json};
use stratum_proxy::Config;
use tokio::net::TcpListener;

const WORKER: &str = "0xa0b0c0d0e0f00112233445566778899aabbccddeeff00112233445566778899a";

/// A pool whose job never changes, and its proxy.
async fn pool_and_proxy(difficulty: u64, change: impl FnOnce(&mut Config)) -> (solo_pool::Stats, Proxy) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut settings = solo_pool::Config::new(difficulty).unwrap();
    settings.block_interval = Duration::from_secs(86_400);
    let stats = settings.stats.clone();
    tokio::spawn(solo_pool::run(listener, settings, std::future::pending()));
    (stats, Proxy::before(address, change).await)
}

/// A session that is authorized and has a job.
struct Miner {
    session: Session,
    extra_nonce1: Vec<u8>,
    job: Vec<Value>,
}

impl Miner {
    async fn ready(proxy: &Proxy) -> Miner {
        let mut session = proxy.session("test").await;
        session
            .send(r#"{"id":1,"method":"mining.subscribe","params":["test","AionStratum/1.0.0"]}"#)
            .await;
        let reply: Value = serde_json::from_str(&session.line().await).unwrap();
        let extra_nonce1 = hex::decode(reply["result"][1].as_str().unwrap()).unwrap();
        session
            .send(&format!(
                r#"{{"id":2,"method":"mining.authorize","params":["{WORKER}","x"]}}"#
            ))
            .await;
        let mut job = None;
        let mut is_authorized = false;
        while job.is_none() || !is_authorized {
            let line: Value = serde_json::from_str(&session.line().await).unwrap();
            if line["method"] == "mining.notify" {
                job = Some(line["params"].as_array().unwrap().clone());
            } else {
                assert_eq!(line, json!({ "id": 2, "result": true, "error": null }));
                is_authorized = true;
            }
        }
        Miner {
            session,
            extra_nonce1,
            job: job.unwrap(),
        }
    }

    fn mine_hash(&self) -> [u8; 32] {
        hex::decode(self.job[3].as_str().unwrap())
            .unwrap()
            .try_into()
            .unwrap()
    }

    fn submit(&self, share: &Share) -> String {
        let (own, solution) = (
            hex::encode(&share.nonce[self.extra_nonce1.len()..]),
            hex::encode(&share.solution),
        );
        let job = self.job[0].as_str().unwrap();
        format!(
            r#"{{"id":3,"method":"mining.submit","params":["{WORKER}","{job}","000000005acfd2a0","{own}","fd8005{solution}"]}}"#
        )
    }

    /// The solutions of the first nonce from `first` on that has any that `suits`.
    async fn mine(&self, first: u8, suits: impl Fn(&[u8; 32]) -> bool + Send + 'static) -> Share {
        let (mine_hash, extra_nonce1) = (self.mine_hash(), self.extra_nonce1.clone());
        tokio::task::spawn_blocking(move || {
            let mut solver = Solver::new(2).unwrap();
            let mut nonce = [0; 32];
            nonce[..extra_nonce1.len()].copy_from_slice(&extra_nonce1);
            nonce[31] = first;
            loop {
                solver.start(&mine_hash, &nonce);
                while solver.advance(Duration::from_secs(1)) == Progress::Running {}
                for solution in &solver.outcome().solutions {
                    if suits(&pow_hash(&mine_hash, &nonce, solution)) {
                        let solution = solution.to_vec();
                        return Share { nonce, solution };
                    }
                }
                nonce[31] += 1;
            }
        })
        .await
        .unwrap()
    }
}

#[derive(Clone)]
struct Share {
    nonce: [u8; 32],
    solution: Vec<u8>,
}

const ACCEPTED: &str = r#"{"id":3,"result":true,"error":null}"#;

/// A share that is no block, so that the job goes on.
fn is_ordinary(hash: &[u8; 32]) -> bool {
    hash[0] >= 0x10
}

#[tokio::test]
async fn two_tabs_of_one_connection_mine_for_one_pool_and_each_hears_its_own_verdicts() {
    let (stats, proxy) = pool_and_proxy(1, |config| {
        config.pools[0].share_connections = true;
        config.pools[0].verify_shares = true;
    })
    .await;
    let (mut first, mut second) = (Miner::ready(&proxy).await, Miner::ready(&proxy).await);
    assert_eq!(first.job, second.job);
    assert_ne!(first.extra_nonce1, second.extra_nonce1);
    assert_eq!(
        first.extra_nonce1[..8],
        second.extra_nonce1[..8],
        "one connection"
    );
    for miner in [&mut first, &mut second] {
        let share = miner.mine(0, is_ordinary).await;
        miner.session.send(&miner.submit(&share)).await;
        let verdict: Value = serde_json::from_str(&miner.session.line().await).unwrap();
        assert_eq!(verdict, json!({ "id": 3, "result": true, "error": null }));
    }
    assert_eq!((stats.counts().accepted, stats.counts().rejected), (2, 0));
}

#[tokio::test]
async fn an_honest_share_passes_and_a_hostile_one_ends_its_session_before_the_pool_hears_of_it() {
    let (stats, proxy) = pool_and_proxy(2, |config| config.pools[0].verify_shares = true).await;
    let mut miner = Miner::ready(&proxy).await;
    let share = miner.mine(0, |hash| is_ordinary(hash) && hash[0] < 0x80).await;
    miner.session.send(&miner.submit(&share)).await;
    assert_eq!(miner.session.line().await, ACCEPTED);
    miner.session.send(&miner.submit(&share)).await;
    let end = miner.session.end().await;
    assert_eq!(
        end,
        (4007, "bad share: this share was submitted before".to_owned())
    );

    let mut miner = Miner::ready(&proxy).await;
    let low = miner.mine(0, |hash| hash[0] >= 0x80).await;
    miner.session.send(&miner.submit(&low)).await;
    let end = miner.session.end().await;
    assert_eq!(
        end,
        (4007, "bad share: the hash is above the share target".to_owned())
    );

    type Forgery = fn(&Miner, Share) -> String;
    let table: [(&str, &str, Forgery); 4] = [
        (
            "another session's",
            "the solution is not valid",
            |miner, share| miner.submit(&share),
        ),
        (
            "another nonce",
            "the solution is not valid",
            |miner, mut share| {
                share.nonce[31] += 100;
                miner.submit(&share)
            },
        ),
        ("another job", "no such job", |miner, share| {
            let job = format!("\"{}\"", miner.job[0].as_str().unwrap());
            miner.submit(&share).replace(&job, "\"0123456789abcdef\"")
        }),
        (
            "no hex",
            "the solution is not 2816 hex digits after its length",
            |miner, share| miner.submit(&share).replacen("fd80050", "fd8005x", 1),
        ),
    ];
    for (name, expected, forge) in table {
        let mut miner = Miner::ready(&proxy).await;
        let call = forge(&miner, share.clone());
        miner.session.send(&call).await;
        let end = miner.session.end().await;
        assert_eq!(end, (4007, format!("bad share: {expected}")), "{name}");
    }
    assert_eq!((stats.counts().accepted, stats.counts().rejected), (1, 0));
}
