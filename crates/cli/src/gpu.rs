//! The GPU's side of `solve` and `bench`, or the error of a build without one.

#[cfg(feature = "gpu")]
pub use with::{bench, solve};
#[cfg(not(feature = "gpu"))]
pub use without::{bench, solve};

/// Prints the outcome of a nonce; false stops the run.
pub type Print<'a> = dyn FnMut([u8; 32], &[Vec<u8>], f64, u64) -> bool + 'a;

/// What to time, and laid out how.
#[cfg_attr(not(feature = "gpu"), allow(dead_code))]
pub struct Bench<'a> {
    /// A part of the adapter's name.
    pub adapter: Option<&'a str>,
    /// Whether nothing is used beyond what every adapter has.
    pub promised_limits: bool,
    /// Whether subgroups are used; else the device decides.
    pub subgroups: Option<bool>,
    /// Invocations of a workgroup; else the device decides.
    pub workgroup: Option<u32>,
    /// Nonces of a batch; else the pace decides.
    pub nonces_a_batch: Option<u32>,
    /// Nonces to time.
    pub runs: u32,
}

#[cfg(not(feature = "gpu"))]
mod without {
    use super::{Bench, Print};

    const NO_GPU: &str = "this build knows no GPU: build it with `--features gpu`";

    pub fn solve(
        _: Option<&str>,
        _: &[u8],
        _: impl Iterator<Item = [u8; 32]>,
        _: &mut Print,
    ) -> Result<(), String> {
        Err(NO_GPU.to_owned())
    }

    pub fn bench(_: &Bench) -> Result<serde_json::Value, String> {
        Err(NO_GPU.to_owned())
    }
}

#[cfg(feature = "gpu")]
mod with {
    use std::collections::VecDeque;
    use std::time::Instant;

    use aion_pow::gpu::{Abilities, BATCHES, Batch, GPU_STAGES, GpuError, GpuSolver, Layout, blocking};
    use serde_json::json;

    use super::{Bench, Print};
    use crate::bench::{MINE_HASH, median};
    use crate::solve::{numbered, rounded};

    /// Says what was opened.
    fn said(opened: Result<GpuSolver, GpuError>) -> Result<GpuSolver, String> {
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
        let mut solver = said(blocking::open_tuned(adapter, Layout::aion()))?;
        each_batch(&mut solver, None, header, nonces, print).map_err(|error| error.to_string())
    }

    fn each_batch(
        solver: &mut GpuSolver,
        nonces_a_batch: Option<u32>,
        header: &[u8],
        mut nonces: impl Iterator<Item = [u8; 32]>,
        print: &mut Print,
    ) -> Result<(), GpuError> {
        let mut flying: VecDeque<(Batch, Vec<[u8; 32]>)> = VecDeque::new();
        let mut last_end = Instant::now();
        loop {
            while flying.len() < BATCHES {
                let many = nonces_a_batch.unwrap_or_else(|| solver.batch_nonces());
                let batch: Vec<_> = nonces.by_ref().take(many as usize).collect();
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

    /// Times stages by the adapter's clock, and nonces in batches, with leaves by themselves and with fused ones.
    pub fn bench(bench: &Bench) -> Result<serde_json::Value, String> {
        let layout = |device: &Abilities| {
            let mut layout = Layout::aion();
            if !bench.promised_limits {
                layout = layout.tuned(device);
            }
            if let Some(wanted) = bench.subgroups {
                layout = layout.with_subgroups(wanted);
            }
            match bench.workgroup {
                Some(workgroup) => Ok(layout.with_workgroup(workgroup)?),
                None => Ok(layout),
            }
        };
        let mut solver = said(blocking::open_laid_out(bench.adapter, layout))?;
        figures(&mut solver, bench).map_err(|error| error.to_string())
    }

    fn figures(solver: &mut GpuSolver, bench: &Bench) -> Result<serde_json::Value, GpuError> {
        // The first nonces also pay for what happens once.
        let mut numbers = 1u32..;
        let copy = wait(solver.copy_bytes_per_second())?;
        if !solver.adapter().is_software {
            wait(solver.choose_leaves())?;
        }
        let chosen = solver.has_fused_leaves();
        solver.part_leaves();
        let apart = nonces_timed(solver, bench, copy, &mut numbers)?;
        // Memory for them may be missing, and that is a figure too.
        let fused = match wait(solver.fuse_leaves()) {
            Ok(()) => nonces_timed(solver, bench, copy, &mut numbers)?,
            Err(error @ GpuError::OutOfMemory { .. }) => json!({ "error": error.to_string() }),
            Err(error) => return Err(error),
        };
        let (adapter, layout) = (solver.adapter(), solver.layout());
        Ok(json!({
            "adapter": adapter.name,
            "backend": adapter.backend,
            "driver": adapter.driver,
            "software": adapter.is_software,
            "workgroup": layout.workgroup(),
            "wholeRows": layout.whole_rows(),
            "subgroups": layout.subgroups(),
            "copyBytesPerSecond": copy.round(),
            "bytesANonce": (0..GPU_STAGES).map(|stage| layout.stage_bytes(stage)).sum::<u64>(),
            "fusedLeavesChosen": chosen,
            "leavesApart": apart,
            "leavesFused": fused,
        }))
    }

    /// Stages by the adapter's clock, then nonces in batches, as the solver makes leaves now.
    fn nonces_timed(
        solver: &mut GpuSolver,
        bench: &Bench,
        copy: f64,
        numbers: &mut impl Iterator<Item = u32>,
    ) -> Result<serde_json::Value, GpuError> {
        let mut next = || numbered(numbers.next().expect("there is no end").into());
        let mut stages = vec![Vec::new(); GPU_STAGES];
        for _ in 0..bench.runs {
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
        let (layout, fused) = (solver.layout().clone(), solver.has_fused_leaves());
        let stages: Vec<_> = (0..GPU_STAGES)
            .map(|stage| {
                let bytes = match fused {
                    // What a batch's first nonce does is timed too.
                    true if stage > 0 => layout.fused_stage_bytes(stage),
                    _ => layout.stage_bytes(stage),
                };
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
        let nonces: Vec<_> = (0..bench.runs).map(|_| next()).collect();
        let began = Instant::now();
        each_batch(
            solver,
            bench.nonces_a_batch,
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
        Ok(json!({
            "runs": solved,
            "nonceMs": rounded(seconds * 1e3 / f64::from(solved)),
            "solutionsPerSecond": rounded(solutions as f64 / seconds),
            "noncesABatch": bench.nonces_a_batch.unwrap_or_else(|| solver.batch_nonces()),
            "dropped": dropped,
            "memoryBytes": solver.memory_bytes(),
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
