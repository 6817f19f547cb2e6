//! The solver on a GPU for JavaScript: batches of nonces in, promises of their shares out.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use super::bytes32::bytes32;
use super::shares::write_shares;
use crate::gpu::{AdapterChoice, Batch, GpuError, GpuSolver, Layout, Outcome};
use crate::json::Writer;
use crate::share::shares;
use crate::target::Target;

/// A device, and the shaders on it.
#[wasm_bindgen]
pub struct GpuCore {
    solver: RefCell<GpuSolver>,
}

#[wasm_bindgen]
impl GpuCore {
    /// Opens the browser's adapter, reserves all memory, about 500 MiB on the device, and has it solve a nonce whose
    /// solutions are known. With `hardware` set, an adapter that is a program on the CPU is refused. `digitBits` below 21
    /// make a smaller puzzle, and `fusedLeaves` has batches make the leaves of each nonce in the rounds of the one before
    /// where else the device is asked what is faster on it: both are for tests.
    ///
    /// # Errors
    /// Rejects with an `Error` whose `name` says what is wrong in kebab-case: `no-adapter`, `software-adapter`, `limits`,
    /// `device-refused`, `out-of-memory`, `validation`, `device-lost`, `self-test`, `wrong-answer`, `layout`.
    pub async fn open(
        hardware: bool,
        digit_bits: Option<u32>,
        fused_leaves: Option<bool>,
    ) -> Result<GpuCore, JsValue> {
        let opened = open(hardware, digit_bits, fused_leaves.unwrap_or(false)).await;
        let solver = opened.map_err(error)?;
        Ok(GpuCore {
            solver: RefCell::new(solver),
        })
    }

    /// The adapter as JSON: `{"name", "driver", "backend", "software", "memoryBytes", "fusedLeaves"}`.
    pub fn adapter(&self) -> String {
        let solver = self.solver.borrow();
        let adapter = solver.adapter();
        let mut writer = Writer::default();
        writer.open_object();
        writer.name("name");
        writer.string(&adapter.name);
        writer.name("driver");
        writer.string(&adapter.driver);
        writer.name("backend");
        writer.string(&adapter.backend);
        writer.name("software");
        writer.truth(Some(adapter.is_software));
        writer.name("memoryBytes");
        writer.integer(solver.memory_bytes());
        writer.name("fusedLeaves");
        writer.truth(Some(solver.has_fused_leaves()));
        writer.close_object();
        writer.finish()
    }

    /// How many nonces the next batch should have, so that it lasts long enough to hide that browsers notice its end
    /// late, and not so long that it is in the way.
    #[wasm_bindgen(js_name = batchNonces)]
    pub fn batch_nonces(&self) -> u32 {
        self.solver.borrow().batch_nonces()
    }

    /// Submits a batch at once: a mine hash and a share target (big-endian) of 32 bytes, and as many nonces as there are
    /// 32 bytes in `nonces`. Two may be in flight. The promise is for JSON, an array with an entry a nonce:
    /// `{"solutions", "dropped", "shares": [{"solution": hex, "powHash": hex}]}`; shares are verified, below the target,
    /// and the lowest hash is first.
    ///
    /// # Errors
    /// Throws where a value has the wrong size or two batches are in flight, and rejects where the device fails; `name`
    /// as in `open`, and `busy`, `batch-size`, `abandoned`.
    pub fn submit(&self, mine_hash: &[u8], nonces: &[u8], target: &[u8]) -> Result<js_sys::Promise, JsValue> {
        let mine_hash = bytes32("mine hash", mine_hash)?;
        let target = Target::from_be_bytes(bytes32("target", target)?);
        let (nonces, rest) = nonces.as_chunks::<32>();
        if !rest.is_empty() {
            bytes32("last nonce", rest)?;
        }
        let bytes: Vec<Vec<u8>> = nonces.iter().map(|nonce| nonce.to_vec()).collect();
        let batch = self
            .solver
            .borrow_mut()
            .submit(&mine_hash, &bytes)
            .map_err(error)?;
        let nonces = nonces.to_vec();
        Ok(wasm_bindgen_futures::future_to_promise(async move {
            let found = report(batch, &mine_hash, &nonces, &target).await;
            found.map(JsValue::from).map_err(error)
        }))
    }

    /// Gives up all batches of which a part is not with the device yet: their promises reject, with `abandoned` as
    /// `name`. Those that are all with it come back as usual.
    pub fn abandon(&self) {
        self.solver.borrow().abandon();
    }

    /// Loses the device, as a driver's reset would. For tests.
    #[wasm_bindgen(js_name = loseDevice)]
    pub fn lose_device(&self) {
        self.solver.borrow().lose_device();
    }
}

async fn open(hardware: bool, digit_bits: Option<u32>, fused_leaves: bool) -> Result<GpuSolver, GpuError> {
    let layout = match digit_bits {
        Some(digit_bits) => Layout::reduced(digit_bits)?,
        None => Layout::aion(),
    };
    let choice = match hardware {
        true => AdapterChoice::Hardware,
        false => AdapterChoice::Fastest,
    };
    let mut solver = GpuSolver::open_tuned(choice, layout).await?;
    if fused_leaves {
        solver.fuse_leaves().await?;
    }
    Ok(solver)
}

async fn report(
    batch: Batch,
    mine_hash: &[u8; 32],
    nonces: &[[u8; 32]],
    target: &Target,
) -> Result<String, GpuError> {
    let outcomes: Vec<Outcome> = batch.outcomes().await?;
    let mut writer = Writer::default();
    writer.open_array();
    for (nonce, outcome) in nonces.iter().zip(&outcomes) {
        writer.open_object();
        writer.name("solutions");
        writer.integer(outcome.solutions.len() as u64);
        writer.name("dropped");
        writer.integer(outcome.dropped);
        write_shares(&mut writer, &shares(mine_hash, nonce, target, &outcome.solutions));
        writer.close_object();
    }
    writer.close_array();
    Ok(writer.finish())
}

/// The error as JavaScript has it, under its kind's name.
fn error(error: GpuError) -> JsValue {
    let thrown = js_sys::Error::new(&error.to_string());
    thrown.set_name(error.kind());
    thrown.into()
}
