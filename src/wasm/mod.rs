//! The JavaScript surface: thin, no logic of its own.
//!
//! One artifact, one module: the verifier and the miner never travel together.

mod bytes32;
#[cfg(not(feature = "solver"))]
pub mod equihash;
#[cfg(feature = "solver")]
pub mod miner;
#[cfg(not(feature = "solver"))]
pub mod verify;
