//! `aion-pow bench` as the script behind `npm run bench` uses it.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// Runs `aion-pow bench` with this standard input.
fn bench(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_aion-pow"))
        .arg("bench")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// Runs `aion-pow bench --verify` on a file with this text.
fn bench_verify(name: &str, text: &str) -> Output {
    let file = std::env::temp_dir().join(format!("aion-bench-{}-{name}.json", std::process::id()));
    std::fs::write(&file, text).unwrap();
    let output = bench(&["--verify", file.to_str().unwrap()], "");
    std::fs::remove_file(&file).unwrap();
    output
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn paced_runs_print_a_line_each_and_then_the_figures() {
    let output = bench(&["--paced", "--threads", "2", "--runs", "2"], "\n\n");
    assert_eq!(output.status.code(), Some(0));
    let lines = lines(&output);
    assert_eq!(lines.len(), 3);
    for line in &lines[..2] {
        assert!(line["ms"].as_f64().unwrap() > 0.0, "{line}");
    }
    for figure in ["firstMs", "digestNs", "yardstickMs"] {
        assert!(lines[2][figure].as_f64().unwrap() > 0.0, "{figure}");
    }
    for (form, ns) in lines[2]["digestForms"].as_object().unwrap() {
        assert!(ns.as_f64().unwrap() > 0.0, "{form}");
    }
    assert!(lines[2]["digestForms"]["one"].is_number());
    let resident = &lines[2]["residentBytes"];
    if cfg!(target_os = "linux") {
        assert!(resident.as_u64() > lines[2]["peakMemoryBytes"].as_u64());
    } else {
        assert!(resident.is_null());
    }
}

#[test]
fn a_pace_that_ends_early_is_an_error() {
    let output = bench(&["--paced", "--threads", "1", "--runs", "2"], "\n");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(lines(&output).len(), 1, "the run before the end");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("the standard input ended before the last run"),
        "{said}"
    );
}

#[test]
fn a_file_without_valid_solutions_is_refused_by_item_and_field() {
    let item = json!({"mine_hash": "00", "nonce": "00", "solution": "00"});
    let without = |field: &str| {
        let mut item = item.clone();
        item.as_object_mut().unwrap().remove(field);
        json!([item]).to_string()
    };
    for (name, text, said) in [
        ("not-json", "[".to_owned(), "is no JSON array"),
        ("no-array", "{}".to_owned(), "is no JSON array"),
        ("empty", "[]".to_owned(), "there is no solution in the file"),
        ("no-mine-hash", without("mine_hash"), "item 0: mine_hash"),
        ("no-nonce", without("nonce"), "item 0: nonce"),
        ("no-solution", without("solution"), "item 0: solution"),
        (
            "no-hex",
            json!([{"mine_hash": "0", "nonce": "", "solution": ""}]).to_string(),
            "item 0: mine_hash is missing or no hex",
        ),
        (
            "invalid",
            json!([item]).to_string(),
            "item 0 is not valid: the solution has 1 bytes",
        ),
    ] {
        let output = bench_verify(name, &text);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(said), "{name}: {error}");
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let output = bench(&["--verify", "no-such-file.json"], "");
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("cannot read no-such-file.json"), "{error}");
}

#[test]
fn the_verifier_is_timed_on_solutions_that_the_solver_found() {
    let solve = Command::new(env!("CARGO_BIN_EXE_aion-pow"))
        .args(["solve", "--header", &"5a".repeat(32), "--first", "1"])
        .output()
        .unwrap();
    let found = &lines(&solve)[0];
    let items: Vec<_> = found["solutions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|solution| json!({"mine_hash": "5a".repeat(32), "nonce": found["nonce"], "solution": solution}))
        .collect();
    assert_eq!(items.len(), 2, "nonce 1 has two solutions");
    let output = bench_verify("found", &json!(items).to_string());
    assert_eq!(output.status.code(), Some(0));
    let figures = &lines(&output)[0];
    assert!(figures["coldMs"].as_f64().unwrap() > 0.0);
    assert!(figures["warmUs"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_batch_is_timed_beside_the_digests_of_its_leaves() {
    let file = std::env::temp_dir().join(format!("aion-bench-{}-batch.jsonl", std::process::id()));
    let claim =
        json!({ "mine_hash": "00".repeat(32), "nonce": "00".repeat(32), "solution": "00".repeat(1408) });
    std::fs::write(&file, format!("{claim}\n").repeat(50)).unwrap();
    let output = bench(&["--threads", "1", "--batch", file.to_str().unwrap()], "");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(output.status.code(), Some(0));
    let figures = &lines(&output)[0];
    assert_eq!((&figures["items"], &figures["threads"]), (&json!(50), &json!(1)));
    for figure in ["perSecond", "microseconds", "floorMicroseconds"] {
        assert!(figures[figure].as_f64().unwrap() > 0.0, "{figure}");
    }
    let missing = bench(&["--batch", "no such file"], "");
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).starts_with("aion-pow bench: no such file: "));
}
