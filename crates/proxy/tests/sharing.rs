//! Tabs that share a connection to a pool, over real sockets.

mod proxy;

use std::time::Duration;

use futures_util::StreamExt;
use proxy::{PoolSide, Proxy, ScriptedPool, Session, within};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

const WORKER: &str = "0xa0b0c0d0e0f00112233445566778899aabbccddeeff00112233445566778899a";

async fn sharing(pool: &ScriptedPool) -> Proxy {
    Proxy::before(pool.address, |config| config.pools[0].share_connections = true).await
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
}

/// The next call that the pool hears, and its id.
async fn heard(side: &mut PoolSide) -> (u64, Value) {
    let call = parsed(&side.line().await);
    (call["id"].as_u64().expect("a number for an id"), call)
}

async fn say(side: &mut PoolSide, message: &Value) {
    side.say(format!("{message}\n").as_bytes()).await;
}

fn notify(id: &str, header: u8) -> Value {
    let (target, header) = ("ff".repeat(32), hex::encode([header; 32]));
    json!({ "id": null, "method": "mining.notify", "params": [id, true, target, header] })
}

fn granted(id: u64) -> Value {
    json!({ "id": id, "result": true, "error": null })
}

fn subscribe(id: u64) -> String {
    format!(r#"{{"id":{id},"method":"mining.subscribe","params":["tab/1.0","AionStratum/1.0.0"]}}"#)
}

fn authorize(id: u64, worker: &str) -> String {
    format!(r#"{{"id":{id},"method":"mining.authorize","params":["{worker}","x"]}}"#)
}

/// `own` is the hex of the tab's part of the nonce.
fn submit(id: u64, job: &str, own: &str) -> String {
    let solution = "0".repeat(2_816);
    format!(
        r#"{{"id":{id},"method":"mining.submit","params":["{WORKER}","{job}","000000005acfd2a0","{own}","fd8005{solution}"]}}"#
    )
}

/// The tab's part of a nonce under an extraNonce1 of 8 bytes and a prefix of 2: 22 bytes.
fn own(byte: u8) -> String {
    hex::encode([byte; 22])
}

/// Answers the proxy's own subscribe as a solo pool does, the job right behind.
async fn subscribed_solo(side: &mut PoolSide) {
    let (id, call) = heard(side).await;
    assert_eq!(call["method"], "mining.subscribe");
    say(
        side,
        &json!({ "id": id, "result": [null, "bc4fe05100000000"], "error": null }),
    )
    .await;
    say(side, &notify("1", 1)).await;
}

/// A tab that is told its extraNonce1.
async fn tab(proxy: &Proxy, extra_nonce1: &str) -> Session {
    let mut tab = proxy.session("test").await;
    tab.send(&subscribe(1)).await;
    let expected = json!({ "id": 1, "result": [null, extra_nonce1], "error": null });
    assert_eq!(parsed(&tab.line().await), expected);
    tab
}

/// Two tabs of one worker on a solo pool, authorized, with job 1; and the pool's side of their connection.
async fn two_tabs(pool: &ScriptedPool, proxy: &Proxy) -> (Session, Session, PoolSide) {
    let accept = async {
        let mut side = pool.accept().await;
        subscribed_solo(&mut side).await;
        side
    };
    let (mut first, mut side) = tokio::join!(tab(proxy, "bc4fe051000000000000"), accept);
    first.send(&authorize(2, WORKER)).await;
    let (id, call) = heard(&mut side).await;
    assert_eq!(call["params"], json!([WORKER, "x"]));
    say(&mut side, &granted(id)).await;
    assert_eq!(parsed(&first.line().await), granted(2));
    assert_eq!(parsed(&first.line().await), notify("1", 1));

    let mut second = tab(proxy, "bc4fe051000000000001").await;
    second.send(&authorize(7, WORKER)).await;
    assert_eq!(
        parsed(&second.line().await),
        granted(7),
        "the pool's own answer, under its id"
    );
    assert_eq!(parsed(&second.line().await), notify("1", 1));
    (first, second, side)
}

#[tokio::test]
async fn answers_go_to_their_askers_in_any_order_and_nonces_never_meet() {
    let pool = ScriptedPool::listen().await;
    let proxy = sharing(&pool).await;
    let (mut first, mut second, mut side) = two_tabs(&pool, &proxy).await;
    // The same id and the same part of the nonce from both.
    first.send(&submit(3, "1", &own(0xaa))).await;
    let (of_first, call) = heard(&mut side).await;
    assert_eq!(call["params"][3], format!("0000{}", own(0xaa)));
    second.send(&submit(3, "1", &own(0xaa))).await;
    let (of_second, call) = heard(&mut side).await;
    assert_eq!(call["params"][3], format!("0001{}", own(0xaa)));
    assert_ne!(of_first, of_second);

    say(&mut side, &notify("2", 2)).await;
    let duplicate = |id: u64| json!({ "id": id, "result": null, "error": [22, "duplicate share"] });
    say(&mut side, &duplicate(of_second)).await;
    say(&mut side, &granted(of_first)).await;
    // Answers to nobody, twice the same, and junk: nobody hears of them.
    for line in [
        granted(of_first),
        granted(4_711),
        json!([1]),
        json!({ "id": "x", "result": true }),
    ] {
        say(&mut side, &line).await;
    }
    say(&mut side, &notify("3", 3)).await;
    for (tab, verdict) in [(&mut first, granted(3)), (&mut second, duplicate(3))] {
        assert_eq!(parsed(&tab.line().await), notify("2", 2));
        assert_eq!(parsed(&tab.line().await), verdict);
        assert_eq!(parsed(&tab.line().await), notify("3", 3));
    }
    // A share that comes late is honest: it goes to the pool, for the pool's own verdict.
    first.send(&submit(4, "1", &own(0xbb))).await;
    let (id, call) = heard(&mut side).await;
    assert_eq!(call["params"][1], "1");
    let stale = |id: u64| json!({ "id": id, "result": null, "error": [21, "job not found"] });
    say(&mut side, &stale(id)).await;
    assert_eq!(parsed(&first.line().await), stale(4));
}

#[tokio::test]
async fn a_mining_core_pools_targets_reach_a_late_tab_in_their_order() {
    let pool = ScriptedPool::listen().await;
    let proxy = sharing(&pool).await;
    let subscription =
        |extra_nonce1: &str| json!([["mining.notify", "0HLD7", "AionStratum/1.0.0"], extra_nonce1]);
    let open = async {
        let mut first = proxy.session("test").await;
        first.send(&subscribe(1)).await;
        (parsed(&first.line().await), first)
    };
    let accept = async {
        let mut side = pool.accept().await;
        let (id, _) = heard(&mut side).await;
        say(
            &mut side,
            &json!({ "result": subscription("be10"), "error": null, "id": id }),
        )
        .await;
        side
    };
    let ((reply, mut first), mut side) = tokio::join!(open, accept);
    assert_eq!(reply["result"], subscription("be100000"));
    first.send(&authorize(2, WORKER)).await;
    let (id, _) = heard(&mut side).await;
    say(&mut side, &json!({ "result": true, "error": null, "id": id })).await;
    let news = [
        json!({ "jsonrpc": "2.0", "method": "mining.set_difficulty", "params": [512.5] }),
        json!({ "jsonrpc": "2.0", "method": "mining.notify", "params": ["0000002a", true, "00".repeat(32), "11".repeat(32)] }),
        json!({ "jsonrpc": "2.0", "method": "mining.set_target", "params": ["0080".to_owned() + &"00".repeat(30)] }),
    ];
    for line in &news {
        say(&mut side, line).await;
    }
    assert_eq!(parsed(&first.line().await), granted(2));
    for line in &news {
        assert_eq!(parsed(&first.line().await), *line);
    }
    let mut late = proxy.session("test").await;
    late.send(&subscribe(1)).await;
    assert_eq!(parsed(&late.line().await)["result"], subscription("be100001"));
    late.send(&authorize(2, WORKER)).await;
    assert_eq!(parsed(&late.line().await), granted(2));
    for line in &news {
        assert_eq!(parsed(&late.line().await), *line);
    }
}

#[tokio::test]
async fn a_refused_worker_is_told_to_all_who_wait_and_asked_for_again() {
    let pool = ScriptedPool::listen().await;
    let proxy = sharing(&pool).await;
    let accept = async {
        let mut side = pool.accept().await;
        subscribed_solo(&mut side).await;
        side
    };
    let (mut first, mut side) = tokio::join!(tab(&proxy, "bc4fe051000000000000"), accept);
    let mut second = tab(&proxy, "bc4fe051000000000001").await;
    first.send(&authorize(2, WORKER)).await;
    let (id, _) = heard(&mut side).await;
    second.send(&authorize(8, WORKER)).await;
    // Answered by the proxy itself, so it shows that the authorize before it was read.
    second.send(&subscribe(9)).await;
    assert_eq!(parsed(&second.line().await)["id"], 9);
    let refused = |id: u64| json!({ "id": id, "result": false, "error": null });
    say(&mut side, &refused(id)).await;
    assert_eq!(parsed(&first.line().await), refused(2));
    assert_eq!(parsed(&second.line().await), refused(8));

    second.send(&authorize(10, WORKER)).await;
    let (id, call) = heard(&mut side).await;
    assert_eq!(call["method"], "mining.authorize");
    say(&mut side, &granted(id)).await;
    assert_eq!(parsed(&second.line().await), granted(10));
    assert_eq!(parsed(&second.line().await), notify("1", 1));
}

#[tokio::test]
async fn another_worker_gets_another_connection_before_it_hears_of_a_job() {
    let pool = ScriptedPool::listen().await;
    let proxy = sharing(&pool).await;
    let (mut first, _second, mut side) = two_tabs(&pool, &proxy).await;
    let other = WORKER.replace("0xa0b", "0xa0c");
    let mut third = tab(&proxy, "bc4fe051000000000002").await;
    third.send(&authorize(2, &other)).await;
    let mut other_side = pool.accept().await;
    let (id, _) = heard(&mut other_side).await;
    say(
        &mut other_side,
        &json!({ "id": id, "result": [null, "dd4fe05100000000"], "error": null }),
    )
    .await;
    say(&mut other_side, &notify("f", 9)).await;
    let (id, call) = heard(&mut other_side).await;
    assert_eq!(call["params"], json!([other, "x"]));
    say(&mut other_side, &granted(id)).await;
    let moved = json!({ "id": null, "method": "mining.set_extranonce", "params": ["dd4fe051000000000000"] });
    for expected in [moved, granted(2), notify("f", 9)] {
        assert_eq!(parsed(&third.line().await), expected);
    }
    // Neither hears of the other's jobs.
    say(&mut other_side, &notify("10", 10)).await;
    say(&mut side, &notify("2", 2)).await;
    assert_eq!(parsed(&third.line().await), notify("10", 10));
    assert_eq!(parsed(&first.line().await), notify("2", 2));
    third.send(&authorize(3, WORKER)).await;
    let (code, reason) = third.end().await;
    assert_eq!(code, 4000, "{reason}");
}

#[tokio::test]
async fn a_tab_that_leaves_takes_its_answers_with_it_and_its_prefix_rests() {
    let pool = ScriptedPool::listen().await;
    let proxy = sharing(&pool).await;
    let (mut first, mut second, mut side) = two_tabs(&pool, &proxy).await;
    first.send(&submit(3, "1", &own(1))).await;
    let (id, _) = heard(&mut side).await;
    within(first.socket.close(None)).await.unwrap();
    while !matches!(within(first.socket.next()).await, None | Some(Err(_))) {}
    say(&mut side, &granted(id)).await;
    say(&mut side, &notify("2", 2)).await;
    assert_eq!(
        parsed(&second.line().await),
        notify("2", 2),
        "no answer to the one who left"
    );
    let _third = tab(&proxy, "bc4fe051000000000002").await;
}

#[tokio::test]
async fn a_new_extra_nonce1_is_told_to_each_with_its_prefix() {
    let pool = ScriptedPool::listen().await;
    let proxy = sharing(&pool).await;
    let (mut first, mut second, mut side) = two_tabs(&pool, &proxy).await;
    let new = |extra_nonce1: &str| json!({ "id": null, "method": "mining.set_extranonce", "params": [extra_nonce1] });
    say(&mut side, &new("aabb")).await;
    assert_eq!(parsed(&first.line().await), new("aabb0000"));
    assert_eq!(parsed(&second.line().await), new("aabb0001"));
    // The job goes on under the old one, which a tab that comes now does not have: it waits for the next.
    let mut third = tab(&proxy, "aabb0002").await;
    third.send(&authorize(2, WORKER)).await;
    assert_eq!(parsed(&third.line().await), granted(2));
    first.send(&submit(3, "1", &own(1))).await;
    assert_eq!(heard(&mut side).await.1["params"][3], format!("0000{}", own(1)));
    say(&mut side, &notify("2", 2)).await;
    assert_eq!(parsed(&third.line().await), notify("2", 2));
    let wide = hex::encode([7; 28]);
    third.send(&submit(4, "2", &wide)).await;
    assert_eq!(heard(&mut side).await.1["params"][3], format!("0002{wide}"));
}

#[tokio::test]
async fn a_pool_without_room_to_share_serves_each_by_itself() {
    let pool = ScriptedPool::listen().await;
    let proxy = sharing(&pool).await;
    let wide = hex::encode([1; 23]);
    let mut tab = proxy.session("test").await;
    tab.send(&subscribe(5)).await;
    let mut asked = pool.accept().await;
    let (id, _) = heard(&mut asked).await;
    say(
        &mut asked,
        &json!({ "id": id, "result": [null, wide], "error": null }),
    )
    .await;
    assert_eq!(asked.line().await, "", "the shared connection is closed");
    for number in [5, 6] {
        let mut side = pool.accept().await;
        assert_eq!(
            heard(&mut side).await.1["params"][0],
            "tab/1.0",
            "its own subscribe"
        );
        say(
            &mut side,
            &json!({ "id": number, "result": [null, wide], "error": null }),
        )
        .await;
        assert_eq!(parsed(&tab.line().await)["result"], json!([null, wide]));
        if number == 5 {
            tab = proxy.session("test").await;
            tab.send(&subscribe(6)).await;
        }
    }
}

#[tokio::test]
async fn what_would_hurt_everybody_ends_the_tab_and_never_reaches_the_pool() {
    let pool = ScriptedPool::listen().await;
    let proxy = sharing(&pool).await;
    let (mut first, _second, mut side) = two_tabs(&pool, &proxy).await;
    let other = WORKER.replace("0xa0b", "0xa0c");
    for (index, (name, call, code)) in [
        ("an unknown job", submit(3, "2", &own(1)), 4007),
        ("a nonce too long", submit(3, "1", &hex::encode([1; 24])), 4007),
        ("a nonce too short", submit(3, "1", &hex::encode([1; 20])), 4007),
        ("no hex", submit(3, "1", &"xy".repeat(22)), 4007),
        (
            "a time of 8 digits",
            submit(3, "1", &own(1)).replace("000000005acfd2a0", "5acfd2a0"),
            4007,
        ),
        (
            "a short solution",
            submit(3, "1", &own(1)).replace("fd800500", "fd8005"),
            4007,
        ),
        (
            "a solution of another length",
            submit(3, "1", &own(1)).replace("fd8005", "fd8006"),
            4007,
        ),
        (
            "another worker's share",
            submit(3, "1", &own(1)).replace("0xa0b", "0xa0c"),
            4000,
        ),
        ("another worker", authorize(3, &other), 4000),
    ]
    .into_iter()
    .enumerate()
    {
        let mut tab = tab(&proxy, &format!("bc4fe051000000{:06x}", index + 2)).await;
        tab.send(&authorize(2, WORKER)).await;
        assert_eq!(parsed(&tab.line().await), granted(2));
        assert_eq!(parsed(&tab.line().await), notify("1", 1));
        tab.send(&call).await;
        let (found, reason) = tab.end().await;
        assert_eq!(found, code, "{name}: {reason}");
    }
    let mut hasty = tab(&proxy, "bc4fe05100000000000b").await;
    hasty.send(&submit(3, "1", &own(1))).await;
    assert_eq!(hasty.end().await.0, 4000);
    // The next thing the pool hears is an honest one's.
    first.send(&submit(3, "1", &own(1))).await;
    assert_eq!(heard(&mut side).await.1["params"][3], format!("0000{}", own(1)));
}

#[tokio::test]
async fn a_session_that_does_not_begin_with_subscribe_has_a_connection_of_its_own() {
    let pool = ScriptedPool::listen().await;
    let proxy = sharing(&pool).await;
    for call in [
        authorize(2, WORKER),
        subscribe(1).replace("AionStratum/1.0.0", "AionStratum/2.0.0"),
    ] {
        let mut session = proxy.session("test").await;
        session.send(&call).await;
        let mut side = pool.accept().await;
        assert_eq!(side.line().await, format!("{call}\n"));
    }
}

#[tokio::test]
async fn a_pools_hang_up_is_told_to_all_and_the_next_tab_opens_another_connection() {
    let pool = ScriptedPool::listen().await;
    let proxy = sharing(&pool).await;
    let (mut first, mut second, mut side) = two_tabs(&pool, &proxy).await;
    say(&mut side, &notify("2", 2)).await;
    drop(side);
    for tab in [&mut first, &mut second] {
        assert_eq!(parsed(&tab.line().await), notify("2", 2), "its last words first");
        assert_eq!(
            tab.end().await,
            (4003, "the pool closed the connection".to_owned())
        );
    }
    let accept = async { subscribed_solo(&mut pool.accept().await).await };
    tokio::join!(tab(&proxy, "bc4fe051000000000000"), accept);
}

#[tokio::test]
async fn a_pool_that_is_down_or_silent_or_refuses_is_told_to_all_who_wait() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| {
        config.pools[0].share_connections = true;
        config.limits.connect = Duration::from_secs(1);
    })
    .await;
    let mut tabs = Vec::new();
    for _ in 0..2 {
        let mut tab = proxy.session("test").await;
        tab.send(&subscribe(1)).await;
        tabs.push(tab);
    }
    let mut side = pool.accept().await;
    heard(&mut side).await;
    for tab in &mut tabs {
        assert_eq!(
            tab.end().await,
            (4002, "the pool cannot be reached: no answer in time".to_owned())
        );
    }
    let mut tab = proxy.session("test").await;
    tab.send(&subscribe(1)).await;
    let mut side = pool.accept().await;
    let (id, _) = heard(&mut side).await;
    say(
        &mut side,
        &json!({ "id": id, "result": null, "error": [20, "no"] }),
    )
    .await;
    assert_eq!(tab.end().await.0, 4002);
}

