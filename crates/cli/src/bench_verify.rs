//! `aion-pow bench --verify`: the verifier's time on solutions from a file.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use aion_pow::params::Params;
use aion_pow::verify::{VerifyError, verify};
use serde_json::{Value, json};

use crate::bench::median;
use crate::solve::rounded;

/// Times that the whole file is verified.
const PASSES: usize = 100;

/// Why there is nothing to time.
#[derive(Debug, thiserror::Error)]
pub enum BenchVerifyError {
    /// The file cannot be read.
    #[error("cannot read {file}: {cause}")]
    Unreadable {
        /// The file's path.
        file: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The file does not hold a JSON array of solutions.
    #[error("{file} is no JSON array: {cause}")]
    NotJson {
        /// The file's path.
        file: String,
        /// Where the text fails.
        cause: serde_json::Error,
    },
    /// The array has no items.
    #[error("there is no solution in the file")]
    Empty,
    /// An item lacks one of its strings, or it is no hex.
    #[error("item {index}: {field} is missing or no hex")]
    Item {
        /// The item's place from 0.
        index: usize,
        /// The string's name.
        field: &'static str,
    },
    /// An item is no solution, and the time of a refusal says nothing.
    #[error("item {index} is not valid: {cause}")]
    Invalid {
        /// The item's place from 0.
        index: usize,
        /// What the verifier said.
        cause: VerifyError,
    },
}

/// The parts of a solution, decoded.
struct Item {
    mine_hash: Vec<u8>,
    nonce: Vec<u8>,
    solution: Vec<u8>,
}

impl Item {
    fn read(index: usize, value: &Value) -> Result<Item, BenchVerifyError> {
        let bytes = |field: &'static str| {
            let text = value[field]
                .as_str()
                .ok_or(BenchVerifyError::Item { index, field })?;
            hex::decode(text).map_err(|_| BenchVerifyError::Item { index, field })
        };
        Ok(Item {
            mine_hash: bytes("mine_hash")?,
            nonce: bytes("nonce")?,
            solution: bytes("solution")?,
        })
    }

    fn verdict(&self) -> Result<(), VerifyError> {
        verify(&Params::AION, &self.mine_hash, &self.nonce, &self.solution)
    }
}

/// Times the first verdict of this process and the further ones.
///
/// # Errors
/// [`BenchVerifyError`], if the file holds anything but valid solutions.
pub fn run(file: &Path) -> Result<Value, BenchVerifyError> {
    let name = || file.display().to_string();
    let text = std::fs::read(file).map_err(|cause| BenchVerifyError::Unreadable { file: name(), cause })?;
    let values: Vec<Value> =
        serde_json::from_slice(&text).map_err(|cause| BenchVerifyError::NotJson { file: name(), cause })?;
    let items = values
        .iter()
        .enumerate()
        .map(|(index, value)| Item::read(index, value))
        .collect::<Result<Vec<_>, _>>()?;
    let first = items.first().ok_or(BenchVerifyError::Empty)?;

    let start = Instant::now();
    let verdict = black_box(first.verdict());
    let cold_ms = start.elapsed().as_secs_f64() * 1e3;
    verdict.map_err(|cause| BenchVerifyError::Invalid { index: 0, cause })?;

    let mut micros = Vec::with_capacity(PASSES * items.len());
    for _ in 0..PASSES {
        for (index, item) in items.iter().enumerate() {
            let start = Instant::now();
            let verdict = black_box(item.verdict());
            micros.push(start.elapsed().as_secs_f64() * 1e6);
            verdict.map_err(|cause| BenchVerifyError::Invalid { index, cause })?;
        }
    }
    Ok(json!({ "coldMs": rounded(cold_ms), "warmUs": rounded(median(&mut micros)) }))
}
