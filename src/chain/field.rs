//! Fields of a JSON object, read with their sizes checked.
//!
//! Byte strings are hex, with or without `0x`. Numbers are JSON integers, hex or decimal strings, of any count of
//! digits as long as the value fits. A field that is `null` is a missing one.

use serde_json::{Map, Value};

use super::digits::{Radix, Readings, decimal_256};

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

/// One object, where it stands in its item, and how its strings of digits are meant.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    readings: &'a Readings,
    radix: Radix,
    /// The prefix of this object's field names in errors: empty, or a name and a dot.
    path: &'static str,
}

impl<'a> Fields<'a> {
    /// The fields of an item itself. Digits that could be of either radix are hex first.
    pub(super) fn of(object: &'a Map<String, Value>, readings: &'a Readings) -> Fields<'a> {
        Fields {
            object,
            readings,
            radix: Radix::Hex,
            path: "",
        }
    }

    /// The same fields, of which digits that could be of either radix are decimal first.
    pub(super) fn decimal_first(self) -> Fields<'a> {
        Fields {
            radix: Radix::Decimal,
            ..self
        }
    }

    /// The fields of an object inside.
    pub(super) fn inside(&self, name: &'static str, path: &'static str) -> Result<Fields<'a>, FieldError> {
        match self.object.get(name) {
            Some(Value::Object(object)) => Ok(Fields {
                object,
                path,
                ..*self
            }),
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
        self.decode(name, value, wanted)
    }

    /// Exactly `N` bytes.
    pub(super) fn array<const N: usize>(&self, names: &[&str]) -> Result<[u8; N], FieldError> {
        let wanted = format!("{N} bytes in hex");
        let (name, value) = self.find(names, &wanted)?;
        let bytes = self.decode(name, value, &wanted)?;
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
        let (name, value) = self.find(names, &wanted)?;
        let bytes = self.decode(name, value, &wanted)?;
        let mut padded = [0; N];
        match padded.get_mut(..bytes.len()) {
            Some(place) => place.copy_from_slice(&bytes),
            None => return Err(self.wrong(name, count(bytes.len(), "byte"), &wanted)),
        }
        Ok(padded)
    }

    /// Exactly 32 bytes that may have been printed as a number: without leading zeros, or in decimal.
    pub(super) fn printed_as_number(&self, name: &str) -> Result<[u8; 32], FieldError> {
        let wanted = "32 bytes in hex, of which leading zeros may be missing, or the same number in decimal";
        let (name, value) = self.find(&[name], wanted)?;
        let text = self.text(name, value, wanted)?;
        let digits = self.hex_digits(name, text, wanted)?;
        let hex = || {
            let mut bytes = [0; 32];
            let padded = format!("{digits:0>64}");
            hex::decode_to_slice(padded, &mut bytes).is_ok().then_some(bytes)
        };
        self.readings
            .choose(text, self.radix, hex, || decimal_256(text))
            .ok_or_else(|| self.wrong(name, too_much(text), wanted))
    }

    /// An integer of at most 64 bits.
    pub(super) fn integer(&self, names: &[&str]) -> Result<u64, FieldError> {
        let wanted = "an integer of at most 64 bits";
        self.number(names, wanted, |text, radix| {
            u64::from_str_radix(text, radix as u32).ok()
        })
    }

    /// An integer of at most 128 bits.
    pub(super) fn wide_integer(&self, names: &[&str]) -> Result<u128, FieldError> {
        let wanted = "an integer of at most 128 bits";
        self.number(names, wanted, |text, radix| {
            u128::from_str_radix(text, radix as u32).ok()
        })
    }

    /// An integer of either sign, as JSON has it or in decimal.
    pub(super) fn signed(&self, name: &str) -> Result<i64, FieldError> {
        let wanted = "an integer";
        let (name, value) = self.find(&[name], wanted)?;
        value
            .as_i64()
            .or_else(|| value.as_str()?.parse().ok())
            .ok_or_else(|| self.wrong(name, kind(value).into(), wanted))
    }

    fn number<T: PartialEq + Copy + From<u64>>(
        &self,
        names: &[&str],
        wanted: &str,
        parse: impl Fn(&str, Radix) -> Option<T>,
    ) -> Result<T, FieldError> {
        let (name, value) = self.find(names, wanted)?;
        if let Value::Number(number) = value {
            let wrong = || self.wrong(name, format!("the number {number}"), wanted);
            return number.as_u64().map(T::from).ok_or_else(wrong);
        }
        let text = self.text(name, value, wanted)?;
        let digits = self.hex_digits(name, text, wanted)?;
        let hex = || parse(digits, Radix::Hex);
        let decimal = || parse(text, Radix::Decimal);
        self.readings
            .choose(text, self.radix, hex, decimal)
            .ok_or_else(|| self.wrong(name, too_much(text), wanted))
    }

    /// The digits of a string, each of them a hex digit; at least one.
    fn hex_digits(&self, name: &str, text: &'a str, wanted: &str) -> Result<&'a str, FieldError> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        if digits.is_empty() {
            return Err(self.wrong(name, "no digits".into(), wanted));
        }
        match digits.char_indices().find(|(_, c)| !c.is_ascii_hexdigit()) {
            Some((place, character)) => {
                Err(self.wrong(name, format!("{character:?} at digit {place}"), wanted))
            }
            None => Ok(digits),
        }
    }

    fn decode(&self, name: &str, value: &'a Value, wanted: &str) -> Result<Vec<u8>, FieldError> {
        let text = self.text(name, value, wanted)?;
        let digits = text.strip_prefix("0x").unwrap_or(text);
        hex::decode(digits).map_err(|error| self.wrong(name, not_hex(error, digits), wanted))
    }

    fn text(&self, name: &str, value: &'a Value, wanted: &str) -> Result<&'a str, FieldError> {
        value
            .as_str()
            .ok_or_else(|| self.wrong(name, kind(value).into(), wanted))
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

/// A number beyond the width of its field.
fn too_much(text: &str) -> String {
    if text.len() <= 80 {
        text.into()
    } else {
        count(text.len(), "character")
    }
}

fn count(number: usize, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}
