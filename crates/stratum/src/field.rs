//! Members of a message, checked one by one.

use serde_json::Value;

use crate::ParseError;

/// The elements of one array of a message, with the array's name for error messages.
pub(crate) struct Params<'a> {
    place: String,
    values: &'a [Value],
}

impl<'a> Params<'a> {
    /// The `params` of a method: an array with between `least` and `most` elements.
    pub(crate) fn of_method(
        method: &str,
        params: Option<&'a Value>,
        bounds: (usize, usize),
        expected: &'static str,
    ) -> Result<Self, ParseError> {
        Params::new(format!("{method} params"), params, bounds, expected)
    }

    /// An array with between `least` and `most` elements; nothing at all where `least` is 0.
    pub(crate) fn new(
        place: String,
        params: Option<&'a Value>,
        (least, most): (usize, usize),
        expected: &'static str,
    ) -> Result<Self, ParseError> {
        match params {
            Some(Value::Array(values)) if (least..=most).contains(&values.len()) => {
                Ok(Params { place, values })
            }
            None if least == 0 => Ok(Params { place, values: &[] }),
            other => Err(ParseError::field(place, expected, other)),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&'a Value> {
        self.values.get(index)
    }

    pub(crate) fn text(&self, index: usize) -> Result<&'a str, ParseError> {
        match self.get(index) {
            Some(Value::String(text)) => Ok(text),
            other => Err(self.wrong(index, "a string", other)),
        }
    }

    /// A string, or `None` for `null` and for nothing.
    pub(crate) fn optional_text(&self, index: usize) -> Result<Option<&'a str>, ParseError> {
        match self.get(index) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            other => Err(self.wrong(index, "a string or null", other)),
        }
    }

    /// 64 hex digits, big-endian.
    pub(crate) fn hash(&self, index: usize) -> Result<[u8; 32], ParseError> {
        let mut bytes = [0; 32];
        match hex::decode_to_slice(self.text(index)?, &mut bytes) {
            Ok(()) => Ok(bytes),
            Err(_) => Err(self.wrong(index, "64 hex digits", self.get(index))),
        }
    }

    /// An extraNonce1: 0 to 31 bytes in hex.
    pub(crate) fn extra_nonce1(&self, index: usize) -> Result<Vec<u8>, ParseError> {
        match hex::decode(self.text(index)?) {
            Ok(bytes) if bytes.len() < 32 => Ok(bytes),
            _ => Err(self.wrong(index, "0 to 31 bytes in hex", self.get(index))),
        }
    }

    pub(crate) fn wrong(&self, index: usize, expected: &'static str, found: Option<&Value>) -> ParseError {
        ParseError::field(format!("{}[{index}]", self.place), expected, found)
    }
}
