//! Networks and pools at their worst: late, cut into bytes, out of order, half closed, reset, silent.

mod proxy;

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use proxy::{PoolSide, Proxy, ScriptedPool, Session, within};
use stratum_proxy::PoolEntry;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;

const SUBSCRIBE: &str = r#"{"id":1,"method":"mining.subscribe","params":["miner/1.0"]}"#;

/// A submit as long as a real one.
fn submit(id: usize) -> String {
    format!(
        r#"{{"id":{id},"method":"mining.submit","params":["0x{}","1","000000005acfd2a0","{}","fd8005{}"]}}"#,
        "a".repeat(64),
        "0".repeat(48),
        "b".repeat(2816)
    )
}

/// A session that has said one thing, so that nothing waits for its first call.
async fn begun(proxy: &Proxy, pool: &ScriptedPool) -> (Session, PoolSide) {
    let mut client = proxy.session("test").await;
    let mut side = pool.accept().await;
    client.send(SUBSCRIBE).await;
    side.line().await;
    (client, side)
}

#[tokio::test]
async fn a_pool_that_is_silent_for_longer_than_the_idle_time_is_waited_for() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| {
        config.limits.ping = Duration::from_millis(100);
        config.limits.idle = Duration::from_secs(1);
    })
    .await;
    let (mut client, mut side) = begun(&proxy, &pool).await;
    let start = Instant::now();
    // Reading answers the pings. Between blocks a pool says nothing at all.
    while start.elapsed() < Duration::from_millis(1_500) {
        let message = within(client.socket.next()).await.unwrap().unwrap();
        assert!(matches!(message, Message::Ping(_)), "{message:?}");
    }
    side.say(b"{\"id\":1,\"result\":true,\"error\":null}\n").await;
    assert_eq!(client.line().await, r#"{"id":1,"result":true,"error":null}"#);
}

#[tokio::test]
async fn lines_are_whole_however_they_trickle_in() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let mut client = proxy.session("test").await;
    let mut side = pool.accept().await;
    side.socket().set_nodelay(true).unwrap();
    let said = "{\"id\":1,\"result\":[null,\"é€😀\"],\"error\":null}\r\n\n{\"id\":2}\n";
    let trickle = async {
        for byte in said.bytes() {
            side.say(&[byte]).await;
            tokio::task::yield_now().await;
        }
    };
    let hear = async {
        assert_eq!(
            client.line().await,
            r#"{"id":1,"result":[null,"é€😀"],"error":null}"#
        );
        assert_eq!(client.line().await, r#"{"id":2}"#);
    };
    tokio::join!(trickle, hear);
}

#[tokio::test]
async fn a_call_is_whole_however_it_trickles_in() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let (mut client, mut side) = begun(&proxy, &pool).await;
    let call = submit(2);
    let socket = match client.socket.get_mut() {
        tokio_tungstenite::MaybeTlsStream::Plain(socket) => socket,
        _ => unreachable!("no TLS here"),
    };
    socket.set_nodelay(true).unwrap();
    let length = u16::try_from(call.len()).unwrap().to_be_bytes();
    let frame = [&[0x81, 0xfe][..], &length, &[0; 4], call.as_bytes()].concat();
    for byte in frame {
        within(socket.write_all(&[byte])).await.unwrap();
    }
    assert_eq!(side.line().await, format!("{call}\n"));
}

#[tokio::test]
async fn replies_pass_in_the_order_of_the_pool() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let (mut client, mut side) = begun(&proxy, &pool).await;
    for id in 2..5 {
        client.send(&submit(id)).await;
        side.line().await;
    }
    let lines = [
        r#"{"id":4,"result":true,"error":null}"#,
        r#"{"id":null,"method":"mining.notify","params":["2",true,"",""]}"#,
        r#"{"id":2,"result":null,"error":[21,"job not found"]}"#,
        r#"{"id":99,"result":true,"error":null}"#,
        r#"{"id":3,"result":true,"error":null}"#,
        r#"{"id":3,"result":true,"error":null}"#,
    ];
    side.say(format!("{}\n", lines.join("\n")).as_bytes()).await;
    for line in lines {
        assert_eq!(client.line().await, line);
    }
}