#[tokio::test]
async fn the_last_tab_takes_the_connection_with_it() {
    let pool = ScriptedPool::listen().await;
    let proxy = sharing(&pool).await;
    let (first, second, mut side) = two_tabs(&pool, &proxy).await;
    drop(first);
    say(&mut side, &notify("2", 2)).await;
    drop(second);
    assert_eq!(side.line().await, "");
}

#[tokio::test]
async fn a_shutdown_tells_tabs_and_hangs_up_on_the_pool() {
    let pool = ScriptedPool::listen().await;
    let proxy = sharing(&pool).await;
    let (mut first, mut second, mut side) = two_tabs(&pool, &proxy).await;
    let stop = tokio::spawn(proxy.stop());
    for tab in [&mut first, &mut second] {
        assert_eq!(tab.end().await.0, 1001);
    }
    assert_eq!(side.line().await, "");
    within(stop).await.unwrap();
}

#[tokio::test]
async fn a_tab_that_does_not_read_is_let_go_and_nobody_waits_for_it() {
    let pool = ScriptedPool::listen().await;
    let proxy = sharing(&pool).await;
    let (mut deaf, mut second, mut side) = two_tabs(&pool, &proxy).await;
    let long = json!({ "method": "x", "params": ["x".repeat(32_000)] });
    // More than the sockets' own buffers hold.
    for _ in 0..1_000 {
        say(&mut side, &long).await;
        assert_eq!(second.line().await.len(), long.to_string().len());
    }
    let mut told = 0;
    while let Some(Ok(message)) = within(deaf.socket.next()).await {
        if let Message::Close(Some(frame)) = message {
            assert_eq!(u16::from(frame.code), 4005);
            assert!(told < 1_000, "it was let go before the end");
            return;
        }
        told += 1;
    }
}

