//! The JavaScript surface: thin, no logic of its own.
//!
//! One artifact, one module: verifier, miner and GPU miner never travel together.

mod bytes32;
#[cfg(not(any(feature = "solver", feature = "gpu")))]
pub mod equihash;
#[cfg(feature = "wasm-gpu")]
pub mod gpu;
#[cfg(feature = "solver")]
pub mod miner;
#[cfg(any(feature = "solver", feature = "gpu"))]
mod shares;
#[cfg(not(any(feature = "solver", feature = "gpu")))]
pub mod verify;
