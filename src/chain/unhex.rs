//! Bytes from hex, quickly.

/// What stands for a byte that is no hex digit; larger than all digits together.
const NO_DIGIT: u8 = 0x80;

/// Bytes in hex, or nothing where they are not; a block has two thousand of them. The hex crate's own loop branches at
/// every digit, which took a quarter of a verdict's time; it is left to say what is wrong.
pub fn unhex(digits: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![0; digits.len() / 2];
    unhex_into(digits, &mut bytes).then_some(bytes)
}

/// Fills a place with bytes in hex. False where the digits are not just as many as it takes, or not all hex; then
/// what the place holds is of no account.
pub fn unhex_into(digits: &str, place: &mut [u8]) -> bool {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else {
        return false;
    };
    if pairs.len() != place.len() {
        return false;
    }
    let mut seen = 0;
    for (byte, &[high, low]) in place.iter_mut().zip(pairs) {
        let (high, low) = (digit(high), digit(low));
        seen |= high | low;
        *byte = high << 4 | low;
    }
    seen & NO_DIGIT == 0
}

/// By arithmetic instead of a table, so that vector units can do it.
fn digit(character: u8) -> u8 {
    let (digit, letter) = (
        character.wrapping_sub(b'0'),
        (character | b' ').wrapping_sub(b'a'),
    );
    if digit < 10 {
        digit
    } else if letter < 6 {
        letter + 10
    } else {
        NO_DIGIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_characters_is_read_as_the_hex_crate_reads_it() {
        let ascii = || (0..128u8).map(char::from);
        for (high, low) in ascii().flat_map(|high| ascii().map(move |low| (high, low))) {
            let pair = format!("{high}{low}");
            assert_eq!(unhex(&pair), hex::decode(&pair).ok(), "{pair:?}");
        }
        for text in ["", "0", "0g", "00é", "é0", "0123456789abcdefABCDEF", "000"] {
            assert_eq!(unhex(text), hex::decode(text).ok(), "{text:?}");
        }
    }
}
