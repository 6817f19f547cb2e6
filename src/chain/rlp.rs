//! The recursive length prefix encoding, as far as a block hash needs it: byte strings, integers, one list.

/// A list being written.
#[derive(Default)]
pub(super) struct List {
    payload: Vec<u8>,
}

impl List {
    /// Appends a byte string.
    pub(super) fn bytes(mut self, bytes: &[u8]) -> List {
        match bytes {
            [byte @ 0..0x80] => self.payload.push(*byte),
            _ => {
                push_prefix(&mut self.payload, 0x80, bytes.len());
                self.payload.extend_from_slice(bytes);
            }
        }
        self
    }

    /// Appends an integer: its big-endian bytes without leading zeros, so that 0 is the empty string.
    pub(super) fn integer(self, value: u64) -> List {
        self.bytes(&value.to_be_bytes()[value.leading_zeros() as usize / 8..])
    }

    /// The whole list with its prefix.
    pub(super) fn finish(self) -> Vec<u8> {
        let mut encoded = Vec::with_capacity(self.payload.len() + 9);
        push_prefix(&mut encoded, 0xc0, self.payload.len());
        encoded.extend_from_slice(&self.payload);
        encoded
    }
}

/// Lengths up to 55 go into the prefix itself, longer ones follow it in as few bytes as they need.
fn push_prefix(encoded: &mut Vec<u8>, kind: u8, len: usize) {
    if len <= 55 {
        encoded.push(kind + len as u8);
    } else {
        let bytes = (len as u64).to_be_bytes();
        let used = &bytes[(len as u64).leading_zeros() as usize / 8..];
        encoded.push(kind + 55 + used.len() as u8);
        encoded.extend_from_slice(used);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_integers_take_the_shortest_form() {
        let table: [(&str, List, &str); 8] = [
            ("an empty list", List::default(), "c0"),
            ("a small byte is itself", List::default().bytes(&[0x7f]), "c17f"),
            ("a zero byte is itself", List::default().bytes(&[0]), "c100"),
            (
                "a large byte has a prefix",
                List::default().bytes(&[0x80]),
                "c28180",
            ),
            ("zero is the empty string", List::default().integer(0), "c180"),
            ("one is itself", List::default().integer(1), "c101"),
            ("256 is two bytes", List::default().integer(256), "c3820100"),
            (
                "the greatest is eight",
                List::default().integer(u64::MAX),
                "c988ffffffffffffffff",
            ),
        ];
        for (name, list, expected) in table {
            assert_eq!(hex::encode(list.finish()), expected, "{name}");
        }
    }

    #[test]
    fn lengths_grow_from_the_prefix_into_bytes_of_their_own() {
        let prefix = |len: usize| hex::encode(&List::default().bytes(&vec![0xaa; len]).finish()[..6]);
        assert_eq!(
            &prefix(54)[..4],
            "f7b6",
            "55 bytes of payload still fit the prefix"
        );
        assert_eq!(&prefix(55)[..6], "f838b7");
        assert_eq!(&prefix(56)[..8], "f83ab838");
        assert_eq!(&prefix(1408)[..12], "f90583b90580");
    }
}
