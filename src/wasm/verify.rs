//! The verifier for JavaScript.

use wasm_bindgen::prelude::*;

use super::bytes32::bytes32;
use crate::blake2b::hash_256;
use crate::chain::{Options, Verdicts, judge_by};
use crate::json::{Json, Writer};
use crate::params::Params;
use crate::reason::Reason;
use crate::target::{Target, pow_hash};
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
    let mut printed = Writer::default();
    printed.open_array();
    for verdict in Verdicts::new(text.as_bytes()) {
        verdict?.write(&mut printed);
    }
    printed.close_array();
    Ok(printed.finish())
}

/// Judges one block, given as a JSON text, by options, given as another: see [`Options::from_json`]. Returns its
/// verdict as JSON.
///
/// # Errors
/// Throws an `Error` where a text is no JSON or an option is wrong. A malformed block throws nothing.
#[wasm_bindgen(js_name = verifyBlock)]
pub fn verify_block(text: &str, options: &str) -> Result<String, JsError> {
    let options = Options::from_json(&Json::parse(options)?)?;
    Ok(judge_by(0, &Json::parse(text)?, &options).to_json())
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
    hash_256(header).into()
}

/// The leading zero bits of each node of a solution's tree, level by level from the 512 leaves to the root.
///
/// # Errors
/// Throws an `Error` where the solution has another length.
#[wasm_bindgen(js_name = solutionTree)]
pub fn solution_tree(mine_hash: &[u8], nonce: &[u8], solution: &[u8]) -> Result<Vec<u16>, JsError> {
    Ok(zero_bits(&Params::AION, mine_hash, nonce, solution)?)
}
