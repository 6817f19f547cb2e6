//! Arguments of 32 bytes: mine hashes, nonces, targets.

use wasm_bindgen::JsError;

/// The bytes of an argument, or an `Error` that names it, its size and the size wanted.
pub fn bytes32(name: &str, bytes: &[u8]) -> Result<[u8; 32], JsError> {
    bytes
        .try_into()
        .map_err(|_| JsError::new(&format!("the {name} has {} bytes, and must have 32", bytes.len())))
}
