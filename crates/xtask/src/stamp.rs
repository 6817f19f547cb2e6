//! Says whether an artifact is what its inputs would give, so that a second build costs nothing.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};

use crate::artifact::Artifact;
use crate::compile::codegen_flags;
use crate::toolchain::Toolchain;

type Hash = Blake2b<U32>;

/// Hash of all that decides an artifact's bytes: sources, manifests, this program, toolchain and flags.
pub fn inputs(root: &Path, toolchain: &Toolchain, artifact: &Artifact) -> Result<String> {
    let mut hash = Hash::new();
    for path in ["src", "shaders", "Cargo.toml", "Cargo.lock", "crates/xtask"] {
        add(&mut hash, &root.join(path))?;
    }
    for text in [&toolchain.version, &codegen_flags(artifact).join("\n")] {
        add_text(&mut hash, text.as_bytes());
    }
    for text in [artifact.features, artifact.opt_level, artifact.out_dir] {
        add_text(&mut hash, text.as_bytes());
    }
    Ok(hex::encode(hash.finalize()))
}

/// Whether the last build had these inputs and its output is still what it was.
pub fn is_current(root: &Path, artifact: &Artifact, inputs: &str, out_dir: &Path) -> bool {
    let stamped = fs::read_to_string(stamp_path(root, artifact));
    stamped.is_ok_and(|text| stamp_text(inputs, out_dir).is_ok_and(|now| now == text))
}

/// Records a finished build.
pub fn write(root: &Path, artifact: &Artifact, inputs: &str, out_dir: &Path) -> Result<()> {
    let path = stamp_path(root, artifact);
    fs::write(&path, stamp_text(inputs, out_dir)?).with_context(|| format!("cannot write {}", path.display()))
}

fn stamp_path(root: &Path, artifact: &Artifact) -> PathBuf {
    root.join("target/wasm").join(format!("{}.stamp", artifact.name))
}

fn stamp_text(inputs: &str, out_dir: &Path) -> Result<String> {
    let mut hash = Hash::new();
    add(&mut hash, out_dir)?;
    Ok(format!(
        "inputs {inputs}\noutputs {}\n",
        hex::encode(hash.finalize())
    ))
}

fn add(hash: &mut Hash, path: &Path) -> Result<()> {
    let reading = || format!("cannot read {}", path.display());
    let name = path.file_name().context("a path without a name")?;
    add_text(hash, name.as_encoded_bytes());
    if !path.is_dir() {
        add_text(hash, &fs::read(path).with_context(reading)?);
        return Ok(());
    }
    let entries = fs::read_dir(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(reading)?;
    let mut paths: Vec<_> = entries.iter().map(fs::DirEntry::path).collect();
    paths.sort();
    add_text(hash, &paths.len().to_le_bytes());
    paths.iter().try_for_each(|path| add(hash, path))
}

/// The length goes first, so that no two lists of texts look alike.
fn add_text(hash: &mut Hash, text: &[u8]) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash_of(dir: &Path) -> String {
        let mut hash = Hash::new();
        add(&mut hash, dir).expect("the folder is readable");
        hex::encode(hash.finalize())
    }

    #[test]
    fn a_folder_hashes_by_names_and_contents_of_its_files() {
        let dir = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        fs::create_dir_all(dir.join("inner")).expect("a temporary folder");
        fs::write(dir.join("inner/a"), "1").expect("a file");
        let first = hash_of(&dir);
        assert_eq!(hash_of(&dir), first);
        fs::write(dir.join("inner/a"), "2").expect("a file");
        let changed = hash_of(&dir);
        assert_ne!(changed, first);
        fs::rename(dir.join("inner/a"), dir.join("inner/b")).expect("a rename");
        assert_ne!(hash_of(&dir), changed);
        fs::remove_dir_all(&dir).expect("the folder goes away again");
    }
}
