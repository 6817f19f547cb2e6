//! Strings of digits that do not say their radix.
//!
//! `0x` means hex, and so do a letter and a leading zero, which no decimal number is printed with. Digits that
//! are left could be either: some programs print a number in hex without `0x`, others in decimal. The reading that
//! is usual for the item's shape comes first; where a hash came along that contradicts it, the others are tried.

use std::cell::Cell;

/// Of so many strings at most both readings are tried: more than any shape has numbers.
const MOST: u32 = 8;

/// How digits are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Radix {
    Decimal,
    Hex,
}

/// Which reading each string takes of which both are possible, in the order in which an item's fields are read.
#[derive(Default)]
pub(super) struct Readings {
    /// A bit for each such string: whether it takes the reading that is not the usual one.
    unusual: u32,
    met: Cell<u32>,
}

impl Readings {
    /// Whether no string was met of which both readings are possible.
    pub(super) fn is_sure(&self) -> bool {
        self.met.get() == 0
    }

    /// The ways of reading an item other than this one, with which it was read once.
    pub(super) fn others(&self) -> impl Iterator<Item = Readings> {
        (1..1 << self.met.get().min(MOST)).map(|unusual| Readings {
            unusual,
            met: Cell::new(0),
        })
    }

    /// The value of a text whose usual radix is given, or of the one radix in which it has a value at all.
    pub(super) fn choose<T: PartialEq>(
        &self,
        text: &str,
        usual: Radix,
        hex: impl Fn() -> Option<T>,
        decimal: impl Fn() -> Option<T>,
    ) -> Option<T> {
        let may_be_decimal = text.bytes().all(|digit| digit.is_ascii_digit()) && !text.starts_with('0');
        if !may_be_decimal {
            return hex();
        }
        let (hex, decimal) = (hex(), decimal());
        if hex.is_none() || decimal.is_none() || hex == decimal {
            return hex.or(decimal);
        }
        let place = self.met.get();
        self.met.set(place + 1);
        let unusual = place < MOST && self.unusual >> place & 1 == 1;
        if (usual == Radix::Hex) != unusual {
            hex
        } else {
            decimal
        }
    }
}

/// A decimal number as 32 big-endian bytes, if it fits.
pub(super) fn decimal_256(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    for digit in digits.chars() {
        let mut carried = digit.to_digit(10)?;
        for byte in bytes.iter_mut().rev() {
            let sum = u32::from(*byte) * 10 + carried;
            *byte = sum as u8;
            carried = sum >> 8;
        }
        if carried != 0 {
            return None;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_that_could_be_either_are_read_both_ways() {
        let table: [(&str, usize, &[u64]); 7] = [
            ("0x10", 16, &[16]),
            ("1a", 16, &[26]),
            ("010", 16, &[16]),
            ("7", 16, &[7]),
            ("10", 16, &[16, 10]),
            ("10", 10, &[10, 16]),
            // 2^64 is too much for hex of as many digits.
            ("18446744073709551615", 16, &[u64::MAX]),
        ];
        for (text, usual, expected) in table {
            let usual = if usual == 16 { Radix::Hex } else { Radix::Decimal };
            let read = |readings: &Readings| {
                let digits = text.strip_prefix("0x").unwrap_or(text);
                let hex = || u64::from_str_radix(digits, 16).ok();
                readings.choose(text, usual, hex, || text.parse().ok())
            };
            let first = Readings::default();
            let mut values = vec![read(&first)];
            values.extend(first.others().map(|other| read(&other)));
            let expected: Vec<_> = expected.iter().copied().map(Some).collect();
            assert_eq!(values, expected, "{text}");
        }
    }

    #[test]
    fn many_doubtful_strings_are_not_tried_without_end() {
        let readings = Readings::default();
        for _ in 0..40 {
            readings.choose("10", Radix::Hex, || Some(16), || Some(10));
        }
        assert_eq!(readings.others().count(), 255);
    }

    #[test]
    fn a_decimal_number_is_its_bytes_as_long_as_they_are_32() {
        let most = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        let more = "115792089237316195423570985008687907853269984665640564039457584007913129639936";
        assert_eq!(decimal_256(most), Some([0xff; 32]));
        assert_eq!(decimal_256(more), None);
        assert_eq!(decimal_256("258").unwrap()[29..], [0, 1, 2]);
        assert_eq!(decimal_256("1a"), None);
    }
}
