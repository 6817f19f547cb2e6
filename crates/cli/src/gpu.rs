//! The GPU's side of `solve` and `bench`, or the error of a build without one.

#[cfg(feature = "gpu")]
pub use with::{bench, solve};
#[cfg(not(feature = "gpu"))]
pub use without::{bench, solve};

/// Prints the outcome of a nonce; false stops the run.
pub type Print<'a> = dyn FnMut([u8; 32], &[Vec<u8>], f64, u64) -> bool + 'a;

#[cfg(not(feature = "gpu"))]
mod without {
    use super::Print;

    const NO_GPU: &str = "this build knows no GPU: build it with `--features gpu`";

    pub fn solve(
        _: Option<&str>,
        _: &[u8],
        _: impl Iterator<Item = [u8; 32]>,
        _: &mut Print,
    ) -> Result<(), String> {
        Err(NO_GPU.to_owned())
    }

    pub fn bench(_: Option<&str>, _: bool, _: u32) -> Result<serde_json::Value, String> {
        Err(NO_GPU.to_owned())
    }
}

#[cfg(feature = "gpu")]
mod with {
    use std::collections::VecDeque;
    use std::time::Instant;

    use aion_pow::gpu::{BATCHES, Batch, GPU_STAGES, GpuError, GpuSolver, Layout, blocking};
    use serde_json::json;

    use super::Print;
    use crate::bench::{MINE_HASH, median};
    use crate::solve::{numbered, rounded};

    /// Opens the chain's solver and says on which adapter: tuned to it, or, with `promised`, with the layout that every
    /// adapter takes.
    fn open(adapter: Option<&str>, promised: bool) -> Result<GpuSolver, String> {
        let opened = match promised {
            true => blocking::open(adapter, Layout::aion()),
            false => blocking::open_tuned(adapter, Layout::aion()),
        };
        let solver = opened.map_err(|error| error.to_string())?;
        let (found, mebibytes) = (solver.adapter(), solver.memory_bytes() >> 20);
        let software = if found.is_software {
            ", a program on the CPU"
        } else {
            ""
        };
        eprintln!(
            "{} ({}, {}{software}), {mebibytes} MiB",
            found.name, found.backend, found.driver
        );
        Ok(solver)
    }

    /// Solves all nonces, with as many batches in flight as may be. The time of each is its part of its batch's.
    pub fn solve(
        adapter: Option<&str>,
        header: &[u8],
        nonces: impl Iterator<Item = [u8; 32]>,
        print: &mut Print,
    ) -> Result<(), String> {
        let mut solver = open(adapter, false)?;
        each_batch(&mut solver, header, nonces, print).map_err(|error| error.to_string())
    }

    fn each_batch(
        solver: &mut GpuSolver,
        header: &[u8],
        mut nonces: impl Iterator<Item = [u8; 32]>,
        print: &mut Print,
    ) -> Result<(), GpuError> {
        let mut flying: VecDeque<(Batch, Vec<[u8; 32]>)> = VecDeque::new();
        let mut last_end = Instant::now();
        loop {
            while flying.len() < BATCHES {
                let batch: Vec<_> = nonces.by_ref().take(solver.batch_nonces() as usize).collect();
                if batch.is_empty() {
                    break;
                }
                let bytes: Vec<_> = batch.iter().map(|nonce| nonce.to_vec()).collect();
                flying.push_back((blocking::submit(solver, header, &bytes)?, batch));
            }
            let Some((batch, nonces)) = flying.pop_front() else {
                return Ok(());
            };
            let outcomes = blocking::outcomes(batch)?;
            let ms = last_end.elapsed().as_secs_f64() * 1e3 / nonces.len() as f64;
            last_end = Instant::now();
            for (nonce, outcome) in nonces.into_iter().zip(outcomes) {
                if !print(nonce, &outcome.solutions, ms, outcome.dropped) {
                    return Ok(());
                }
            }
        }
    }

    /// Times the stages of `runs` nonces by the adapter's clock, then as many nonces in batches.
    pub fn bench(adapter: Option<&str>, promised: bool, runs: u32) -> Result<serde_json::Value, String> {
        let mut solver = open(adapter, promised)?;
        figures(&mut solver, runs).map_err(|error| error.to_string())
    }

    fn figures(solver: &mut GpuSolver, runs: u32) -> Result<serde_json::Value, GpuError> {
        let layout = solver.layout().clone();
        // The first nonces also pay for what happens once.
        let mut first = 0u32;
        let mut next = || {
            first += 1;
            numbered(first.into())
        };
        let copy = wait(solver.copy_bytes_per_second())?;
        let mut stages = vec![Vec::new(); GPU_STAGES];
        for _ in 0..runs {
            match wait(solver.stage_milliseconds(&MINE_HASH, &next())) {
                Ok(times) => {
                    for (all, one) in stages.iter_mut().zip(times) {
                        all.push(one);
                    }
                }
                Err(GpuError::NoTimestamps) => break,
                Err(error) => return Err(error),
            }
        }
        let stages: Vec<_> = (0..GPU_STAGES)
            .map(|stage| {
                let bytes = layout.stage_bytes(stage);
                let times = &mut stages[stage];
                let ms = (!times.is_empty()).then(|| median(times));
                let share = ms.map(|ms| bytes as f64 / (ms / 1e3) / copy);
                json!({
                    "stage": stage_name(stage),
                    "ms": ms.map(rounded),
                    "bytes": bytes,
                    "copyShare": share.map(rounded),
                })
            })
            .collect();

        solver.forget_speed();
        let (mut solutions, mut dropped, mut solved) = (0, 0, 0u32);
        let began = Instant::now();
        let nonces: Vec<_> = (0..runs).map(|_| next()).collect();
        each_batch(
            solver,
            &MINE_HASH,
            nonces.into_iter(),
            &mut |_, found, _, lost| {
                solutions += found.len();
                dropped += lost;
                solved += 1;
                true
            },
        )?;
        let seconds = began.elapsed().as_secs_f64();
        let bytes: u64 = (0..GPU_STAGES).map(|stage| layout.stage_bytes(stage)).sum();
        let adapter = solver.adapter();
        Ok(json!({
            "adapter": adapter.name,
            "backend": adapter.backend,
            "driver": adapter.driver,
            "software": adapter.is_software,
            "workgroup": layout.workgroup(),
            "wholeRows": layout.whole_rows(),
            "runs": solved,
            "nonceMs": rounded(seconds * 1e3 / f64::from(solved)),
            "solutionsPerSecond": rounded(solutions as f64 / seconds),
            "noncesABatch": solver.batch_nonces(),
            "dropped": dropped,
            "memoryBytes": solver.memory_bytes(),
            "bytesANonce": bytes,
            "copyBytesPerSecond": copy.round(),
            "stages": stages,
        }))
    }

    fn stage_name(stage: usize) -> String {
        match stage {
            0 => "leaves".to_owned(),
            stage if stage + 1 == GPU_STAGES => "last round and trees".to_owned(),
            round => format!("round {round}"),
        }
    }

    fn wait<T>(future: impl Future<Output = T>) -> T {
        blocking::wait(future)
    }
}
