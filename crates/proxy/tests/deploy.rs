//! The examples in `deploy/` fit the program.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use stratum_proxy::{Config, Limits};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

#[test]
fn the_settings_are_taken() {
    let config = Config::read(&folder().join("stratum-proxy.toml")).unwrap();
    assert_eq!(config.pools.len(), 2);
}

#[test]
fn unit_and_image_start_the_program_with_options_that_it_has() {
    let unit = read("stratum-proxy.service");
    let unit = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="))
        .unwrap();
    let unit: Vec<String> = unit.split(' ').skip(1).map(str::to_owned).collect();
    let image = read("Dockerfile");
    let image = image.lines().find_map(|line| line.strip_prefix("CMD ")).unwrap();
    let image: Vec<String> = serde_json::from_str(image).unwrap();
    for arguments in [unit, image] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_stratum-proxy"));
        // Options are read up to this one.
        let output = program.args(&arguments).arg("--help").output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }
}

#[test]
fn servers_in_front_wait_longer_than_the_pings_are_apart() {
    let seconds = |file: &str, key: &str| {
        let text = read(file);
        let value = text
            .lines()
            .find_map(|line| line.trim().strip_prefix(key))
            .unwrap();
        let digits = value.trim().trim_end_matches([';', 's']);
        Duration::from_secs(digits.parse().unwrap())
    };
    let ping = Limits::default().ping;
    assert!(seconds("nginx.conf", "proxy_read_timeout") > 2 * ping);
    assert!(seconds("nginx.conf", "proxy_send_timeout") > 2 * ping);
    assert!(seconds("haproxy.cfg", "timeout tunnel") > 2 * ping);
}

#[test]
fn the_unit_leaves_time_for_a_drain_and_descriptors_for_every_session() {
    let unit = read("stratum-proxy.service");
    let number = |key: &str| -> u64 {
        let value = unit.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        value.parse().unwrap()
    };
    let limits = Limits::default();
    assert!(Duration::from_secs(number("TimeoutStopSec=")) > limits.drain + Duration::from_secs(2));
    assert!(number("LimitNOFILE=") > (2 * limits.sessions + limits.connections) as u64);
}
