//! The program itself: its output, its arguments, and its end.

mod scripted_kernel;

use std::process::Stdio;
use std::time::Duration;

use scripted_kernel::ScriptedKernel;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;

/// Only reached when something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn it_says_where_it_listens_and_ends_in_order() {
    for signal in ["INT", "TERM"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_solo-pool"))
            .args([
                "--listen",
                "127.0.0.1:0",
                "--difficulty",
                "2",
                "--block-seconds",
                "600",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        timeout(PATIENCE, stdout.read_line(&mut line))
            .await
            .unwrap()
            .unwrap();
        let address = line.trim_end().strip_prefix("listening on ").expect(&line);

        let mut client = BufReader::new(TcpStream::connect(address).await.unwrap());
        client
            .write_all(b"{\"id\":1,\"method\":\"mining.authorize\"}\n")
            .await
            .unwrap();
        let mut answer = String::new();
        timeout(PATIENCE, client.read_line(&mut answer))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(answer, "{\"id\":1,\"result\":false,\"error\":null}\n");

        let id = child.id().unwrap().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", signal, &id])
                .status()
                .await
                .unwrap()
                .success()
        );
        assert!(
            timeout(PATIENCE, child.wait()).await.unwrap().unwrap().success(),
            "{signal}"
        );
        let mut rest = String::new();
        timeout(PATIENCE, stdout.read_to_string(&mut rest))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(rest, "", "one line of output and no more");
    }
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused_by_name() {
    for (arguments, expected) in [
        ("--difficulty 0", "--difficulty"),
        ("--block-seconds 0", "--block-seconds"),
        ("--listen nowhere", "--listen"),
        ("--dialect stratum2", "[possible values: solo, miningcore]"),
        ("--kernel https://h:1", "http://127.0.0.1:8545"),
        ("--kernel 127.0.0.1:8545", "http://127.0.0.1:8545"),
        ("--kernel http://h:1 --block-seconds 5", "--block-seconds"),
        ("--kernel http://h:1 --poll-ms 99", "--poll-ms"),
        ("--poll-ms 500", "--kernel"),
        ("--vardiff-share 5", "--vardiff"),
        ("--vardiff --difficulty 8 --vardiff-min 9", "--vardiff-min 9"),
        ("--vardiff --difficulty 8 --vardiff-max 7", "--vardiff-max 7"),
        (
            "--vardiff --vardiff-share 60 --vardiff-window 30",
            "--vardiff-window 30",
        ),
        ("--ban-percent 0", "--ban-percent"),
        ("--ban-percent 101", "--ban-percent"),
        ("--no-bans --ban-loopback", "--ban-loopback"),
        ("--never-ban proxy", "--never-ban"),
        ("--max-connections 0", "--max-connections"),
        ("--dialect miningcore --max-connections 65537", "65536"),
    ] {
        let run = Command::new(env!("CARGO_BIN_EXE_solo-pool"))
            .args(arguments.split(' '))
            .output();
        let output = timeout(PATIENCE, run).await.unwrap().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && stderr.contains(expected),
            "{arguments:?}: {stderr}"
        );
    }
}

#[tokio::test]
async fn it_serves_a_kernel_and_says_where_its_status_is() {
    let script = ScriptedKernel::start().await;
    script.hand_out(700_023, [7; 32], [1; 32]);
    let kernel = format!("http://{}", script.address);
    let mut child = Command::new(env!("CARGO_BIN_EXE_solo-pool"))
        .args([
            "--listen",
            "127.0.0.1:0",
            "--status",
            "127.0.0.1:0",
            "--kernel",
            &kernel,
        ])
        .args(["--dialect", "miningcore", "--vardiff"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = async || {
        timeout(PATIENCE, lines.next_line())
            .await
            .unwrap()
            .unwrap()
            .unwrap()
    };
    assert!(next().await.starts_with("listening on 127.0.0.1:"));
    let line = next().await;
    let address = line.strip_prefix("status on http://").expect(&line).to_owned();
    let status = async {
        loop {
            let mut socket = TcpStream::connect(&address).await.unwrap();
            socket
                .write_all(b"GET /status.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                .await
                .unwrap();
            let mut answer = String::new();
            socket.read_to_string(&mut answer).await.unwrap();
            // The job is there a moment before the state of the chain is told.
            if answer.contains(r#""height":700023"#) && answer.contains(r#""chain":{"state":"working"}"#) {
                return answer;
            }
        }
    };
    let status = timeout(PATIENCE, status)
        .await
        .expect("the job and a chain that works");
    assert!(status.contains(r#""dialect":"miningcore""#), "{status}");
}
