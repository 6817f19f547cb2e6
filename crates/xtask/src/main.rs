//! `cargo xtask wasm`: builds the wasm artifacts that the npm packages load.
//!
//! Each artifact is the root package compiled as a `cdylib` with features, flags and a target directory of
//! its own, then given its JavaScript by wasm-bindgen, inspected, and moved into place in one rename.

mod artifact;
mod bindings;
mod compile;
mod inspect;
mod place;
mod stamp;
mod toolchain;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use artifact::Artifact;
use clap::{Parser, Subcommand};
use toolchain::Toolchain;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds the wasm artifacts")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the wasm artifacts, or check them with clippy.
    Wasm {
        /// Only this artifact (all of them otherwise).
        #[arg(long)]
        artifact: Option<String>,
        /// Run clippy with the artifact's flags instead of building.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    let Cli {
        task: Task::Wasm { artifact, check },
    } = Cli::parse();
    match wasm(artifact.as_deref(), check) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn wasm(only: Option<&str>, check: bool) -> Result<()> {
    let root = checkout()?;
    let artifacts = artifact::selected(only)?;
    let toolchain = Toolchain::load(&root)?;
    for artifact in artifacts {
        if check {
            println!("wasm {}: clippy", artifact.name);
            compile::fetch(&root, &toolchain)?;
            compile::clippy(&root, &toolchain, artifact)?;
        } else {
            build(&root, &toolchain, artifact).with_context(|| format!("artifact {}", artifact.name))?;
        }
    }
    Ok(())
}

/// The root of the checkout. Asked of the cargo that runs the task, not of the one that compiled it: several
/// checkouts may share a target directory.
fn checkout() -> Result<PathBuf> {
    let crate_dir = std::env::var_os("CARGO_MANIFEST_DIR").context("run it as `cargo xtask`")?;
    let root = Path::new(&crate_dir).join("../..");
    root.canonicalize()
        .with_context(|| format!("no checkout at {}", root.display()))
}

fn build(root: &Path, toolchain: &Toolchain, artifact: &Artifact) -> Result<()> {
    let inputs = stamp::inputs(root, toolchain, artifact)?;
    let out_dir = root.join(artifact.out_dir);
    if stamp::is_current(root, artifact, &inputs, &out_dir) {
        println!("wasm {}: unchanged", artifact.name);
        return Ok(());
    }
    println!("wasm {}: building with {}", artifact.name, toolchain.version);
    compile::fetch(root, toolchain)?;
    let module = compile::cdylib(root, toolchain, artifact)?;
    let staged = place::staging_dir(root, artifact)?;
    bindings::generate(&module, artifact, &staged)?;
    let wasm = std::fs::read(staged.join(bindings::WASM_FILE))?;
    inspect::inspect(&wasm, artifact, &compile::private_paths(root, toolchain))?;
    place::swap_in(&staged, &out_dir)?;
    stamp::write(root, artifact, &inputs, &out_dir)?;
    println!(
        "wasm {}: {} bytes in {}",
        artifact.name,
        wasm.len(),
        artifact.out_dir
    );
    Ok(())
}
