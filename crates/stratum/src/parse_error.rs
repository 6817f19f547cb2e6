//! What was wrong with a message, and where.

use serde_json::Value;
use thiserror::Error;

/// Why a line is not the message it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseError {
    /// The line is not JSON.
    #[error("not JSON: {what}, at column {column}")]
    Json {
        /// What the JSON parser met.
        what: String,
        /// The column, in bytes from 1.
        column: usize,
    },
    /// The line is JSON but no object: an array, a number, `null`.
    #[error("the message is {found}, not an object")]
    NotAnObject {
        /// The kind of JSON value that stood there.
        found: &'static str,
    },
    /// The object has no `method` string (and, from a server, no reply either).
    #[error("the message has no method")]
    NoMethod,
    /// The method is none that this protocol knows.
    #[error("unknown method {method:?}")]
    UnknownMethod {
        /// The method's name, cut after 64 characters.
        method: String,
    },
    /// One member is missing or of the wrong shape.
    #[error("{place}: expected {expected}, found {found}")]
    Field {
        /// Method and member, as in `mining.submit params[2]`.
        place: String,
        /// What belongs there.
        expected: &'static str,
        /// The kind of value found there; never the value, which may be a password.
        found: &'static str,
    },
}

impl ParseError {
    pub(crate) fn json(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let what = text.split(" at line ").next().unwrap_or_default().to_owned();
        ParseError::Json {
            what,
            column: error.column(),
        }
    }

    pub(crate) fn unknown_method(method: &str) -> Self {
        ParseError::UnknownMethod {
            method: method.chars().take(64).collect(),
        }
    }

    pub(crate) fn field(place: String, expected: &'static str, found: Option<&Value>) -> Self {
        ParseError::Field {
            place,
            expected,
            found: kind(found),
        }
    }
}

/// The kind of a JSON value in words.
pub(crate) fn kind(value: Option<&Value>) -> &'static str {
    match value {
        None => "nothing",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "a boolean",
        Some(Value::Number(_)) => "a number",
        Some(Value::String(_)) => "a string",
        Some(Value::Array(_)) => "an array",
        Some(Value::Object(_)) => "an object",
    }
}
