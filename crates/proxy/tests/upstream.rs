//! How a pool is reached: which of its addresses, and over what.

mod proxy;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use proxy::{Proxy, ScriptedPool, within};
use stratum_proxy::{PoolEntry, Roots};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::server::TlsStream;

const SUBSCRIBE: &str = r#"{"id":1,"method":"mining.subscribe","params":["miner/1.0"]}"#;

fn pool(addresses: &[String]) -> PoolEntry {
    let addresses = addresses.iter().map(|text| text.parse().unwrap()).collect();
    PoolEntry::with_addresses("test", addresses).unwrap()
}

async fn before(entry: PoolEntry) -> Proxy {
    let nobody = nobody().await;
    Proxy::before(nobody.parse().unwrap(), |config| config.pools = vec![entry]).await
}

/// An address where nobody listens: bound and dropped.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test]
async fn addresses_are_tried_in_their_order() {
    let first = ScriptedPool::listen().await;
    let second = ScriptedPool::listen().await;
    let addresses = [
        nobody().await,
        first.address.to_string(),
        second.address.to_string(),
    ];
    let proxy = before(pool(&addresses)).await;
    for _ in 0..2 {
        let mut client = proxy.session("test").await;
        let mut side = first.accept().await;
        client.send(SUBSCRIBE).await;
        assert_eq!(side.line().await, format!("{SUBSCRIBE}\n"));
    }
}

#[tokio::test]
async fn an_address_that_says_nothing_leaves_time_for_the_next() {
    // It speaks no TLS and never answers the handshake.
    let silent = ScriptedPool::listen().await;
    let good = ScriptedPool::listen().await;
    let entry = pool(&[format!("tls://{}", silent.address), good.address.to_string()]);
    let proxy = Proxy::before(good.address, |config| {
        config.pools = vec![entry];
        config.limits.connect = Duration::from_secs(2);
    })
    .await;
    let mut client = proxy.session("test").await;
    let mut side = good.accept().await;
    client.send(SUBSCRIBE).await;
    assert_eq!(side.line().await, format!("{SUBSCRIBE}\n"));
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_refused_unless_the_pool_may() {
    let listening = ScriptedPool::listen().await;
    let port = listening.address.port();
    // The resolver takes the old short form of an address; it is no literal, so it stands for any name here.
    let entry = pool(&[format!("127.1:{port}")]);
    let proxy = before(entry.clone()).await;
    let mut client = proxy.session("test").await;
    assert_eq!(
        client.end().await,
        (
            4002,
            "the pool cannot be reached: its address is not allowed".to_owned()
        )
    );

    let entry = PoolEntry {
        allow_private: true,
        ..entry
    };
    let proxy = before(entry).await;
    let mut client = proxy.session("test").await;
    let mut side = listening.accept().await;
    client.send(SUBSCRIBE).await;
    assert_eq!(side.line().await, format!("{SUBSCRIBE}\n"));
}

#[tokio::test]
async fn localhost_is_meant_as_written() {
    let listening = ScriptedPool::listen().await;
    let proxy = before(pool(&[format!("localhost:{}", listening.address.port())])).await;
    let mut client = proxy.session("test").await;
    let mut side = listening.accept().await;
    client.send(SUBSCRIBE).await;
    assert_eq!(side.line().await, format!("{SUBSCRIBE}\n"));
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_told_in_words() {
    let proxy = before(pool(&["no-such-host.invalid:1".to_owned()])).await;
    let mut client = proxy.session("test").await;
    let (code, reason) = client.end().await;
    assert_eq!(code, 4002, "{reason}");
}

/// A pool behind TLS, with a certificate of its own.
struct TlsPool {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    certificate: PathBuf,
}

impl TlsPool {
    async fn listen(name: &str, hosts: &[&str]) -> TlsPool {
        let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
        let made = rcgen::generate_simple_self_signed(hosts).unwrap();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let certificate = folder.join(format!("{name}-{}.pem", std::process::id()));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        let key = made.signing_key.serialize_der().try_into().unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        TlsPool {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate,
        }
    }

    fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    async fn accept(&self) -> std::io::Result<BufReader<TlsStream<TcpStream>>> {
        let (socket, _) = within(self.listener.accept()).await.unwrap();
        within(self.acceptor.accept(socket)).await.map(BufReader::new)
    }
}

impl Drop for TlsPool {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.certificate);
    }
}

#[tokio::test]
async fn a_pool_behind_tls_is_spoken_to_under_its_own_roots() {
    let listening = TlsPool::listen("roots", &["localhost", "127.0.0.1"]).await;
    for host in ["localhost", "127.0.0.1"] {
        let entry = PoolEntry {
            roots: Some(Roots::read(&listening.certificate).unwrap()),
            ..pool(&[format!("tls://{host}:{}", listening.port())])
        };
        let proxy = before(entry).await;
        let mut client = proxy.session("test").await;
        let mut side = listening.accept().await.unwrap();
        client.send(SUBSCRIBE).await;
        let mut line = String::new();
        within(side.read_line(&mut line)).await.unwrap();
        assert_eq!(line, format!("{SUBSCRIBE}\n"), "{host}");
        // Larger than a TLS record.
        let long = "x".repeat(20_000);
        within(side.write_all(format!("{long}\n").as_bytes()))
            .await
            .unwrap();
        within(side.flush()).await.unwrap();
        assert_eq!(client.line().await, long, "{host}");
        drop(side);
        assert_eq!(client.end().await.0, 4003, "{host}");
    }
}

#[tokio::test]
async fn a_certificate_that_leads_to_no_root_or_another_name_is_refused() {
    let listening = TlsPool::listen("refused", &["localhost"]).await;
    let other = TlsPool::listen("other", &["localhost"]).await;
    let own = Roots::read(&listening.certificate).unwrap();
    let of_another = Roots::read(&other.certificate).unwrap();
    for (name, host, roots) in [
        ("the public roots", "localhost", None),
        ("another root", "localhost", Some(of_another)),
        ("another name", "127.0.0.1", Some(own)),
    ] {
        let entry = PoolEntry {
            roots,
            ..pool(&[format!("tls://{host}:{}", listening.port())])
        };
        let proxy = before(entry).await;
        let mut client = proxy.session("test").await;
        assert!(listening.accept().await.is_err(), "{name}");
        assert_eq!(
            client.end().await,
            (4002, "the pool cannot be reached: no TLS".to_owned()),
            "{name}"
        );
    }
}

#[test]
fn a_file_without_a_certificate_is_refused_by_name() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("empty-{}.pem", std::process::id()));
    std::fs::write(&path, "nothing\n").unwrap();
    let error = Roots::read(&path).unwrap_err().to_string();
    std::fs::remove_file(&path).unwrap();
    assert!(
        error.contains("no certificate in it") && error.contains("empty-"),
        "{error}"
    );
    assert!(
        Roots::read(&folder.join("none.pem"))
            .unwrap_err()
            .to_string()
            .contains("none.pem")
    );
}
