//! Reads the real data that tests are held against, where it is at hand.

// Each test binary compiles this module and uses its own part of it.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The JSON of one file of vectors, or nothing where the folder is missing, which is then said aloud.
///
/// The folder is named by `AION_VECTORS`; otherwise it is `../shared/vectors` beside the repository.
pub fn read(file: &str) -> Option<Value> {
    let folder = std::env::var_os("AION_VECTORS").map_or_else(beside_the_repository, PathBuf::from);
    if !folder.is_dir() {
        println!(
            "SKIPPED: no vectors in {}; set AION_VECTORS to their folder",
            folder.display()
        );
        return None;
    }
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

/// The repository's root is the folder with the lock file, whichever of its crates is tested.
fn beside_the_repository() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = crate_folder
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file());
    root.unwrap_or(crate_folder).join("../shared/vectors")
}

/// The bytes of a hex string under a key.
pub fn bytes(value: &Value, key: &str) -> Vec<u8> {
    let text = value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} is not a string in {}", value["name"]));
    hex::decode(text).unwrap_or_else(|e| panic!("{key} in {}: {e}", value["name"]))
}

/// A list of indices under a key.
pub fn indices(value: &Value, key: &str) -> Vec<u32> {
    let list = value[key]
        .as_array()
        .unwrap_or_else(|| panic!("{key} is not an array in {}", value["name"]));
    list.iter()
        .map(|index| {
            index
                .as_u64()
                .and_then(|index| index.try_into().ok())
                .expect("an index")
        })
        .collect()
}
