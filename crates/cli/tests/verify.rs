//! `aion-pow verify` as a script meets it: the real binary, its lines, its exit code.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

#[path = "../../../tests/vectors/mod.rs"]
mod vectors;

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aion-pow"));
    command
        .arg("verify")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// What a run left behind.
struct Outcome {
    code: Option<i32>,
    lines: Vec<Value>,
    trouble: String,
}

/// Runs the command on these files, with this text on its standard input.
fn verify(files: &[PathBuf], input: &str) -> Outcome {
    let mut child = command().args(files).spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A child that does not read its input may be gone before it is written.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the binary ends");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    Outcome {
        code: output.status.code(),
        lines: text
            .lines()
            .map(|line| serde_json::from_str(line).expect("a JSON line"))
            .collect(),
        trouble: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

fn verify_stdin(input: &str) -> Outcome {
    verify(&["-".into()], input)
}

/// A file of this test run with this text.
fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("the file is written");
    path
}

/// A claim of the right form, and false.
fn false_claim() -> Value {
    json!({ "mine_hash": "00".repeat(32), "nonce": "00".repeat(32), "solution": "00".repeat(1408) })
}

fn staked_block() -> Value {
    json!({ "parentHash": "00".repeat(32), "number": 4_721_902, "sealType": "0x2" })
}

#[test]
fn real_blocks_pass_with_exit_code_0() {
    let Some(blocks) = vectors::read("blocks.json") else {
        return;
    };
    let outcome = verify(&[file("blocks.json", &blocks.to_string())], "");
    assert_eq!((outcome.code, outcome.lines.len()), (Some(0), 50));
    let (items, rest) = outcome.trouble.split_once(" items in ").expect("a summary");
    assert_eq!(items, "50");
    assert!(rest.contains(" a second") && rest.ends_with(")\n"), "{rest}");
    for (index, (line, block)) in outcome.lines.iter().zip(blocks.as_array().unwrap()).enumerate() {
        for (key, expected) in [
            ("index", &json!(index)),
            ("number", &block["header"]["number"]),
            ("ok", &json!(true)),
            ("mineHash", &block["mine_hash"]),
            ("blockHash", &block["block_hash"]),
            ("boundary", &block["target"]),
            ("equihash", &json!(true)),
            ("target", &json!(true)),
        ] {
            assert_eq!(line[key], *expected, "{key} of block {index}");
        }
        let checks = line["checks"].as_array().expect("the steps");
        assert_eq!(checks.len(), 15, "{checks:?}");
        assert!(line.get("indices").is_none() && line.get("timings").is_none());
        assert!(line["powHash"].as_str().unwrap() < block["target"].as_str().unwrap());
    }
}

#[test]
fn one_real_block_changed_fails_with_exit_code_1_and_its_neighbours_pass() {
    let Some(blocks) = vectors::read("rpc-shapes.json") else {
        return;
    };
    let shape = "rust_eth_getBlockByNumber";
    let mut changed = blocks[1][shape].clone();
    changed["nonce"] = json!("0x".to_string() + &"11".repeat(32));
    let envelope = json!({ "jsonrpc": "2.0", "id": 1, "result": blocks[2][shape] });
    let outcome = verify_stdin(&format!(
        "{}\n{changed}\n{envelope}\n{}\n",
        blocks[0][shape],
        staked_block()
    ));
    assert_eq!(outcome.code, Some(1));
    let oks: Vec<&Value> = outcome.lines.iter().map(|line| &line["ok"]).collect();
    assert_eq!(oks, [&json!(true), &json!(false), &json!(true), &Value::Null]);
    assert_eq!(
        (&outcome.lines[1]["reason"], &outcome.lines[1]["level"]),
        (&json!("digit-not-zero"), &json!(1))
    );
}

