//! Any Equihash for JavaScript.

use wasm_bindgen::prelude::*;

use crate::equihash::{EquihashError, verify_equihash};

/// Judges a packed solution of Equihash(n, k) over an input, under a personalization of 16 bytes. Returns `undefined`
/// where it keeps the whole rule, or the name of the reason why not.
///
/// # Errors
/// Throws an `Error` where parameters or personalization make no puzzle; its message says the rule they break.
#[wasm_bindgen(js_name = verifyEquihash)]
pub fn verify(
    n: u32,
    k: u32,
    personalization: &[u8],
    input: &[u8],
    solution: &[u8],
) -> Result<Option<String>, JsError> {
    match verify_equihash(n, k, personalization, input, solution) {
        Ok(()) => Ok(None),
        Err(EquihashError::Solution(refused)) => Ok(Some(refused.reason().to_owned())),
        Err(misuse) => Err(misuse.into()),
    }
}
