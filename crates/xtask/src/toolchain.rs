//! The Rust toolchain that can build the standard library for wasm, as the bootstrap found it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// What `scripts/bootstrap.mjs` wrote down.
#[derive(Deserialize)]
pub struct Toolchain {
    /// First line of `rustc -V`.
    pub version: String,
    /// Its programs are in `bin` under this folder, the sources of std in `lib/rustlib/src/rust/library`.
    pub sysroot: PathBuf,
    /// A stable compiler, which takes unstable options only with `RUSTC_BOOTSTRAP=1`.
    pub bootstrap: bool,
    /// The wasm linker where the toolchain brings none of its own.
    pub linker: Option<String>,
}

/// Settings of the machine that the inner cargo keeps; everything else that an outer cargo or rustup has set
/// would steer it back to their own toolchain, flags and target directory.
const KEPT: &[&str] = &[
    "CARGO_HOME",
    "CARGO_BUILD_JOBS",
    "CARGO_HTTP_",
    "CARGO_NET_",
    "CARGO_TERM_",
    "CARGO_SOURCE_",
];

fn is_cleared(variable: &str) -> bool {
    let steers = ["CARGO", "RUST", "LD_LIBRARY_PATH"]
        .iter()
        .any(|prefix| variable.starts_with(prefix));
    steers && !KEPT.iter().any(|prefix| variable.starts_with(prefix))
}

impl Toolchain {
    /// Runs the bootstrap, which is quick where nothing changed, and reads its choice.
    pub fn load(root: &Path) -> Result<Toolchain> {
        let script = root.join("scripts/bootstrap.mjs");
        let status = Command::new("node")
            .arg(&script)
            .status()
            .context("cannot run node: the wasm toolchain is found by a script for Node 20 or newer")?;
        if !status.success() {
            bail!("no toolchain for the wasm artifacts, see above");
        }
        let choice = root.join(".build/toolchain.json");
        let text = std::fs::read_to_string(&choice)
            .with_context(|| format!("the bootstrap left no {}", choice.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is not readable", choice.display()))
    }

    /// Whether it has the panic strategy that aborts without a message, which came with Rust 1.91.
    pub fn can_abort_at_once(&self) -> bool {
        let release = self.version.split(' ').nth(1).unwrap_or_default();
        let mut parts = release.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
        (parts.next(), parts.next()) >= (Some(1), Some(91))
    }

    /// Folder of rustc, cargo and clippy.
    pub fn bin(&self) -> PathBuf {
        self.sysroot.join("bin")
    }

    /// This toolchain's cargo, free of what the cargo that started this program has put into its environment.
    pub fn cargo(&self) -> Result<Command> {
        let mut command = Command::new(self.bin().join("cargo"));
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(is_cleared) {
                command.env_remove(name);
            }
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(self.bin()).chain(std::env::split_paths(&path));
        command.env(
            "PATH",
            std::env::join_paths(path).context("PATH cannot be extended")?,
        );
        if self.bootstrap {
            command.env("RUSTC_BOOTSTRAP", "1");
        }
        if let Some(linker) = &self.linker {
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        Ok(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_newer_compilers_are_asked_to_abort_without_a_message() {
        let table = [
            ("rustc 1.89.0 (29483883e 2025-08-04)", false),
            ("rustc 1.91.0 (f8297e351 2025-10-28)", true),
            ("rustc 1.97.0-nightly (abc 2026-05-20)", true),
            ("rustc 2.0.0", true),
            ("rustc", false),
        ];
        for (version, expected) in table {
            let toolchain = Toolchain {
                version: version.into(),
                sysroot: PathBuf::new(),
                bootstrap: false,
                linker: None,
            };
            assert_eq!(toolchain.can_abort_at_once(), expected, "{version}");
        }
    }

    #[test]
    fn what_an_outer_cargo_sets_is_cleared_and_what_a_machine_sets_is_kept() {
        for name in [
            "CARGO",
            "CARGO_MANIFEST_DIR",
            "CARGO_TARGET_DIR",
            "RUSTFLAGS",
            "RUSTUP_TOOLCHAIN",
        ] {
            assert!(is_cleared(name), "{name}");
        }
        for name in [
            "CARGO_HOME",
            "CARGO_HTTP_CAINFO",
            "CARGO_NET_OFFLINE",
            "PATH",
            "HOME",
        ] {
            assert!(!is_cleared(name), "{name}");
        }
    }
}