#[test]
fn what_cannot_be_judged_has_not_failed() {
    let outcome = verify_stdin(&format!("[{}, null]", staked_block()));
    assert_eq!((outcome.code, outcome.lines.len()), (Some(0), 2));
    let [staked, unknown] = &outcome.lines[..] else {
        panic!("two lines")
    };
    assert_eq!(
        (&staked["number"], &staked["ok"], &staked["reason"]),
        (&json!(4_721_902), &Value::Null, &json!("not-proof-of-work"))
    );
    assert_eq!(staked["notChecked"][0]["name"], json!("stake-half"));
    assert_eq!(
        *unknown,
        json!({ "index": 1, "ok": null, "reason": "unknown-block" })
    );
}

#[test]
fn an_empty_array_holds_nothing_that_failed() {
    let outcome = verify_stdin("[]");
    assert_eq!((outcome.code, outcome.lines.len()), (Some(0), 0));
}

#[test]
fn a_malformed_item_is_a_failure_and_not_the_end() {
    let outcome = verify_stdin(&format!("[{{\"parentHash\": 1}}, {}]", false_claim()));
    let reasons: Vec<&Value> = outcome.lines.iter().map(|line| &line["reason"]).collect();
    assert_eq!(
        (outcome.code, reasons),
        (Some(1), vec![&json!("malformed"), &json!("duplicate-index")])
    );
    assert_eq!(
        outcome.lines[0]["detail"],
        json!("number is missing; wanted an integer of at most 64 bits")
    );
}

#[test]
fn items_are_counted_over_all_files() {
    let first = file("two-items.json", &format!("[{0},{0}]", false_claim()));
    let outcome = verify(&[first, "-".into()], &false_claim().to_string());
    let indices: Vec<&Value> = outcome.lines.iter().map(|line| &line["index"]).collect();
    assert_eq!(
        (outcome.code, indices),
        (Some(1), vec![&json!(0), &json!(1), &json!(2)])
    );
}

#[test]
fn unreadable_input_ends_with_exit_code_2_and_says_where() {
    let broken = file("broken.json", "{\"parentHash\": 1}\n{\"parentHash\": }\n");
    let name = broken.display().to_string();
    let missing = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("missing.json");
    let table = [
        (
            "broken text",
            verify(&[broken], ""),
            1,
            format!("{name}: wanted a value at line 2 column 16"),
        ),
        (
            "no text",
            verify_stdin(""),
            0,
            "-: the input is empty; wanted JSON".into(),
        ),
        (
            "text cut off",
            verify_stdin("[{}"),
            1,
            "-: the text ends inside a value at line 1 column 4".into(),
        ),
        (
            "no such file",
            verify(std::slice::from_ref(&missing), ""),
            0,
            format!("{}: ", missing.display()),
        ),
    ];
    for (name, outcome, lines, trouble) in table {
        assert_eq!(
            (outcome.code, outcome.lines.len()),
            (Some(2), lines),
            "{name}: {}",
            outcome.trouble
        );
        assert!(
            outcome
                .trouble
                .starts_with(&format!("aion-pow verify: {trouble}")),
            "{name}: {}",
            outcome.trouble
        );
    }
}

#[test]
fn a_command_line_without_a_file_is_exit_code_2() {
    let outcome = verify(&[], "");
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.trouble.contains("<FILE>..."), "{}", outcome.trouble);
}

#[test]
fn each_line_is_answered_before_the_next_is_sent() {
    let mut child = command().arg("-").spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut answers = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    for index in 0..3 {
        writeln!(stdin, "{}", false_claim()).expect("the command reads on");
        let line = answers.next().expect("an answer").expect("UTF-8");
        assert_eq!(
            serde_json::from_str::<Value>(&line).expect("a JSON line")["index"],
            json!(index)
        );
    }
    drop(stdin);
    assert!(answers.next().is_none());
    assert_eq!(child.wait().expect("the binary ends").code(), Some(1));
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_command_quietly() {
    let text = format!("{}\n", false_claim()).repeat(2000);
    let path = file("many.json", &text);
    let mut child = command().arg(&path).spawn().expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(2), b"".as_slice())
    );
}