#[tokio::test]
async fn many_lines_in_one_write_reach_every_tab() {
    let pool = ScriptedPool::listen().await;
    let proxy = sharing(&pool).await;
    let (mut first, mut second, mut side) = two_tabs(&pool, &proxy).await;
    let lines: String = (0..500)
        .map(|number| format!("{{\"method\":\"x\",\"params\":[{number}]}}\n"))
        .collect();
    side.say(lines.as_bytes()).await;
    for line in lines.lines() {
        assert_eq!(first.line().await, line);
        assert_eq!(second.line().await, line);
    }
}

#[tokio::test]
async fn a_flood_of_one_tab_does_not_make_another_wait_for_all_of_it() {
    let pool = ScriptedPool::listen().await;
    let proxy = sharing(&pool).await;
    let (mut flooder, mut modest, mut side) = two_tabs(&pool, &proxy).await;
    for id in 0..90 {
        flooder.send(&submit(100 + id, "1", &own(1))).await;
    }
    // Three of them fill what a pool may be sent at once; the others wait, and so will what comes now.
    heard(&mut side).await;
    modest.send(&submit(3, "1", &own(2))).await;
    let mut before = 0;
    while heard(&mut side).await.1["params"][3] != format!("0001{}", own(2)) {
        before += 1;
    }
    assert!(before < 80, "{before} lines of the flood went before");
}
