//! The program itself: its one line of output, its development pool, its end.

mod proxy;

use std::path::Path;
use std::process::Stdio;

use futures_util::StreamExt;
use proxy::within;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

struct Program {
    child: Child,
    stdout: BufReader<ChildStdout>,
    authority: String,
}

impl Program {
    async fn start() -> Program {
        let dev = ["--dev", "--dev-difficulty", "2", "--dev-block-seconds", "600"];
        Program::with(&[&["--listen", "127.0.0.1:0"], &dev[..]].concat()).await
    }

    async fn with(arguments: &[&str]) -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_stratum-proxy"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        within(stdout.read_line(&mut line)).await.unwrap();
        let authority = line
            .trim_end()
            .strip_prefix("listening on http://")
            .expect(&line)
            .to_owned();
        Program {
            child,
            stdout,
            authority,
        }
    }

    async fn signal(&self, name: &str) {
        let id = self.child.id().unwrap().to_string();
        assert!(
            within(Command::new("kill").args(["-s", name, &id]).status())
                .await
                .unwrap()
                .success()
        );
    }
}

async fn get(authority: &str, host: &str, path: &str) -> String {
    let mut socket = within(TcpStream::connect(authority)).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    within(socket.write_all(request.as_bytes())).await.unwrap();
    let mut answer = String::new();
    within(socket.read_to_string(&mut answer)).await.unwrap();
    answer
}

#[tokio::test]
async fn both_signals_end_it_in_order() {
    for name in ["INT", "TERM"] {
        let mut program = Program::start().await;
        let mut request = format!("ws://{}/pool/local", program.authority)
            .into_client_request()
            .unwrap();
        request
            .headers_mut()
            .insert("origin", format!("http://{}", program.authority).parse().unwrap());
        let (mut session, _) = within(tokio_tungstenite::connect_async(request)).await.unwrap();
        let subscribe = r#"{"id":1,"method":"mining.subscribe","params":["t","AionStratum/1.0.0"]}"#;
        let authorize = r#"{"id":2,"method":"mining.authorize","params":["0xa0walletwallet","hunter2"]}"#;
        for call in [subscribe, authorize] {
            within(futures_util::SinkExt::send(&mut session, Message::text(call)))
                .await
                .unwrap();
        }
        let mut lines = Vec::new();
        while lines.len() < 3 {
            if let Message::Text(text) = within(session.next()).await.unwrap().unwrap() {
                lines.push(text.to_string());
            }
        }
        assert!(
            lines[1].contains(&format!("\"80{}\"", "00".repeat(31))),
            "difficulty 2: {}",
            lines[1]
        );

        program.signal(name).await;
        let code = loop {
            match within(session.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => break u16::from(frame.code),
                Some(Ok(_)) => {}
                other => panic!("no close frame: {other:?}"),
            }
        };
        assert_eq!(code, 1001, "{name}");
        assert!(within(program.child.wait()).await.unwrap().success(), "{name}");
        let mut rest = String::new();
        within(program.stdout.read_to_string(&mut rest)).await.unwrap();
        assert_eq!(rest, "", "one line of output and no more");
        let mut log = String::new();
        within(program.child.stderr.take().unwrap().read_to_string(&mut log))
            .await
            .unwrap();
        assert!(
            log.contains("session") && !log.contains("wallet") && !log.contains("hunter2"),
            "{log}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_name() {
    for (arguments, expected) in [
        (&["--pool", "nonsense"][..], "is not NAME=HOST:PORT"),
        (&["--pool", "a=h:1", "--pool", "a=h:2"], "\"a\" is given twice"),
        (&["--dev", "--pool", "local=h:1"], "\"local\" is given twice"),
        (&["--rpc", "nonsense"], "is not NAME=http://HOST"),
        (&["--rpc", "a=https://h"], "needs a forwarder"),
        (&["--dev", "--rpc", "local=http://h"], "\"local\" is given twice"),
        (&["--site", "/no/such/folder"], "/no/such/folder is not a folder"),
        (&["--allow-origin", "example.com"], "is not http://HOST"),
        (&["--allow-host", "example.com:80"], "without a port"),
        (&["--dev", "--dev-difficulty", "0"], "0 is not in 1.."),
        (&["--listen", "nowhere"], "invalid socket address"),
        (&["--config", "/no/such/file"], "/no/such/file: "),
    ] {
        let output = within(
            Command::new(env!("CARGO_BIN_EXE_stratum-proxy"))
                .args(arguments)
                .output(),
        )
        .await
        .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && output.stdout.is_empty(),
            "{arguments:?}"
        );
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
    }
}

#[tokio::test]
async fn a_file_says_what_options_say_and_options_go_over_it() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("settings-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("page")).unwrap();
    std::fs::write(folder.join("page/index.html"), "<title>page</title>").unwrap();
    let file = folder.join("proxy.toml");
    std::fs::write(
        &file,
        "listen = \"192.0.2.1:1\"\nallow_hosts = [\"mine.example\"]\n[site]\nfolder = \"page\"\n\
         [[pool]]\nname = \"main\"\naddresses = [\"pool.example:1\"]\n",
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let program = Program::with(&["--config", file, "--listen", "127.0.0.1:0", "--pool", "more=h:1"]).await;
    assert!(
        get(&program.authority, "localhost", "/pools.json")
            .await
            .ends_with(r#"{"pools":[{"name":"main"},{"name":"more"}]}"#)
    );
    assert!(
        get(&program.authority, "mine.example", "/")
            .await
            .ends_with("<title>page</title>")
    );

    std::fs::write(file, "[limits]\nsessions = 0\n").unwrap();
    let output = within(
        Command::new(env!("CARGO_BIN_EXE_stratum-proxy"))
            .args(["--config", file])
            .output(),
    )
    .await
    .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && output.stdout.is_empty());
    for part in [file, "line 2", "sessions = 0", "0 is not from 1 to 1000000"] {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn the_development_chain_is_a_node_too() {
    let program = Program::start().await;
    for (method, params, expected) in [
        ("eth_getBlockByNumber", "[\"latest\",false]", "null"),
        ("getHeaderByBlockNumber", "[1]", "{\"code\":-2,"),
    ] {
        let body = format!(r#"{{"id":1,"method":"{method}","params":{params}}}"#);
        let mut socket = within(TcpStream::connect(&program.authority)).await.unwrap();
        let request = format!(
            "POST /rpc/local HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nContent-Length: {1}\r\nConnection: close\r\n\r\n{body}",
            program.authority,
            body.len()
        );
        within(socket.write_all(request.as_bytes())).await.unwrap();
        let mut answer = String::new();
        within(socket.read_to_string(&mut answer)).await.unwrap();
        let start = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{expected}");
        assert!(answer.contains(&start), "{answer}");
    }
}
