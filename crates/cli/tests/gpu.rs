//! `aion-pow solve --gpu` and `aion-pow bench --gpu`, as a shell sees them, on whatever adapter there is.

use std::process::{Command, Output};

use aion_pow::gpu::blocking;
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

/// Whether there is an adapter; its lack is said.
fn is_there_a_gpu() -> bool {
    let there = !blocking::all_adapters().is_empty();
    if !there {
        println!("SKIPPED: no GPU adapter here; Debian's mesa-vulkan-drivers has one that runs on any CPU");
    }
    there
}

#[test]
fn the_gpu_gives_the_lines_that_the_cpu_gives() {
    if !is_there_a_gpu() {
        return;
    }
    let header = "5a".repeat(32);
    let common = ["solve", "--header", &header, "--first", "1", "--count", "2"];
    let gpu = aion_pow(&[&common[..], &["--gpu"]].concat());
    let said = String::from_utf8_lossy(&gpu.stderr).into_owned();
    assert_eq!(gpu.status.code(), Some(0), "{said}");
    assert!(said.contains(" MiB"), "{said}");
    let (gpu, cpu) = (lines(&gpu), lines(&aion_pow(&common)));
    assert_eq!(gpu.len(), 2);
    for (gpu, cpu) in gpu.iter().zip(&cpu) {
        for field in ["nonce", "solutions", "dropped"] {
            assert_eq!(gpu[field], cpu[field], "{field}");
        }
        assert!(gpu["ms"].as_f64().unwrap() > 0.0);
    }
}

#[test]
fn bench_prints_every_stage_with_its_bytes() {
    if !is_there_a_gpu() {
        return;
    }
    let output = aion_pow(&["bench", "--gpu", "--runs", "1"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report = &lines(&output)[0];
    let bytes = |way: &str| -> u64 {
        let stages = report[way]["stages"].as_array().unwrap();
        assert_eq!(stages.len(), 10);
        stages.iter().map(|stage| stage["bytes"].as_u64().unwrap()).sum()
    };
    let nonce = report["bytesANonce"].as_u64().unwrap();
    assert_eq!(bytes("leavesApart"), nonce);
    // The leaves of two nonces are timed, a little less than all of the second's beside the rounds.
    let leaves = report["leavesFused"]["stages"][0]["bytes"].as_u64().unwrap();
    let rounded_off = nonce + leaves - bytes("leavesFused");
    assert!(rounded_off < 10, "{rounded_off}");
    for way in ["leavesApart", "leavesFused"] {
        assert_eq!(report[way]["dropped"], 0, "{way}");
        for figure in ["nonceMs", "memoryBytes"] {
            assert!(report[way][figure].as_f64().unwrap() > 0.0, "{way}: {figure}");
        }
    }
    assert!(report["copyBytesPerSecond"].as_f64().unwrap() > 0.0);
    // A program on the CPU is not asked what is faster on it.
    assert!(report["software"] != true || report["fusedLeavesChosen"] == false);
}

#[test]
fn workgroups_that_make_no_layout_end_with_code_2_and_the_limit() {
    if !is_there_a_gpu() {
        return;
    }
    let output = aion_pow(&["bench", "--gpu", "--workgroup", "100"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("100") && said.contains("256"), "{said}");
}

#[test]
fn an_adapter_that_is_not_there_ends_with_code_2_and_its_name() {
    for command in [&["solve", "--header", "00", "--first", "0"][..], &["bench"]] {
        let output = aion_pow(&[command, &["--gpu", "--adapter", "no such adapter"]].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains("no GPU adapter is called \"no such adapter\""),
            "{said}"
        );
        assert!(output.stdout.is_empty());
    }
}
