//! `aion-pow verify` on long input: in order on all threads, compressed or not, in bounded memory.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_aion-pow"))
        .arg("verify")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts")
}

fn pipes(child: &mut Child) -> (ChildStdin, BufReader<ChildStdout>) {
    let stdin = child.stdin.take().expect("it is piped");
    (stdin, BufReader::new(child.stdout.take().expect("it is piped")))
}

/// Runs the command with these bytes on its standard input: exit code, verdicts, standard error.
fn verify(arguments: &[&str], input: &[u8]) -> (Option<i32>, Vec<Value>, String) {
    let mut child = start(arguments);
    let (mut stdin, stdout) = pipes(&mut child);
    let input = input.to_vec();
    let sender = std::thread::spawn(move || stdin.write_all(&input));
    let verdicts = stdout
        .lines()
        .map(|line| serde_json::from_str(&line.expect("UTF-8")).expect("a JSON line"))
        .collect();
    let output = child.wait_with_output().expect("the binary ends");
    // A command that stops early leaves its input unread.
    let _ = sender.join().expect("the sender ends");
    let trouble = String::from_utf8(output.stderr).expect("UTF-8");
    (output.status.code(), verdicts, trouble)
}

/// A claim of the right form, and false; a staked block's number tells items apart.
fn false_claim() -> String {
    json!({ "mine_hash": "00".repeat(32), "nonce": "00".repeat(32), "solution": "00".repeat(1408) })
        .to_string()
}

fn staked_block(number: u64) -> String {
    json!({ "parentHash": "00".repeat(32), "number": number, "sealType": "0x2" }).to_string()
}

/// Slow items and quick ones by turns, so that threads overtake each other.
fn mixed_lines(count: u64) -> String {
    let line = |number| match number % 3 {
        0 => staked_block(number) + "\n",
        _ => {
            json!({ "parentHash": 1, "number": number, "filler": "x".repeat(number as usize % 5 * 900) })
                .to_string()
                + "\n"
        }
    };
    (0..count).map(line).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn assert_in_order(verdicts: &[Value], count: u64) {
    assert_eq!(verdicts.len() as u64, count);
    for (index, verdict) in verdicts.iter().enumerate() {
        assert_eq!(verdict["index"], json!(index));
        let reason = if index % 3 == 0 {
            "not-proof-of-work"
        } else {
            "malformed"
        };
        assert_eq!(verdict["reason"], json!(reason), "item {index}");
        if index % 3 == 0 {
            assert_eq!(verdict["number"], json!(index));
        }
    }
}

#[test]
fn verdicts_come_in_the_order_of_the_items_on_any_number_of_threads() {
    let text = mixed_lines(3_000);
    for threads in ["1", "2", "7"] {
        let (code, verdicts, summary) = verify(&["--threads", threads, "-"], text.as_bytes());
        assert_eq!(code, Some(1));
        assert_in_order(&verdicts, 3_000);
        assert!(summary.starts_with("3000 items in "), "{summary}");
        assert!(summary.contains(&format!("(threads: {threads})")), "{summary}");
    }
}

#[test]
fn every_way_to_lay_out_items_is_read_alike() {
    let items: Vec<String> = mixed_lines(200).lines().map(str::to_owned).collect();
    let pretty = items.iter().map(|item| {
        let item: Value = serde_json::from_str(item).expect("it was made of JSON");
        format!("{item:#}\n")
    });
    let layouts = [
        ("lines", items.join("\n")),
        ("lines that end as on Windows", items.join("\r\n")),
        ("lines with gaps", items.join("\n\n  \n")),
        ("one long line", items.join(" ")),
        ("an array", format!("[{}]", items.join(","))),
        ("values over several lines", pretty.collect()),
        (
            "lines, then an array",
            format!("{}\n[{}]", items[..100].join("\n"), items[100..].join(",\n")),
        ),
        (
            "a first line longer than any block",
            items[0].replacen('{', &format!("{{\"filler\":\"{}\",", "x".repeat(3 << 20)), 1)
                + "\n"
                + &items[1..].join("\n"),
        ),
    ];
    for (name, text) in layouts {
        let (code, verdicts, trouble) = verify(&["-"], text.as_bytes());
        assert_eq!(code, Some(1), "{name}: {trouble}");
        assert_in_order(&verdicts, 200);
    }
}

#[test]
fn gzip_is_told_by_its_first_bytes() {
    let text = mixed_lines(300);
    let (first, second) = text.split_at(text.find("\n").expect("lines") + 1);
    let members = [gzip(first), gzip(second)].concat();
    let (code, verdicts, _) = verify(&["-"], &members);
    assert_eq!(code, Some(1));
    assert_in_order(&verdicts, 300);

    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("blocks-without-an-ending");
    std::fs::write(&path, gzip(&text)).expect("the file is written");
    let (code, verdicts, _) = verify(&[path.to_str().expect("UTF-8")], b"");
    assert_eq!(code, Some(1));
    assert_in_order(&verdicts, 300);
}

#[test]
fn what_came_before_unreadable_input_is_answered() {
    let text = mixed_lines(40);
    // The checksum at the end is eight bytes long.
    let mut cut = gzip(&text);
    cut.truncate(cut.len() - 4);
    let table: [(&str, Vec<u8>, &str, usize); 4] = [
        (
            "a line that is no JSON",
            format!("{text}{{\"a\": }}\n{text}").into_bytes(),
            "-: wanted a value at line 41 column 7",
            0,
        ),
        (
            "an array that is no JSON",
            format!("{text}[1,\n2,]\n").into_bytes(),
            "-: wanted a value at line 42 column 3",
            2,
        ),
        (
            "bytes that are no text",
            [text.as_bytes(), b"{\"a\": \"\xff\"}\n"].concat(),
            "-: bytes that are not UTF-8 at line 41 column 8",
            0,
        ),
        ("gzip that breaks off", cut, "-: ", 0),
    ];
    for (name, input, trouble, more) in table {
        let (code, verdicts, said) = verify(&["-"], &input);
        assert_eq!(code, Some(2), "{name}: {said}");
        assert!(
            said.starts_with(&format!("aion-pow verify: {trouble}")),
            "{name}: {said}"
        );
        assert_in_order(&verdicts[..40], 40);
        assert_eq!(verdicts.len(), 40 + more, "{name}");
    }
}

/// Bytes of the most memory that a process had, where the system says so (Linux).
fn peak_resident_bytes(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes << 10)
}

