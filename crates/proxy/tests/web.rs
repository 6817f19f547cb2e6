//! What the proxy serves over HTTP, and to whom.

mod proxy;

use std::path::{Path, PathBuf};
use std::time::Duration;

use proxy::{Proxy, ScriptedPool, within};
use stratum_proxy::{Config, PoolEntry};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Error;

/// A site in a folder that goes away with it.
struct Site(PathBuf);

impl Site {
    fn new(name: &str) -> Site {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let site = folder.join("site");
        std::fs::create_dir_all(site.join(".git")).unwrap();
        std::fs::create_dir_all(site.join("lib")).unwrap();
        std::fs::write(folder.join("secret.txt"), "secret").unwrap();
        for (path, text) in [
            ("index.html", "<!doctype html><title>site</title>"),
            ("main.0123abcd.js", "export {};"),
            ("main.0123abcd.js.map", "{}"),
            ("worker.js", "export {};"),
            ("lib/miner.wasm", "\0asm\x01\0\0\0"),
            ("lib/index.html", "<!doctype html><title>lib</title>"),
            ("style.css", "body {}"),
            ("icon.svg", "<svg/>"),
            ("app.webmanifest", "{}"),
            ("data.json", "{}"),
            (".env", "secret"),
            (".git/config", "secret"),
        ] {
            std::fs::write(site.join(path), text).unwrap();
        }
        Site(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.join("site")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn serve(site: &Site) -> Proxy {
    Proxy::start(Config {
        site: Some(site.path()),
        ..Config::default()
    })
    .await
}

#[tokio::test]
async fn files_have_their_type_and_their_time_to_live() {
    let site = Site::new("types");
    let proxy = serve(&site).await;
    for (path, kind, caching) in [
        ("/", "text/html", "no-cache"),
        ("/index.html", "text/html", "no-cache"),
        ("/lib/", "text/html", "no-cache"),
        (
            "/main.0123abcd.js",
            "text/javascript",
            "public, max-age=31536000, immutable",
        ),
        (
            "/main.0123abcd.js.map",
            "application/json",
            "public, max-age=31536000, immutable",
        ),
        ("/worker.js", "text/javascript", "no-cache"),
        ("/worker.js?v=1", "text/javascript", "no-cache"),
        ("/lib/miner.wasm", "application/wasm", "no-cache"),
        ("/style.css", "text/css", "no-cache"),
        ("/icon.svg", "image/svg+xml", "no-cache"),
        ("/app.webmanifest", "application/manifest+json", "no-cache"),
        ("/data.json", "application/json", "no-cache"),
        ("/pools.json", "application/json", "no-cache"),
    ] {
        let response = proxy.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(
            response.header("content-type").unwrap().split(';').next(),
            Some(kind),
            "{path}"
        );
        assert_eq!(response.header("cache-control"), Some(caching), "{path}");
    }
}

#[tokio::test]
async fn every_response_isolates_the_page() {
    let site = Site::new("isolation");
    let proxy = serve(&site).await;
    for (path, status) in [
        ("/", 200),
        ("/worker.js", 200),
        ("/lib/miner.wasm", 200),
        ("/healthz", 200),
        ("/none", 404),
        ("/pool/x", 400),
    ] {
        let response = proxy.get(path).await;
        assert_eq!(response.status(), status, "{path}");
        for (name, value) in [
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(response.header(name), Some(value), "{path} {name}");
        }
        let policy = response.header("content-security-policy").unwrap();
        for part in [
            "default-src 'self'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "worker-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            &format!("connect-src 'self' ws://{0} wss://{0}", proxy.address),
        ] {
            assert!(
                policy.split("; ").any(|found| found == part),
                "{path} {part}: {policy}"
            );
        }
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{policy}"
        );
    }
}

#[tokio::test]
async fn nothing_leaves_the_folder_and_hidden_files_stay_hidden() {
    let site = Site::new("traversal");
    let proxy = serve(&site).await;
    for path in [
        "/../secret.txt",
        "/lib/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/lib/..%2f..%2fsecret.txt",
        "/lib%2f..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
        "/%252e%252e/secret.txt",
        "/.env",
        "/%2eenv",
        "/.git/config",
        "/lib/%2e%2e/.env",
        "/lib%2f..%2f.env",
        "//secret.txt",
        "/index.html%00.js",
        "/index.html/",
        "/missing",
        "/C:/secret.txt",
    ] {
        let response = proxy.get(path).await;
        assert_eq!(response.status(), 404, "{path}");
        assert!(!response.body.contains("secret"), "{path}");
        assert_eq!(response.header("cache-control"), Some("no-store"), "{path}");
    }
}

#[tokio::test]
async fn methods_are_the_ones_that_read() {
    let site = Site::new("methods");
    let proxy = serve(&site).await;
    let ask = |method: &str, path: &str| {
        format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        )
    };
    for path in ["/index.html", "/healthz", "/pools.json"] {
        let whole = proxy.http(&ask("GET", path)).await;
        let head = proxy.http(&ask("HEAD", path)).await;
        assert_eq!((head.status(), head.body.as_str()), (200, ""), "{path}");
        assert_eq!(
            head.header("content-length"),
            whole.header("content-length"),
            "{path}"
        );
        for method in ["POST", "PUT", "DELETE", "PATCH"] {
            let response = proxy.http(&ask(method, path)).await;
            assert_eq!(response.status(), 405, "{method} {path}");
            assert!(
                response.header("allow").unwrap().contains("GET"),
                "{method} {path}"
            );
        }
    }
    assert_eq!(proxy.http(&ask("POST", "/pool/test")).await.status(), 405);
}

#[tokio::test]
async fn a_file_that_has_not_changed_is_not_sent_again() {
    let site = Site::new("conditional");
    let proxy = serve(&site).await;
    let first = proxy.get("/worker.js").await;
    for (header, value) in [
        ("If-None-Match", first.header("etag").unwrap()),
        ("If-Modified-Since", first.header("last-modified").unwrap()),
    ] {
        let again = proxy
            .http(&format!(
                "GET /worker.js HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}: {value}\r\n\r\n"
            ))
            .await;
        assert_eq!((again.status(), again.body.as_str()), (304, ""), "{header}");
        assert_eq!(again.header("cross-origin-embedder-policy"), Some("require-corp"));
        assert_eq!(again.header("cache-control"), Some("no-cache"));
    }
}

#[tokio::test]
async fn health_and_the_names_of_the_pools_are_told_and_no_address() {
    let pools = ["b=192.0.2.1:3333", "a=pool.example:1"].map(|text| text.parse::<PoolEntry>().unwrap());
    let proxy = Proxy::start(Config {
        pools: pools.to_vec(),
        ..Config::default()
    })
    .await;
    assert_eq!(proxy.get("/healthz").await.body, "ok");
    assert_eq!(
        proxy.get("/pools.json").await.body,
        r#"{"pools":[{"name":"b"},{"name":"a"}]}"#
    );
    assert_eq!(proxy.get("/").await.status(), 404, "no site");
}

#[tokio::test]
async fn foreign_hosts_are_refused_on_every_path() {
    let site = Site::new("hosts");
    let proxy = serve(&site).await;
    for path in [
        "/",
        "/worker.js",
        "/healthz",
        "/pools.json",
        "/pool/test",
        "/none",
    ] {
        for (name, host) in [
            ("rebound", "Host: rebound.example\r\n"),
            ("none", ""),
            ("two", "Host: localhost\r\nHost: localhost\r\n"),
        ] {
            let response = proxy
                .http(&format!("GET {path} HTTP/1.1\r\n{host}Connection: close\r\n\r\n"))
                .await;
            assert!(
                matches!(response.status(), 400 | 403),
                "{path} {name}: {}",
                response.status()
            );
            assert!(!response.body.contains("<title>"), "{path} {name}");
        }
    }
    let known = Config {
        site: Some(site.path()),
        allow_hosts: vec!["mine.example".parse().unwrap()],
        ..Config::default()
    };
    let proxy = Proxy::start(known).await;
    let response = proxy
        .http("GET / HTTP/1.1\r\nHost: mine.example\r\nConnection: close\r\n\r\n")
        .await;
    assert_eq!(response.status(), 200);
    assert!(
        response
            .header("content-security-policy")
            .unwrap()
            .contains("wss://mine.example;")
    );
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_off() {
    let mut config = Config::default();
    config.limits.request_head = Duration::from_millis(50);
    let proxy = Proxy::start(config).await;
    for start in [
        "",
        "GET / HTTP/1.1\r\n",
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET",
    ] {
        let mut socket = TcpStream::connect(proxy.address).await.unwrap();
        socket.write_all(start.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        within(socket.read_to_end(&mut answer)).await.unwrap();
    }
}

#[tokio::test]
async fn whoever_asks_for_much_and_reads_nothing_is_let_go() {
    let site = Site::new("stalled");
    let large = 64 << 20;
    std::fs::write(site.path().join("large.bin"), vec![0; large]).unwrap();
    let mut config = Config {
        site: Some(site.path()),
        ..Config::default()
    };
    config.limits.write = Duration::from_millis(100);
    config.limits.connections = 1;
    let proxy = Proxy::start(config).await;
    let mut deaf = within(TcpStream::connect(proxy.address)).await.unwrap();
    within(deaf.write_all(b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        .await
        .unwrap();
    // The only place is free once the proxy has given up.
    assert_eq!(proxy.get("/healthz").await.status(), 200);
    let mut got = Vec::new();
    let _ = within(deaf.read_to_end(&mut got)).await;
    assert!(got.len() < large, "{}", got.len());
}

#[tokio::test]
async fn foreign_origins_open_no_session() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |config| {
        config.allow_origins = vec!["https://miner.example".parse().unwrap()];
    })
    .await;
    let own = format!("http://{}", proxy.address);
    for (origin, expected) in [
        (Some(own.as_str()), None),
        (Some("https://miner.example"), None),
        (Some("http://miner.example"), Some(403)),
        (Some("https://evil.example"), Some(403)),
        (Some("http://localhost:1"), Some(403)),
        (Some("null"), Some(403)),
        (None, Some(403)),
    ] {
        match (proxy.open("test", origin).await, expected) {
            (Ok(_), None) => {}
            (Err(Error::Http(response)), Some(status)) => assert_eq!(response.status(), status, "{origin:?}"),
            (other, _) => panic!("{origin:?}: {:?}", other.map(|_| "a session")),
        }
    }
    let open = Proxy::before(pool.address, |config| config.allow_missing_origin = true).await;
    assert!(open.open("test", None).await.is_ok());
}

#[tokio::test]
async fn only_configured_pools_can_be_reached() {
    let pool = ScriptedPool::listen().await;
    let proxy = Proxy::before(pool.address, |_| {}).await;
    let own = format!("http://{}", proxy.address);
    for name in ["other", "TEST", "127.0.0.1:22", "test%2f", "test%00", "%2e%2e"] {
        match proxy.open(name, Some(&own)).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), 404, "{name}"),
            other => panic!("{name}: {:?}", other.map(|_| "a session")),
        }
    }
}
