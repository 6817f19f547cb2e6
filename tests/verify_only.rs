//! A build without default features is the verifier alone.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The library's own source files in such a build, by the compiler's own account.
fn sources_without_default_features() -> Vec<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("verify-only");
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--offline",
            "--package",
            "aion-pow",
            "--lib",
            "--no-default-features",
            "--target-dir",
        ])
        .arg(&target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let account =
        std::fs::read_to_string(target.join("debug/libaion_pow.d")).expect("cargo lists the sources");
    let (_, sources) = account.split_once(": ").expect("a rule of make");
    sources.split_whitespace().map(PathBuf::from).collect()
}

#[test]
fn it_builds_and_holds_no_solver() {
    let sources = sources_without_default_features();
    assert!(
        sources.iter().any(|path| path.ends_with("src/verify.rs")),
        "{sources:?}"
    );
    for miner in ["src/solver", "src/gpu", "src/wasm"] {
        let within = Path::new(env!("CARGO_MANIFEST_DIR")).join(miner);
        assert!(
            !sources.iter().any(|path| path.starts_with(&within)),
            "{miner} is in {sources:?}"
        );
    }
}
