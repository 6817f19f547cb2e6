//! Runs the inner cargo for one artifact.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::artifact::Artifact;
use crate::toolchain::Toolchain;

/// The target of every artifact.
const TARGET: &str = "wasm32-unknown-unknown";

/// Downloads and unpacks what the lock file names, so that the folders to remap are all there.
pub fn fetch(root: &Path, toolchain: &Toolchain) -> Result<()> {
    let mut cargo = toolchain.cargo()?;
    cargo.current_dir(root).args(["fetch", "--locked", "--quiet"]);
    run(cargo)
}

/// Compiles the root package as the artifact and returns the module that wasm-bindgen is to read.
pub fn cdylib(root: &Path, toolchain: &Toolchain, artifact: &Artifact) -> Result<PathBuf> {
    let mut cargo = command(root, toolchain, artifact, "rustc")?;
    // The library stays a plain lib: with cdylib among its crate types, cargo gives up LTO without a word.
    cargo.args(["--crate-type", "cdylib"]);
    run(cargo)?;
    let module = target_dir(root, artifact).join(TARGET).join("wasm/aion_pow.wasm");
    if !module.is_file() {
        bail!("cargo succeeded without writing {}", module.display());
    }
    Ok(module)
}

/// Runs clippy as the artifact is compiled; a warning is an error.
pub fn clippy(root: &Path, toolchain: &Toolchain, artifact: &Artifact) -> Result<()> {
    let mut cargo = command(root, toolchain, artifact, "clippy")?;
    cargo.args(["--", "-D", "warnings"]);
    run(cargo)
}

/// Folders of this machine that no artifact may name.
pub fn private_paths(root: &Path, toolchain: &Toolchain) -> Vec<PathBuf> {
    let mut paths = vec![
        root.to_path_buf(),
        cargo_home(),
        toolchain.sysroot.join("lib/rustlib/src"),
    ];
    paths.extend(
        env::var_os("HOME")
            .map(PathBuf::from)
            .filter(|home| home.components().count() > 1),
    );
    paths
}

fn command(root: &Path, toolchain: &Toolchain, artifact: &Artifact, subcommand: &str) -> Result<Command> {
    let mut flags = codegen_flags(artifact);
    flags.extend(remap_flags(root, toolchain));
    let mut cargo = toolchain.cargo()?;
    cargo
        .current_dir(root)
        .arg(subcommand)
        .args(["--package", "aion-pow", "--lib", "--locked", "--profile", "wasm"])
        .args(["--no-default-features", "--features", artifact.features])
        .args(["--target", TARGET, "-Z", "build-std=std,panic_abort"])
        .arg("--target-dir")
        .arg(target_dir(root, artifact))
        .env("CARGO_PROFILE_WASM_OPT_LEVEL", artifact.opt_level)
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    if artifact.is_small && toolchain.can_abort_at_once() {
        // A panic's message is shown nowhere; without it the code that would write it is gone too.
        cargo
            .args(["-Z", "panic-immediate-abort"])
            .args(["-Z", "build-std-features=optimize_for_size"])
            .env("CARGO_PROFILE_WASM_PANIC", "immediate-abort");
    }
    Ok(cargo)
}

/// The artifact's own flags, each one argument of rustc.
pub fn codegen_flags(artifact: &Artifact) -> Vec<String> {
    let mut flags = Vec::new();
    if !artifact.target_features.is_empty() {
        flags.push(format!("-Ctarget-feature={}", artifact.target_features));
    }
    flags.extend(artifact.codegen.iter().map(|option| format!("-C{option}")));
    flags.extend(
        artifact
            .link_args
            .iter()
            .map(|option| format!("-Clink-arg={option}")),
    );
    flags
}

/// Flags that take this machine's folders out of the artifact.
fn remap_flags(root: &Path, toolchain: &Toolchain) -> Vec<String> {
    let mut flags = Vec::new();
    // Panic messages carry source paths: without this builds would differ from machine to machine and name
    // home folders. rustc takes the last prefix that matches, so the narrower ones come later.
    let mut remap = |from: &Path, to: &str| {
        flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    };
    remap(&cargo_home(), "cargo");
    remap(root, "aion-pow");
    remap(&toolchain.sysroot.join("lib/rustlib/src/rust"), "rust");
    for registry in registries() {
        remap(&registry, "crates");
    }
    flags
}

fn target_dir(root: &Path, artifact: &Artifact) -> PathBuf {
    root.join("target/wasm").join(artifact.name)
}

fn cargo_home() -> PathBuf {
    let home = || PathBuf::from(env::var_os("HOME").unwrap_or_default());
    env::var_os("CARGO_HOME").map_or_else(|| home().join(".cargo"), PathBuf::from)
}

/// The unpacked registries: the folder's name holds a hash of the registry's address, a mirror's differs.
fn registries() -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(cargo_home().join("registry/src")) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    found.sort();
    found
}

fn run(mut command: Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .with_context(|| format!("cannot run {program}"))?;
    if !status.success() {
        bail!("{program} failed ({status})");
    }
    Ok(())
}
