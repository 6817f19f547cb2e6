//! The verifier for JavaScript.

use serde_json::Value;
use wasm_bindgen::prelude::*;

use super::bytes32::bytes32;
use crate::chain::{Options, Verdict, Verdicts, judge_by};
use crate::params::Params;
use crate::reason::Reason;
use crate::target::{Target, blake2b_256, pow_hash};
use crate::tree::zero_bits;
use crate::verify::verify;

/// Judges a JSON text: one item, an array, JSON lines, with or without JSON-RPC envelopes. Returns a JSON array with
/// one verdict per item, in their order.
///
/// # Errors
/// Throws an `Error` where the text is no JSON; its message names the line and the column. A malformed item throws
/// nothing: its verdict says what is wrong.
#[wasm_bindgen(js_name = verifyJson)]
pub fn verify_json(text: &str) -> Result<String, JsError> {
    let mut printed = String::from("[");
    for verdict in Verdicts::of_text(text) {
        if printed.len() > 1 {
            printed.push(',');
        }
        printed += &print(&verdict?)?;
    }
    printed.push(']');
    Ok(printed)
}

/// Judges one block, given as a JSON text, by options, given as another: see [`Options::from_json`]. Returns its
/// verdict as JSON.
///
/// # Errors
/// Throws an `Error` where a text is no JSON or an option is wrong. A malformed block throws nothing.
#[wasm_bindgen(js_name = verifyBlock)]
pub fn verify_block(text: &str, options: &str) -> Result<String, JsError> {
    let options = Options::from_json(&read(options)?)?;
    print(&judge_by(0, &read(text)?, &options))
}

#[inline(never)]
fn read(text: &str) -> Result<Value, JsError> {
    Ok(serde_json::from_str(text)?)
}

#[inline(never)]
fn print(verdict: &Verdict) -> Result<String, JsError> {
    Ok(serde_json::to_string(verdict)?)
}

/// Judges one Equihash solution by itself, given as bytes; where a target is given, big-endian, the hash must be below
/// it too. Returns `undefined` where everything holds, or the name of the reason why not.
///
/// # Errors
/// Throws an `Error` where there is a target, and mine hash, nonce or target are not 32 bytes.
#[wasm_bindgen(js_name = verifySolution)]
pub fn verify_solution(
    mine_hash: &[u8],
    nonce: &[u8],
    solution: &[u8],
    target: Option<Box<[u8]>>,
) -> Result<Option<String>, JsError> {
    let reason = match verify(&Params::AION, mine_hash, nonce, solution) {
        Err(refused) => Some(refused.kind()),
        Ok(()) => match target {
            Some(target) => {
                let target = Target::from_be_bytes(bytes32("target", &target)?);
                let hash = pow_hash(
                    &bytes32("mine hash", mine_hash)?,
                    &bytes32("nonce", nonce)?,
                    solution,
                );
                (!target.is_met_by(&hash)).then_some(Reason::TargetMissed)
            }
            None => None,
        },
    };
    Ok(reason.map(|reason| reason.as_str().to_owned()))
}

/// The mine hash of a header, given as its 497 bytes.
#[wasm_bindgen(js_name = mineHash)]
pub fn mine_hash(header: &[u8]) -> Box<[u8]> {
    blake2b_256(&[header]).into()
}

/// The leading zero bits of each node of a solution's tree, level by level from the 512 leaves to the root.
///
/// # Errors
/// Throws an `Error` where the solution has another length.
#[wasm_bindgen(js_name = solutionTree)]
pub fn solution_tree(mine_hash: &[u8], nonce: &[u8], solution: &[u8]) -> Result<Vec<u16>, JsError> {
    Ok(zero_bits(&Params::AION, mine_hash, nonce, solution)?)
}
