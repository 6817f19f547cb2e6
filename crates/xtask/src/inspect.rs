//! What must hold of a finished module; an artifact that breaks a rule is not put into place.

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use wasmparser::{MemoryType, Parser, Payload, TypeRef};

use crate::artifact::{Artifact, MAX_SHARED_MEMORY_BYTES, PAGE_BYTES};

/// The module that wasm-bindgen's JavaScript provides.
const BINDGEN_MODULE: &str = "./aion_pow_bg.js";

/// Names of the solver's surface, as exports and in messages.
const SOLVER_NAMES: &[&str] = &["minercore", "MinerCore", "initThreadPool", "wbg_rayon"];

#[derive(Default)]
struct Facts {
    imported_memory: Option<MemoryType>,
    own_memory: Option<MemoryType>,
    import_modules: Vec<String>,
    exports: Vec<String>,
}

/// Checks imports, exports, memory and strings of a module after wasm-bindgen.
pub fn inspect(wasm: &[u8], artifact: &Artifact, private_paths: &[PathBuf]) -> Result<()> {
    let facts = facts(wasm).context("the module cannot be read")?;
    if let Some(module) = facts
        .import_modules
        .iter()
        .find(|module| *module != BINDGEN_MODULE)
    {
        bail!("it imports from {module:?}, which no page provides");
    }
    memory(&facts, artifact)?;
    for name in artifact.exports {
        ensure!(
            facts.exports.iter().any(|export| export == name),
            "it does not export {name}"
        );
    }
    if !artifact.solver {
        for name in SOLVER_NAMES {
            ensure!(
                !facts.exports.iter().any(|export| export.contains(name)),
                "it exports the solver's {name}"
            );
            ensure!(!contains(wasm, name.as_bytes()), "it names the solver's {name}");
        }
    }
    for path in private_paths {
        let path = path.to_string_lossy();
        ensure!(
            !contains(wasm, path.as_bytes()),
            "it names {path}, a folder of this machine"
        );
    }
    Ok(())
}

fn memory(facts: &Facts, artifact: &Artifact) -> Result<()> {
    if !artifact.threads {
        ensure!(
            facts.imported_memory.is_none(),
            "it imports a memory though it has no threads"
        );
        let own = facts.own_memory.context("it has no memory")?;
        ensure!(!own.shared, "its memory is shared though it has no threads");
        return Ok(());
    }
    let memory = facts
        .imported_memory
        .context("it imports no memory, so threads have none to share")?;
    ensure!(memory.shared, "its memory is not shared");
    let pages = MAX_SHARED_MEMORY_BYTES / PAGE_BYTES;
    ensure!(
        memory.maximum == Some(pages),
        "its memory may have {:?} pages at most, instead of {pages}",
        memory.maximum
    );
    Ok(())
}

fn facts(wasm: &[u8]) -> Result<Facts> {
    let mut facts = Facts::default();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    facts.import_modules.push(import.module.to_owned());
                    if let TypeRef::Memory(memory) = import.ty {
                        facts.imported_memory = Some(memory);
                    }
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    facts.own_memory = Some(memory?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    facts.exports.push(export?.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(facts)
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    !text.is_empty() && bytes.windows(text.len()).any(|window| window == text)
}
