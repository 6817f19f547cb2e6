//! Where values begin and end in a text that comes piece by piece.

use super::error::Complaint;
use super::value::plain_bytes;

/// Follows a text of values one after another, with blanks between them or without. The values of an array that stands
/// among them count by themselves, so that an array of any length comes in pieces too.
///
/// Only brackets, quotation marks and blanks are looked at; whether what lies between is JSON shows when it is read.
#[derive(Debug, Default)]
pub(super) struct Cutter {
    place: Place,
    inside: Option<Inside>,
    /// Whether the last byte looked at was a backslash in a string.
    escaped: bool,
    /// Whether there was anything but blanks.
    begun: bool,
}

/// Where the text stands between values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Outside of an array.
    #[default]
    Between,
    /// Behind an array's bracket.
    Opened,
    /// Behind a value of an array.
    Behind,
    /// Behind a comma of an array.
    Comma,
}

/// Inside a value.
#[derive(Clone, Copy, Debug)]
enum Inside {
    /// Between so many brackets; in a string there, or not.
    Nested { depth: usize, string: bool },
    /// A string that is the value itself.
    Text,
    /// A number or a word.
    Word,
}

/// What the next bytes of a text are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// All of them belong to no value.
    Blank,
    /// So many belong to none; then a value begins, which goes on behind them.
    Begun { at: usize },
    /// So many end a value that began before, or begins at `from`.
    Value { from: usize, to: usize },
    /// At this byte something is missing.
    Misplaced { at: usize, complaint: Complaint },
}

impl Cutter {
    /// Whether there was anything but blanks.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    /// Whether the text may end here: no array is open, and no value but a number or a word is.
    pub(super) fn may_end(&self) -> bool {
        self.place == Place::Between && matches!(self.inside, None | Some(Inside::Word))
    }

    /// Whether a number or a word is open, which the end of the text ends.
    pub(super) fn in_word(&self) -> bool {
        matches!(self.inside, Some(Inside::Word))
    }

    /// Looks at the bytes that follow what was looked at before. Where a value ends, the bytes behind it are left.
    pub(super) fn next(&mut self, bytes: &[u8]) -> Cut {
        let (from, start) = match self.inside {
            Some(_) => (0, 0),
            None => match self.begin(bytes) {
                Ok(Some((at, skipped))) => (at, skipped),
                Ok(None) => return Cut::Blank,
                Err((at, complaint)) => return Cut::Misplaced { at, complaint },
            },
        };
        match self.end(&bytes[start..]) {
            Some(length) => {
                self.inside = None;
                if self.place != Place::Between {
                    self.place = Place::Behind;
                }
                Cut::Value {
                    from,
                    to: start + length,
                }
            }
            None => Cut::Begun { at: from },
        }
    }

    /// Where the next value begins, and how much of it is known by now; an array's own signs are passed.
    fn begin(&mut self, bytes: &[u8]) -> Result<Option<(usize, usize)>, (usize, Complaint)> {
        for (at, &byte) in bytes.iter().enumerate() {
            if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                continue;
            }
            self.begun = true;
            self.place = match (byte, self.place) {
                (b'[', Place::Between) => Place::Opened,
                (b']', Place::Opened | Place::Behind) => Place::Between,
                (b',', Place::Behind) => Place::Comma,
                (_, Place::Behind) => return Err((at, Complaint::NoComma)),
                (b']' | b'}' | b',' | b':', _) => return Err((at, Complaint::NoValue)),
                _ => {
                    let (inside, known) = match byte {
                        b'{' | b'[' => (
                            Inside::Nested {
                                depth: 0,
                                string: false,
                            },
                            0,
                        ),
                        b'"' => (Inside::Text, 1),
                        _ => (Inside::Word, 1),
                    };
                    self.inside = Some(inside);
                    return Ok(Some((at, at + known)));
                }
            };
        }
        Ok(None)
    }

    /// How many bytes end the value that is open, if they do.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        match self.inside? {
            Inside::Nested {
                mut depth,
                mut string,
            } => {
                let mut at = 0;
                while at < bytes.len() {
                    if string {
                        let Some(length) = self.end_of_string(&bytes[at..]) else {
                            break;
                        };
                        at += length;
                        string = false;
                        continue;
                    }
                    match bytes[at] {
                        b'"' => string = true,
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' if depth == 1 => return Some(at + 1),
                        b'}' | b']' => depth -= 1,
                        _ => {}
                    }
                    at += 1;
                }
                self.inside = Some(Inside::Nested { depth, string });
                None
            }
            Inside::Text => self.end_of_string(bytes),
            Inside::Word => bytes.iter().position(|byte| {
                matches!(
                    byte,
                    b' ' | b'\n' | b'\r' | b'\t' | b',' | b':' | b'"' | b'{' | b'}' | b'[' | b']'
                )
            }),
        }
    }

    /// How many bytes end the string that is open, its quotation mark among them, if they do.
    fn end_of_string(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = usize::from(std::mem::take(&mut self.escaped) && !bytes.is_empty());
        loop {
            at += plain_bytes(&bytes[at..]);
            match bytes.get(at)? {
                b'"' => return Some(at + 1),
                b'\\' if at + 1 == bytes.len() => {
                    self.escaped = true;
                    return None;
                }
                b'\\' => at += 2,
                // A control character is the reader's to complain of.
                _ => at += 1,
            }
        }
    }
}
