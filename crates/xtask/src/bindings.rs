//! Gives a compiled module its JavaScript, by wasm-bindgen, and a threaded one our own way to start threads.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::artifact::Artifact;

/// Name of the files of every artifact: `aion_pow.js`, `aion_pow.d.ts`, `aion_pow_bg.wasm`.
const STEM: &str = "aion_pow";
const JS_FILE: &str = "aion_pow.js";

/// The module after wasm-bindgen.
pub const WASM_FILE: &str = "aion_pow_bg.wasm";

/// Our scripts, in a folder of their own beside `aion_pow.js`. They take the place of the script that
/// wasm-bindgen-rayon brings, which finds its parent in a way that only some bundlers and no plain server
/// understand, and never hears of a thread that failed to start.
const THREAD_SCRIPTS: &[(&str, &str)] = &[
    ("start-threads.js", include_str!("threads/start-threads.js")),
    ("thread-worker.js", include_str!("threads/thread-worker.js")),
];

/// Writes the artifact's files to `dir`.
pub fn generate(module: &Path, artifact: &Artifact, dir: &Path) -> Result<()> {
    let mut output = Bindgen::new()
        .input_path(module)
        .out_name(STEM)
        .web(true)?
        // Without it `init()` asks every caller for the address of the module, and no bundler sees that it is needed.
        // What is bundled into another file does not lie beside the module any more, and says itself where that is.
        .omit_default_module_path(artifact.is_bundled)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .context("wasm-bindgen failed")?;
    output
        .emit(dir)
        .context("wasm-bindgen could not write its output")?;
    let js = if artifact.threads {
        with_our_threads(output.js())?
    } else {
        output.js().to_owned()
    };
    if js.contains("./snippets/") {
        bail!("{JS_FILE} imports a script that this build does not know");
    }
    write(&dir.join(JS_FILE), &js)?;
    if artifact.threads {
        fs::remove_dir_all(dir.join("snippets")).context("cannot remove the scripts that ours replace")?;
        fs::create_dir(dir.join("threads")).context("cannot make the folder of the thread scripts")?;
        for (name, text) in THREAD_SCRIPTS {
            write(&dir.join("threads").join(name), text)?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Points the import of `startWorkers` at our script.
fn with_our_threads(js: &str) -> Result<String> {
    let (start, end) = snippet_path(js).context("no import of wasm-bindgen-rayon's script to replace")?;
    let ours = format!("{}./threads/{}{}", &js[..start], THREAD_SCRIPTS[0].0, &js[end..]);
    Ok(ours)
}

/// Where the path of the script stands in `js`, between its quotes.
fn snippet_path(js: &str) -> Option<(usize, usize)> {
    const PREFIX: &str = "./snippets/wasm-bindgen-rayon-";
    let start = js.find(PREFIX)?;
    let quote = js[..start].chars().next_back()?;
    let line_start = js[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let imports = js[line_start..start].contains("startWorkers");
    let end = start + js[start..].find(quote)?;
    imports.then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_import_of_the_thread_script_becomes_ours() {
        let js = "/* */\nimport { startWorkers } from './snippets/wasm-bindgen-rayon-0f/src/w.js';\nlet a;\n";
        let ours = with_our_threads(js).expect("the import is there");
        assert_eq!(
            ours,
            "/* */\nimport { startWorkers } from './threads/start-threads.js';\nlet a;\n"
        );
    }

    #[test]
    fn output_without_that_import_is_an_error() {
        for js in [
            "",
            "let a = 1;",
            "import { other } from './snippets/wasm-bindgen-rayon-0f/src/w.js';",
        ] {
            assert!(with_our_threads(js).is_err(), "{js:?}");
        }
    }
}
