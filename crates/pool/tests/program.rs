//! The program itself: its one line of output, and its end.

use std::process::Stdio;
use std::time::Duration;

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
        (["--difficulty", "0"], "--difficulty"),
        (["--block-seconds", "0"], "--block-seconds"),
        (["--listen", "nowhere"], "--listen"),
    ] {
        let run = Command::new(env!("CARGO_BIN_EXE_solo-pool"))
            .args(arguments)
            .output();
        let output = timeout(PATIENCE, run).await.unwrap().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && stderr.contains(expected),
            "{arguments:?}: {stderr}"
        );
    }
}