#[test]
fn memory_does_not_grow_with_the_input() {
    const LINES: u64 = 60_000;
    const BOUND: u64 = 32 << 20;
    let line = false_claim() + "\n";
    assert!(
        line.len() as u64 * LINES > 5 * BOUND,
        "the input must be far larger than the bound"
    );
    let mut child = start(&["--threads", "2", "-"]);
    let (mut stdin, mut stdout) = pipes(&mut child);
    let sender = std::thread::spawn(move || {
        for _ in 0..LINES {
            stdin.write_all(line.as_bytes()).expect("the command reads on");
        }
        stdin
    });
    let mut answer = String::new();
    for index in 0..LINES {
        answer.clear();
        stdout.read_line(&mut answer).expect("UTF-8");
        assert!(answer.starts_with(&format!("{{\"index\":{index},")), "{answer}");
    }
    // All is judged, and the command waits for more.
    let stdin = sender.join().expect("all is sent");
    match peak_resident_bytes(child.id()) {
        Some(peak) => assert!(peak < BOUND, "{peak} bytes in RAM"),
        None => println!("SKIPPED: this system does not say how much memory a process had"),
    }
    drop(stdin);
    assert_eq!(child.wait().expect("the binary ends").code(), Some(1));
}

#[test]
fn a_reader_that_leaves_ends_the_command_though_more_input_may_come() {
    let mut child = start(&["-"]);
    let (mut stdin, mut stdout) = pipes(&mut child);
    let mut answer = String::new();
    writeln!(stdin, "{}", false_claim()).expect("the command reads");
    stdout.read_line(&mut answer).expect("an answer");
    drop(stdout);
    // The next answer meets a closed pipe; the standard input stays open all the while.
    writeln!(stdin, "{}", false_claim()).expect("the command reads");
    assert_eq!(child.wait().expect("the binary ends").code(), Some(2));
    drop(stdin);
}
