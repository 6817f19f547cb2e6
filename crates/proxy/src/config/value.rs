//! Single values of the file: numbers within bounds, durations with a unit, and whatever has a text form.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error};

use super::ConfigError;

/// A value that is written as text; its own error is told, with the place in the file.
pub(super) struct Text<T>(pub(super) T);

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map(Text)
            .map_err(D::Error::custom)
    }
}

/// A whole number from `LEAST` to `MOST`.
pub(super) fn count<'de, const LEAST: i64, const MOST: i64, D>(from: D) -> Result<usize, D::Error>
where
    D: Deserializer<'de>,
{
    let given = i64::deserialize(from)?;
    if !(LEAST..=MOST).contains(&given) {
        return Err(D::Error::custom(format!("{given} is not from {LEAST} to {MOST}")));
    }
    usize::try_from(given).map_err(D::Error::custom)
}

/// A duration from `LEAST` to `MOST` milliseconds.
pub(super) fn duration<'de, const LEAST: u64, const MOST: u64, D>(from: D) -> Result<Duration, D::Error>
where
    D: Deserializer<'de>,
{
    let text = String::deserialize(from)?;
    let given = parse_duration(&text).map_err(D::Error::custom)?;
    let (least, most) = (Duration::from_millis(LEAST), Duration::from_millis(MOST));
    if !(least..=most).contains(&given) {
        return Err(D::Error::custom(format!(
            "{text:?} is not from {least:?} to {most:?}"
        )));
    }
    Ok(given)
}

fn parse_duration(text: &str) -> Result<Duration, ConfigError> {
    let wrong = || ConfigError::Duration(text.to_owned());
    let unit = text
        .find(|letter: char| !letter.is_ascii_digit())
        .ok_or_else(wrong)?;
    let (number, unit) = text.split_at(unit);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    number
        .checked_mul(milliseconds)
        .map(Duration::from_millis)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_unit() {
        for (text, milliseconds) in [
            ("0s", 0),
            ("500ms", 500),
            ("90s", 90_000),
            ("5m", 300_000),
            ("2h", 7_200_000),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
        for text in [
            "",
            "5",
            "s",
            "5 s",
            "-5s",
            "+5s",
            "1.5s",
            "5sec",
            "5S",
            "99999999999999999999s",
            "99999999999999999h",
        ] {
            assert_eq!(
                parse_duration(text),
                Err(ConfigError::Duration(text.into())),
                "{text}"
            );
        }
    }
}