#[tokio::test]
async fn no_window_of_100_ms_holds_more_than_a_solo_pool_buffers() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let (mut client, mut side) = begun(&proxy, &pool).await;
    let start = Instant::now();
    // Three of them pass its 10,240 bytes at a time.
    for id in 0..8 {
        within(client.socket.feed(Message::text(submit(id))))
            .await
            .unwrap();
    }
    within(client.socket.flush()).await.unwrap();
    for id in 0..8 {
        assert_eq!(side.line().await, format!("{}\n", submit(id)));
    }
    // Three at once, three after the first window, two after the second.
    assert!(
        start.elapsed() >= Duration::from_millis(200),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn a_pool_that_breaks_off_ends_the_session_and_says_so() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let closed = (4003, "the pool closed the connection".to_owned());
    for (name, said, reset) in [
        ("a reset at once", "", true),
        ("a reset in a line", "{\"id\":1,\"res", true),
        ("half a close", "", false),
        ("half a close in a line", "{\"id\":1,\"res", false),
    ] {
        let (mut client, mut side) = begun(&proxy, &pool).await;
        side.say(said.as_bytes()).await;
        if reset {
            side.socket().set_zero_linger().unwrap();
            drop(side);
            assert_eq!(client.end().await, closed, "{name}");
        } else {
            // It still reads, and would for ever.
            within(side.socket().shutdown()).await.unwrap();
            assert_eq!(client.end().await, closed, "{name}");
            assert_eq!(side.line().await, "", "{name}");
        }
    }
}

#[tokio::test]
async fn calls_to_a_pool_that_has_gone_do_not_hide_its_last_words() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let (mut client, mut side) = begun(&proxy, &pool).await;
    side.say(b"{\"id\":1,\"result\":false}\n").await;
    drop(side);
    // Whether these can still be written is the network's to say.
    for id in 2..5 {
        if client.socket.send(Message::text(submit(id))).await.is_err() {
            break;
        }
    }
    assert_eq!(client.line().await, r#"{"id":1,"result":false}"#);
    assert_eq!(client.end().await.0, 4003);
}

#[tokio::test]
async fn a_pool_that_accepts_and_never_shakes_hands_has_its_deadline() {
    let silent = ScriptedPool::listen().await;
    let proxy = Proxy::before(silent.address, |config| {
        let address = format!("tls://{}", silent.address);
        config.pools = vec![PoolEntry::new("test", &address).unwrap()];
        config.limits.connect = Duration::from_millis(100);
    })
    .await;
    let mut client = proxy.session("test").await;
    assert_eq!(
        client.end().await,
        (4002, "the pool cannot be reached: no answer in time".to_owned())
    );
    // And the proxy lets go of it.
    let mut side = silent.accept().await;
    let mut hello = Vec::new();
    within(side.socket().read_to_end(&mut hello)).await.unwrap();
}

#[tokio::test]
async fn one_pool_at_its_worst_does_not_slow_the_sessions_of_another() {
    let (bad, good) = (ScriptedPool::listen().await, ScriptedPool::listen().await);
    let proxy = Proxy::before(good.address, |config| {
        config
            .pools
            .push(PoolEntry::new("bad", &bad.address.to_string()).unwrap());
    })
    .await;
    // Ten sessions whose clients read nothing, of a pool that says all it can.
    let mut deaf = Vec::new();
    for _ in 0..10 {
        deaf.push(proxy.session("bad").await);
        let mut side = bad.accept().await;
        tokio::spawn(async move {
            let line = [vec![b'x'; 32_000], b"\n".to_vec()].concat();
            while side.socket().write_all(&line).await.is_ok() {}
        });
    }
    let (mut client, mut side) = begun(&proxy, &good).await;
    for id in 0..100 {
        side.say(format!("{{\"id\":{id}}}\n").as_bytes()).await;
        assert_eq!(client.line().await, format!("{{\"id\":{id}}}"));
    }
}
