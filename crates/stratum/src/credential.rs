//! Text that must not reach a log.

use std::fmt;

use serde::{Serialize, Serializer};

/// A worker's name (a wallet address with an optional rig) or its password.
///
/// `Debug` shows its length alone, so that a message can be logged whole.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Credential(String);

impl Credential {
    /// Wraps the text.
    pub fn new(text: impl Into<String>) -> Self {
        Credential(text.into())
    }

    /// The text itself: for the wire, never for a log.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({} bytes)", self.0.len())
    }
}

impl Serialize for Credential {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
