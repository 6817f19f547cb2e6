//! `aion-pow solve` and `aion-pow bench`, as a shell sees them.

use std::process::{Command, Output};

use serde_json::Value;

fn aion_pow(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_aion-pow"))
        .args(arguments)
        .output()
        .unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn header() -> String {
    "5a".repeat(32)
}

fn nonce(number: u8) -> String {
    format!("{number:02x}{}", "00".repeat(31))
}

#[test]
fn a_range_of_nonces_gives_a_line_each_and_the_verifier_accepts_every_solution() {
    let header = header();
    let solved = aion_pow(&["solve", "--header", &header, "--first", "0", "--count", "3"]);
    assert_eq!(solved.status.code(), Some(0));
    let solved = lines(&solved);
    let counts: Vec<_> = solved
        .iter()
        .map(|line| line["solutions"].as_array().unwrap().len())
        .collect();
    assert_eq!(counts, [1, 2, 0]);
    let mut claims = String::new();
    for (number, line) in solved.iter().enumerate() {
        assert_eq!(line["nonce"], nonce(number as u8).as_str());
        assert_eq!(line["dropped"], 0);
        assert!(line["ms"].as_f64().unwrap() > 0.0);
        for solution in line["solutions"].as_array().unwrap() {
            claims += &format!(
                "{{\"mine_hash\":\"{header}\",\"nonce\":{},\"solution\":{solution}}}\n",
                line["nonce"]
            );
        }
    }
    let file = std::env::temp_dir().join(format!("aion-pow-claims-{}.jsonl", std::process::id()));
    std::fs::write(&file, claims).unwrap();
    let verified = aion_pow(&["verify", file.to_str().unwrap()]);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(verified.status.code(), Some(0));
    let verified = lines(&verified);
    assert_eq!(verified.len(), 3);
    assert!(verified.iter().all(|verdict| verdict["ok"] == true));
}

#[test]
fn a_nonce_by_its_bytes_or_by_its_number_is_the_same_nonce_on_any_number_of_threads() {
    let header = format!("0x{}", header());
    let number = aion_pow(&["solve", "--header", &header, "--first", "1", "--threads", "1"]);
    let bytes = aion_pow(&[
        "solve",
        "--header",
        &header,
        "--nonce",
        &nonce(1),
        "--threads",
        "3",
    ]);
    let (number, bytes) = (lines(&number), lines(&bytes));
    assert_eq!(number.len(), 1);
    assert_eq!(number[0]["nonce"], bytes[0]["nonce"]);
    assert_eq!(number[0]["solutions"], bytes[0]["solutions"]);
}

#[test]
fn wrong_arguments_end_with_code_2_and_name_the_value() {
    let (header, short, odd) = (header(), "00".repeat(31), "00".repeat(31) + "0");
    let table: [(&str, &[&str], &str); 11] = [
        ("no header", &["--first", "0"], "--header"),
        ("no nonce", &["--header", &header], "--nonce"),
        (
            "header that is no hex",
            &["--header", "5x", "--first", "0"],
            "no hex",
        ),
        (
            "nonce of 31 bytes",
            &["--header", &header, "--nonce", &short],
            "a nonce has 32 bytes, this has 31",
        ),
        (
            "nonce of odd length",
            &["--header", &header, "--nonce", &odd],
            "no hex",
        ),
        (
            "nonce and range",
            &["--header", &header, "--nonce", &nonce(0), "--first", "0"],
            "cannot be used with",
        ),
        (
            "count beside a nonce",
            &["--header", &header, "--nonce", &nonce(0), "--count", "2"],
            "--nonce",
        ),
        (
            "no threads",
            &["--header", &header, "--first", "0", "--threads", "0"],
            "0 threads: this solver takes 1 to",
        ),
        (
            "threads of a GPU",
            &["--header", &header, "--first", "0", "--gpu", "--threads", "2"],
            "cannot be used with",
        ),
        (
            "an adapter without a GPU",
            &["--header", &header, "--first", "0", "--adapter", "any"],
            "--gpu",
        ),
        (
            "number past 128 bits",
            &[
                "--header",
                &header,
                "--first",
                "340282366920938463463374607431768211456",
            ],
            "--first",
        ),
    ];
    for (name, arguments, expected) in table {
        let output = aion_pow(&[&["solve"], arguments].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{name}: {said}");
        assert!(said.contains(expected), "{name}: {said}");
        assert!(output.stdout.is_empty(), "{name}");
    }
}

#[test]
fn a_range_that_passes_the_last_nonce_says_so_after_the_last_one() {
    let last = u128::MAX.to_string();
    let output = aion_pow(&["solve", "--header", &header(), "--first", &last, "--count", "2"]);
    assert_eq!(output.status.code(), Some(2));
    let lines = lines(&output);
    assert_eq!(lines.len(), 1);
    assert_eq!(
        lines[0]["nonce"],
        format!("{}{}", "ff".repeat(16), "00".repeat(16)).as_str()
    );
    assert!(String::from_utf8_lossy(&output.stderr).contains("2^128 - 1"));
}

#[test]
fn bench_prints_one_object_with_every_figure() {
    let output = aion_pow(&["bench", "--threads", "2", "--runs", "1"]);
    assert_eq!(output.status.code(), Some(0));
    let lines = lines(&output);
    assert_eq!(lines.len(), 1);
    let report = &lines[0];
    assert_eq!((&report["threads"], &report["runs"]), (&2.into(), &1.into()));
    assert_eq!(report["dropped"], 0);
    assert_eq!(report["roundsMs"].as_array().unwrap().len(), 10);
    for figure in ["medianMs", "minMs", "maxMs", "peakMemoryBytes", "yardstickMs"] {
        assert!(report[figure].as_f64().unwrap() > 0.0, "{figure}");
    }
    assert!(report["solutionsPerSecond"].is_number());
}
