//! The verifier for JavaScript.

use wasm_bindgen::prelude::*;

use crate::chain::Verdicts;
use crate::params::Params;
use crate::verify::verify;

/// Judges a JSON text: one item, an array, JSON lines, with or without JSON-RPC envelopes. Returns a JSON array with
/// one verdict per item, in their order.
///
/// # Errors
/// Throws an `Error` where the text is no JSON; its message names the line and the column. A malformed item throws
/// nothing: its verdict says what is wrong.
#[wasm_bindgen(js_name = verifyJson)]
pub fn verify_json(text: &str) -> Result<String, JsError> {
    let verdicts = Verdicts::new(text.as_bytes()).collect::<Result<Vec<_>, _>>()?;
    Ok(serde_json::to_string(&verdicts)?)
}

/// Judges one Equihash solution by itself, given as bytes. Returns `undefined` where it keeps the whole rule, or the
/// name of the reason why not.
#[wasm_bindgen(js_name = verifySolution)]
pub fn verify_solution(mine_hash: &[u8], nonce: &[u8], solution: &[u8]) -> Option<String> {
    let refused = verify(&Params::AION, mine_hash, nonce, solution).err()?;
    Some(refused.reason().to_owned())
}
