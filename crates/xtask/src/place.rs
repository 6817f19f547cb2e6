//! Puts a finished artifact where its npm package looks for it, all of it or nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::artifact::Artifact;

/// An empty folder to build in, on the file system of the checkout so that it can be renamed into place.
pub fn staging_dir(root: &Path, artifact: &Artifact) -> Result<PathBuf> {
    let dir = root.join("target/wasm").join(format!("{}.staged", artifact.name));
    remove(&dir)?;
    fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(dir)
}

/// Replaces `out_dir` by `staged`.
pub fn swap_in(staged: &Path, out_dir: &Path) -> Result<()> {
    let parent = out_dir.parent().context("the output folder has no parent")?;
    fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    remove(out_dir)?;
    fs::rename(staged, out_dir)
        .with_context(|| format!("cannot move {} to {}", staged.display(), out_dir.display()))
}

fn remove(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot clear {}", dir.display()))
        }
        _ => Ok(()),
    }
}
