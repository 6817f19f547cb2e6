//! Fields of a JSON object, read with their sizes checked.
//!
//! Byte strings are hex, with or without `0x`. Numbers are JSON integers, hex or decimal strings, of any count of
//! digits as long as the value fits. A field that is `null` is a missing one.

use super::digits::{Radix, Readings, decimal_256};
use super::unhex::{unhex, unhex_into};
use crate::json::Json;

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

/// How many bytes a field may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    Exact,
    AtMost,
}

/// One object, where it stands in its item, and how its strings of digits are meant.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    object: &'a Json<'a>,
    readings: &'a Readings,
    radix: Radix,
    /// The prefix of this object's field names in errors: empty, or a name and a dot.
    path: &'static str,
}

impl<'a> Fields<'a> {
    /// The fields of an item itself. Digits that could be of either radix are hex first.
    pub(super) fn of(object: &'a Json<'a>, readings: &'a Readings) -> Fields<'a> {
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
            Some(object @ Json::Object(_)) => Ok(Fields {
                object,
                path,
                ..*self
            }),
            Some(other) => Err(self.wrong(name, other.kind().into(), "an object")),
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
        let (name, value) = self.find(names, || wanted.into())?;
        self.decode(name, value, wanted)
    }

    /// Exactly `N` bytes.
    pub(super) fn array<const N: usize>(&self, names: &[&str]) -> Result<[u8; N], FieldError> {
        let mut bytes = [0; N];
        self.fill(names, Count::Exact, &mut bytes)?;
        Ok(bytes)
    }

    /// At most `N` bytes, filled up with zeros on the right.
    pub(super) fn right_padded<const N: usize>(&self, names: &[&str]) -> Result<[u8; N], FieldError> {
        let mut bytes = [0; N];
        self.fill(names, Count::AtMost, &mut bytes)?;
        Ok(bytes)
    }

    fn fill(&self, names: &[&str], rule: Count, place: &mut [u8]) -> Result<(), FieldError> {
        let at_most = if rule == Count::AtMost { "at most " } else { "" };
        let size = place.len();
        let wanted = || format!("{at_most}{size} bytes in hex");
        let (name, value) = self.find(names, wanted)?;
        if let Some(text) = value.as_str()
            && unhex_into(without_prefix(text), place)
        {
            return Ok(());
        }
        let wanted = wanted();
        let bytes = self.decode(name, value, &wanted)?;
        if bytes.len() > place.len() || rule == Count::Exact && bytes.len() < place.len() {
            return Err(self.wrong(name, count(bytes.len(), "byte"), &wanted));
        }
        place[..bytes.len()].copy_from_slice(&bytes);
        Ok(())
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

    /// Exactly 32 bytes that may have been printed as a number: without leading zeros, or in decimal.
    pub(super) fn printed_as_number(&self, name: &str) -> Result<[u8; 32], FieldError> {
        let wanted = "32 bytes in hex, of which leading zeros may be missing, or the same number in decimal";
        let (name, value) = self.find(&[name], || wanted.into())?;
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
        let value = self.number(names, u64::MAX.into(), "an integer of at most 64 bits")?;
        Ok(value as u64)
    }

    /// An integer of at most 128 bits.
    pub(super) fn wide_integer(&self, names: &[&str]) -> Result<u128, FieldError> {
        self.number(names, u128::MAX, "an integer of at most 128 bits")
    }

    /// An integer of either sign, as JSON has it or in decimal.
    pub(super) fn signed(&self, name: &str) -> Result<i64, FieldError> {
        let wanted = "an integer";
        let (name, value) = self.find(&[name], || wanted.into())?;
        let digits = match value {
            Json::Number(digits) => Some(*digits),
            _ => value.as_str(),
        };
        digits
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| self.wrong(name, value.kind().into(), wanted))
    }

    fn number(&self, names: &[&str], most: u128, wanted: &str) -> Result<u128, FieldError> {
        let (name, value) = self.find(names, || wanted.into())?;
        if let Json::Number(digits) = value {
            let wrong = || self.wrong(name, not_an_integer(digits), wanted);
            return integer(digits, 10, most).ok_or_else(wrong);
        }
        let text = self.text(name, value, wanted)?;
        let digits = self.hex_digits(name, text, wanted)?;
        let hex = || integer(digits, 16, most);
        let decimal = || integer(text, 10, most);
        self.readings
            .choose(text, self.radix, hex, decimal)
            .ok_or_else(|| self.wrong(name, too_much(text), wanted))
    }

    /// The digits of a string, each of them a hex digit; at least one.
    fn hex_digits(&self, name: &str, text: &'a str, wanted: &str) -> Result<&'a str, FieldError> {
        let digits = without_prefix(text);
        if digits.is_empty() {
            return Err(self.wrong(name, "no digits".into(), wanted));
        }
        match digits.char_indices().find(|(_, c)| !c.is_ascii_hexdigit()) {
            Some((place, character)) => {
                Err(self.wrong(name, format!("'{character}' at digit {place}"), wanted))
            }
            None => Ok(digits),
        }
    }

    fn decode(&self, name: &str, value: &'a Json<'a>, wanted: &str) -> Result<Vec<u8>, FieldError> {
        let text = self.text(name, value, wanted)?;
        let digits = without_prefix(text);
        let bytes = unhex(digits).map_or_else(|| hex::decode(digits), Ok);
        bytes.map_err(|error| self.wrong(name, not_hex(error, digits), wanted))
    }

    fn text(&self, name: &str, value: &'a Json<'a>, wanted: &str) -> Result<&'a str, FieldError> {
        value
            .as_str()
            .ok_or_else(|| self.wrong(name, value.kind().into(), wanted))
    }

    /// The first of the names that is there.
    fn find<'n>(
        &self,
        names: &[&'n str],
        wanted: impl Fn() -> String,
    ) -> Result<(&'n str, &'a Json<'a>), FieldError> {
        let present = |name: &&'n str| Some((*name, self.object.get(name).filter(|value| !value.is_null())?));
        names
            .iter()
            .find_map(present)
            .ok_or_else(|| self.missing(names, &wanted()))
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

fn without_prefix(text: &str) -> &str {
    text.strip_prefix("0x").unwrap_or(text)
}

fn not_hex(error: hex::FromHexError, digits: &str) -> String {
    match error {
        hex::FromHexError::InvalidHexCharacter { index, .. } => {
            let character = digits[..]
                .char_indices()
                .find(|(place, _)| *place >= index)
                .map(|(_, c)| c);
            format!("'{}' at digit {index}", character.unwrap_or_default())
        }
        _ => format!("{}, an odd number", count(digits.len(), "hex digit")),
    }
}

/// The value of digits, if it is not above the most that may be.
fn integer(digits: &str, radix: u32, most: u128) -> Option<u128> {
    let value = digits.chars().try_fold(0u128, |sum, digit| {
        let scaled = sum.checked_mul(radix.into())?;
        scaled.checked_add(digit.to_digit(radix)?.into())
    })?;
    (value <= most).then_some(value)
}

/// A JSON number that is no unsigned integer, or too large a one.
fn not_an_integer(digits: &str) -> String {
    if digits.contains(['.', 'e', 'E']) {
        "a number with a fraction or an exponent".into()
    } else {
        format!("the number {}", too_much(digits))
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
