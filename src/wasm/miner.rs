//! The solver for JavaScript: one instance in a worker, advanced in slices.

use wasm_bindgen::prelude::*;

use super::bytes32::bytes32;
use super::shares::write_shares;
use crate::json::Writer;
use crate::share::shares;
use crate::solver::{DigestLots, Progress, Solver};
use crate::target::Target;
use web_time::Duration;

#[cfg(feature = "wasm-threads")]
pub use wasm_bindgen_rayon::init_thread_pool;

/// Solves one nonce after another for a job.
#[wasm_bindgen]
pub struct MinerCore {
    solver: Solver,
    mine_hash: [u8; 32],
    nonce: [u8; 32],
    target: Target,
}

#[wasm_bindgen]
impl MinerCore {
    /// Reserves all memory. With `threads` above one, `initThreadPool(threads - 1)` must have resolved before: the
    /// calling worker is one of the threads.
    ///
    /// # Errors
    /// Throws an `Error` where the memory is refused, or there are not so many threads.
    #[wasm_bindgen(constructor)]
    pub fn new(threads: usize) -> Result<MinerCore, JsError> {
        Ok(MinerCore {
            solver: Solver::new(threads)?,
            mine_hash: [0; 32],
            nonce: [0; 32],
            target: Target::from_be_bytes([0; 32]),
        })
    }

    /// Begins a run: mine hash, nonce and share target (big-endian), 32 bytes each. A run in progress is dropped.
    ///
    /// # Errors
    /// Throws an `Error` that names the value of a wrong size.
    pub fn start(&mut self, mine_hash: &[u8], nonce: &[u8], target: &[u8]) -> Result<(), JsError> {
        self.mine_hash = bytes32("mine hash", mine_hash)?;
        self.nonce = bytes32("nonce", nonce)?;
        self.target = Target::from_be_bytes(bytes32("target", target)?);
        self.solver.start(&self.mine_hash, &self.nonce);
        Ok(())
    }

    /// Works for about so many milliseconds. Returns 0 while there is more to do, 1 when the run is done, 2 when it
    /// was cancelled.
    pub fn advance(&mut self, max_ms: f64) -> u32 {
        let max = Duration::try_from_secs_f64(max_ms / 1e3).unwrap_or_default();
        match self.solver.advance(max) {
            Progress::Running => 0,
            Progress::Done => 1,
            Progress::Cancelled => 2,
        }
    }

    /// Ends the run; the next `advance` returns 2.
    pub fn cancel(&mut self) {
        self.solver.cancel();
    }

    /// What the run found, as JSON: `{"solutions", "dropped", "ms", "roundsMs": [10 numbers], "shares":
    /// [{"solution": hex, "powHash": hex}]}`; shares are verified, below the target, and the lowest hash is first.
    pub fn outcome(&self) -> String {
        let outcome = self.solver.outcome();
        let shares = shares(&self.mine_hash, &self.nonce, &self.target, &outcome.solutions);
        let mut writer = Writer::default();
        writer.open_object();
        writer.name("solutions");
        writer.integer(outcome.solutions.len() as u64);
        writer.name("dropped");
        writer.integer(outcome.dropped);
        writer.name("ms");
        writer.number(outcome.milliseconds());
        writer.name("roundsMs");
        writer.open_array();
        for milliseconds in outcome.stage_ms {
            writer.number(milliseconds);
        }
        writer.close_array();
        write_shares(&mut writer, &shares);
        writer.close_object();
        writer.finish()
    }

    /// Nanoseconds a leaf digest takes this thread, over at least so many of them. For benchmarks.
    #[wasm_bindgen(js_name = digestNanoseconds)]
    pub fn digest_nanoseconds(&self, digests: u32) -> f64 {
        DigestLots::new(&self.mine_hash, &self.nonce).nanoseconds(digests)
    }

    /// The same for every form of digest, as JSON: `{"one": nanoseconds, ...}`. For benchmarks.
    #[wasm_bindgen(js_name = digestForms)]
    pub fn digest_forms(&self, digests: u32) -> String {
        let lots = DigestLots::in_every_form(&self.mine_hash, &self.nonce);
        let mut writer = Writer::default();
        writer.open_object();
        for mut lots in lots {
            writer.name(lots.form());
            writer.number(lots.nanoseconds(digests));
        }
        writer.close_object();
        writer.finish()
    }

    /// Bytes of the instance's linear memory.
    #[wasm_bindgen(js_name = memoryBytes)]
    pub fn memory_bytes(&self) -> f64 {
        #[cfg(target_arch = "wasm32")]
        let bytes = core::arch::wasm32::memory_size::<0>() * 65_536;
        // Elsewhere there is no linear memory; this surface is only checked there.
        #[cfg(not(target_arch = "wasm32"))]
        let bytes = Solver::reservation(self.solver.threads());
        bytes as f64
    }
}
