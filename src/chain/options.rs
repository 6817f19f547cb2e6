//! What a caller knows beforehand, and what it wants to see.

use super::FieldError;
use super::digits::Readings;
use super::field::Fields;
use crate::json::Json;
use crate::target::Difficulty;

/// What a verdict is held against beside the item's own claims. The default asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The block hash that the block must have.
    pub expected_hash: Option<[u8; 32]>,
    /// The difficulty that the block must declare at least.
    pub min_difficulty: Option<Difficulty>,
    /// Whether the verdict lists the solution's indices.
    pub indices: bool,
}

impl Options {
    /// Reads `{"expectedHash", "minDifficulty", "indices"}`, of which any may be missing: 32 bytes in hex, a JSON
    /// integer or a decimal string or hex with `0x`, and a boolean. Unknown names are refused, since a misspelt one
    /// would check nothing.
    ///
    /// # Errors
    /// [`FieldError`] names the option, what it holds and what was wanted.
    pub fn from_json(value: &Json) -> Result<Options, FieldError> {
        let Json::Object(members) = value else {
            return Err(FieldError::Wrong {
                field: "the options".into(),
                found: value.kind().into(),
                wanted: "an object".into(),
            });
        };
        let readings = Readings::default();
        let fields = Fields::of(value, &readings).decimal_first();
        let known = ["expectedHash", "minDifficulty", "indices"];
        if let Some(name) = members
            .iter()
            .map(|(name, _)| name)
            .find(|name| !known.contains(&&***name))
        {
            let wanted = "only expectedHash, minDifficulty and indices";
            return Err(fields.wrong(name, "an unknown option".into(), wanted));
        }
        let min_difficulty = if fields.has("minDifficulty") {
            let value = fields.wide_integer(&["minDifficulty"])?;
            let zero = |_| fields.wrong("minDifficulty", "0".into(), "a difficulty of at least 1");
            Some(Difficulty::new(value).map_err(zero)?)
        } else {
            None
        };
        let indices = match value.get("indices") {
            None | Some(Json::Null) => false,
            Some(Json::Bool(indices)) => *indices,
            Some(other) => return Err(fields.wrong("indices", other.kind().into(), "a boolean")),
        };
        Ok(Options {
            expected_hash: fields.array_if_present(&["expectedHash"])?,
            min_difficulty,
            indices,
        })
    }
}
