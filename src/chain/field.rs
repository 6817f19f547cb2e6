//! Fields of a JSON object, read with their sizes checked.
//!
//! Byte strings are hex, with or without `0x`. Numbers are JSON integers or hex, of which any count of digits is
//! taken as long as the value fits. A field that is `null` is a missing one.

use serde_json::{Map, Value};

/// A field that is not what its shape says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// The field is not there.
    #[error("{field} is missing; wanted {wanted}")]
    Missing {
        /// The field's name, or the names of which one must be there.
        field: String,
        /// What should be there.
        wanted: String,
    },
    /// The field holds something else.
    #[error("{field} holds {found}; wanted {wanted}")]
    Wrong {
        /// The field's name.
        field: String,
        /// What it holds.
        found: String,
        /// What it should hold.
        wanted: String,
    },
}

/// One object and where it stands in its item.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    /// The prefix of this object's field names in errors: empty, or a name and a dot.
    path: &'static str,
}

impl<'a> Fields<'a> {
    /// The fields of an item itself.
    pub(super) fn of(object: &'a Map<String, Value>) -> Fields<'a> {
        Fields { object, path: "" }
    }

    /// The fields of an object inside.
    pub(super) fn inside(&self, name: &'static str, path: &'static str) -> Result<Fields<'a>, FieldError> {
        match self.object.get(name) {
            Some(Value::Object(object)) => Ok(Fields { object, path }),
            Some(other) => Err(self.wrong(name, kind(other).into(), "an object")),
            None => Err(self.missing(&[name], "an object")),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.object.get(name).is_some_and(|value| !value.is_null())
    }

    pub(super) fn string(&self, name: &str) -> Option<&'a str> {
        self.object.get(name)?.as_str()
    }

    /// Bytes of any count.
    pub(super) fn bytes(&self, names: &[&str]) -> Result<Vec<u8>, FieldError> {
        let wanted = "bytes in hex";
        let (name, value) = self.find(names, wanted)?;
        let digits = self.digits(name, value, wanted)?;
        hex::decode(digits).map_err(|error| self.wrong(name, not_hex(error, digits), wanted))
    }

    /// Exactly `N` bytes.
    pub(super) fn array<const N: usize>(&self, names: &[&str]) -> Result<[u8; N], FieldError> {
        let wanted = format!("{N} bytes in hex");
        let (name, _) = self.find(names, &wanted)?;
        let bytes = self.bytes(&[name])?;
        let found = bytes.len();
        bytes
            .try_into()
            .map_err(|_| self.wrong(name, count(found, "byte"), &wanted))
    }

    /// Exactly `N` bytes, or no such field.
    pub(super) fn array_if_present<const N: usize>(
        &self,
        names: &[&str],
    ) -> Result<Option<[u8; N]>, FieldError> {
        names
            .iter()
            .find(|name| self.has(name))
            .map(|name| self.array(&[name]))
            .transpose()
    }

    /// At most `N` bytes, filled up with zeros on the right.
    pub(super) fn right_padded<const N: usize>(&self, names: &[&str]) -> Result<[u8; N], FieldError> {
        let wanted = format!("at most {N} bytes in hex");
        let (name, _) = self.find(names, &wanted)?;
        let bytes = self.bytes(&[name])?;
        let mut padded = [0; N];
        match padded.get_mut(..bytes.len()) {
            Some(place) => place.copy_from_slice(&bytes),
            None => return Err(self.wrong(name, count(bytes.len(), "byte"), &wanted)),
        }
        Ok(padded)
    }

    /// An integer of at most 64 bits.
    pub(super) fn integer(&self, names: &[&str]) -> Result<u64, FieldError> {
        let wanted = "an integer of at most 64 bits";
        let (name, value) = self.find(names, wanted)?;
        let wide = self.number(name, value, wanted)?;
        u64::try_from(wide).map_err(|_| self.wrong(name, format!("{wide:#x}"), wanted))
    }

    /// An integer of at most 128 bits.
    pub(super) fn wide_integer(&self, names: &[&str]) -> Result<u128, FieldError> {
        let wanted = "an integer of at most 128 bits";
        let (name, value) = self.find(names, wanted)?;
        self.number(name, value, wanted)
    }

    /// A JSON integer of either sign.
    pub(super) fn signed(&self, name: &str) -> Result<i64, FieldError> {
        let wanted = "an integer";
        let (name, value) = self.find(&[name], wanted)?;
        value
            .as_i64()
            .ok_or_else(|| self.wrong(name, kind(value).into(), wanted))
    }

    fn number(&self, name: &str, value: &Value, wanted: &str) -> Result<u128, FieldError> {
        if let Value::Number(number) = value {
            let wrong = || self.wrong(name, format!("the number {number}"), wanted);
            return number.as_u64().map(u128::from).ok_or_else(wrong);
        }
        let digits = self.digits(name, value, wanted)?;
        if digits.is_empty() {
            return Err(self.wrong(name, "no digits".into(), wanted));
        }
        if let Some((place, character)) = digits.char_indices().find(|(_, c)| !c.is_ascii_hexdigit()) {
            return Err(self.wrong(name, format!("{character:?} at digit {place}"), wanted));
        }
        let significant = digits.trim_start_matches('0');
        if significant.len() > 32 {
            return Err(self.wrong(name, count(significant.len(), "hex digit"), wanted));
        }
        Ok(significant
            .chars()
            .filter_map(|c| c.to_digit(16))
            .fold(0, |sum, digit| sum << 4 | u128::from(digit)))
    }

    fn digits(&self, name: &str, value: &'a Value, wanted: &str) -> Result<&'a str, FieldError> {
        let text = value
            .as_str()
            .ok_or_else(|| self.wrong(name, kind(value).into(), wanted))?;
        Ok(text.strip_prefix("0x").unwrap_or(text))
    }

    /// The first of the names that is there.
    fn find<'n>(&self, names: &[&'n str], wanted: &str) -> Result<(&'n str, &'a Value), FieldError> {
        let present =
            |name: &&'n str| Some((*name, self.object.get(*name).filter(|value| !value.is_null())?));
        names
            .iter()
            .find_map(present)
            .ok_or_else(|| self.missing(names, wanted))
    }

    pub(super) fn missing(&self, names: &[&str], wanted: &str) -> FieldError {
        FieldError::Missing {
            field: format!("{}{}", self.path, names.join(" or ")),
            wanted: wanted.into(),
        }
    }

    pub(super) fn wrong(&self, name: &str, found: String, wanted: &str) -> FieldError {
        FieldError::Wrong {
            field: format!("{}{name}", self.path),
            found,
            wanted: wanted.into(),
        }
    }
}

/// What a JSON value is, in words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn not_hex(error: hex::FromHexError, digits: &str) -> String {
    match error {
        hex::FromHexError::InvalidHexCharacter { index, .. } => {
            let character = digits[..]
                .char_indices()
                .find(|(place, _)| *place >= index)
                .map(|(_, c)| c);
            format!("{:?} at digit {index}", character.unwrap_or_default())
        }
        _ => format!("{}, an odd number", count(digits.len(), "hex digit")),
    }
}

fn count(number: usize, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}
