//! Aion's proof of work, Equihash(210,9): what a solution is, what the chain hashes, and whether a block meets
//! its target.
//!
//! The verifier is the plain part and needs no feature: [`verify`](verify::verify) judges one solution by the
//! whole rule of the network's main kernel, [`target`] turns a difficulty into a boundary, and [`chain`] knows the
//! block header and the JSON in which kernels hand blocks out. The CPU solver stands behind the feature `solver`,
//! the JavaScript surface behind `wasm`; neither is used by the verifier, so a build without default features
//! carries no miner.
//!
//! ```
//! use aion_pow::{params::Params, verify::{verify, VerifyError}};
//!
//! let mine_hash = [0; 32];
//! let nonce = [0; 32];
//! let claim = [0; 1407];
//! assert_eq!(
//!     verify(&Params::AION, &mine_hash, &nonce, &claim),
//!     Err(VerifyError::Length { bytes: 1407, expected: 1408 })
//! );
//! ```

mod blake2b;
pub mod chain;
pub mod equihash;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod json;
pub mod leaf;
pub mod params;
pub mod reason;
pub mod share;
pub mod solution;
pub mod target;
pub mod tree;
pub mod verify;

#[cfg(feature = "solver")]
pub mod solver;
#[cfg(feature = "wasm")]
pub mod wasm;
