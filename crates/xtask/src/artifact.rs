//! The table of artifacts: what each is made of.

use anyhow::{Result, bail};

/// Most linear memory a threaded instance may ever have. A shared memory must state its maximum when it is
/// made, and a browser may reserve all of it at once, so it is no larger than the solver needs.
pub const MAX_SHARED_MEMORY_BYTES: u64 = 512 << 20;

/// Size of a wasm page.
pub const PAGE_BYTES: u64 = 64 << 10;

/// One wasm artifact and everything that decides its bytes.
pub struct Artifact {
    /// Name on the command line, and of its target directory.
    pub name: &'static str,
    /// Features of the root package.
    pub features: &'static str,
    /// `-C target-feature`, on top of the target's own.
    pub target_features: &'static str,
    /// Further code generation options, without their `-C`.
    pub codegen: &'static [&'static str],
    /// Options of the linker.
    pub link_args: &'static [&'static str],
    /// Cargo's opt-level.
    pub opt_level: &'static str,
    /// Whether it is fetched for a single verdict, so that size counts as much as speed.
    pub is_small: bool,
    /// Whether its JavaScript becomes part of its package's own scripts.
    pub is_bundled: bool,
    /// Where the npm package looks for it, from the root of the checkout.
    pub out_dir: &'static str,
    /// Shared memory and thread workers.
    pub threads: bool,
    /// Contains the solver.
    pub solver: bool,
    /// Exports, as wasm-bindgen names them, without which its package cannot work.
    pub exports: &'static [&'static str],
}

/// The solver's kernels say themselves what is a vector; where LLVM vectorizes the loops around them by its
/// own estimate, the baseline engines of browsers run them slower.
const KERNEL_CODEGEN: &[&str] = &["no-vectorize-loops", "no-vectorize-slp"];

/// Atomics alone make neither a shared memory nor the symbols that set up a thread: each is asked for.
const SHARED_MEMORY: &[&str] = &[
    "--shared-memory",
    "--import-memory",
    "--max-memory=536870912",
    "--export=__heap_base",
    "--export=__wasm_init_tls",
    "--export=__tls_size",
    "--export=__tls_align",
    "--export=__tls_base",
];

/// All artifacts, in the order in which they are built: the one that everything needs comes first.
pub const ARTIFACTS: &[Artifact] = &[
    Artifact {
        name: "verify",
        features: "wasm",
        // Vectors halve a verdict's time, and every browser since March 2023 has them.
        target_features: "+simd128",
        codegen: KERNEL_CODEGEN,
        link_args: &[],
        opt_level: "s",
        is_small: true,
        is_bundled: true,
        out_dir: "www/verify/wasm/verify",
        threads: false,
        solver: false,
        exports: &[
            "verifyJson",
            "verifyBlock",
            "verifySolution",
            "verifyEquihash",
            "solutionTree",
        ],
    },
    Artifact {
        name: "miner-st",
        features: "solver,wasm",
        target_features: "+simd128",
        codegen: KERNEL_CODEGEN,
        link_args: &[],
        opt_level: "3",
        is_small: false,
        is_bundled: false,
        out_dir: "www/lib/wasm/miner-st",
        threads: false,
        solver: true,
        exports: &["minercore_new", "minercore_start", "minercore_advance"],
    },
    Artifact {
        name: "miner-mt",
        features: "solver,parallel,wasm,wasm-threads",
        target_features: "+atomics,+bulk-memory,+mutable-globals,+simd128",
        codegen: KERNEL_CODEGEN,
        link_args: SHARED_MEMORY,
        opt_level: "3",
        is_small: false,
        is_bundled: false,
        out_dir: "www/lib/wasm/miner-mt",
        threads: true,
        solver: true,
        exports: &["minercore_new", "initThreadPool", "wbg_rayon_start_worker"],
    },
    Artifact {
        name: "gpu",
        features: "gpu,wasm-gpu",
        target_features: "+simd128",
        codegen: KERNEL_CODEGEN,
        link_args: &[],
        // The GPU does the work; what runs here is handing it out, and a verdict for each solution.
        opt_level: "s",
        is_small: true,
        is_bundled: false,
        out_dir: "www/lib/wasm/gpu",
        threads: false,
        solver: false,
        exports: &["gpucore_open", "gpucore_submit", "gpucore_adapter"],
    },
];

/// The artifact of that name, or all of them.
pub fn selected(name: Option<&str>) -> Result<Vec<&'static Artifact>> {
    let Some(name) = name else {
        return Ok(ARTIFACTS.iter().collect());
    };
    match ARTIFACTS.iter().find(|artifact| artifact.name == name) {
        Some(artifact) => Ok(vec![artifact]),
        None => {
            let known: Vec<_> = ARTIFACTS.iter().map(|artifact| artifact.name).collect();
            bail!("no artifact is called {name:?}: there are {}", known.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_linker_is_told_the_stated_maximum() {
        let told = format!("--max-memory={MAX_SHARED_MEMORY_BYTES}");
        assert!(SHARED_MEMORY.contains(&told.as_str()));
        assert_eq!(MAX_SHARED_MEMORY_BYTES % PAGE_BYTES, 0);
    }

    #[test]
    fn an_unknown_artifact_is_refused_with_the_names_of_the_known_ones() {
        let error = selected(Some("cuda"))
            .err()
            .expect("there is no such artifact")
            .to_string();
        assert_eq!(
            error,
            r#"no artifact is called "cuda": there are verify, miner-st, miner-mt, gpu"#
        );
    }

    #[test]
    fn only_artifacts_without_the_solver_lack_its_feature() {
        for artifact in ARTIFACTS {
            let solver = artifact.features.split(',').any(|feature| feature == "solver");
            assert_eq!(solver, artifact.solver, "{}", artifact.name);
        }
    }
}
