//! Why a text is no JSON, and where.

use super::value::MOST_NESTED;

/// Text that is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{complaint} at line {line} column {column}")]
pub struct JsonError {
    /// What is wrong.
    pub complaint: Complaint,
    /// The line, from 1.
    pub line: usize,
    /// The byte within the line, from 1; at the end of a text one behind its last.
    pub column: usize,
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// The text ends inside a value.
    Unfinished,
    /// Something that begins no value.
    NoValue,
    /// Something other than a name in quotation marks, in an object.
    NoName,
    /// Something other than a colon behind a name.
    NoColon,
    /// Neither a comma nor the end behind a member of an object or an array.
    NoComma,
    /// A character below U+0020 in a string, which must be escaped.
    Control,
    /// An escape that JSON does not have, or half of a surrogate pair.
    Escape,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// Something behind the value.
    Trailing,
    /// Deeper than [`MOST_NESTED`].
    TooDeep,
}

impl std::fmt::Display for Complaint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Complaint::Unfinished => "the text ends inside a value",
            Complaint::NoValue => "wanted a value",
            Complaint::NoName => "wanted a name in quotation marks",
            Complaint::NoColon => "wanted a colon",
            Complaint::NoComma => "wanted a comma or the end of what was opened",
            Complaint::Control => "a control character stands in a string",
            Complaint::Escape => "unknown escape in a string",
            Complaint::NotUtf8 => "bytes that are not UTF-8",
            Complaint::Trailing => "wanted nothing more",
            Complaint::TooDeep => return write!(f, "nested deeper than {MOST_NESTED} levels"),
        })
    }
}

impl JsonError {
    /// The error at a byte of a text.
    pub(super) fn at(complaint: Complaint, text: &[u8], at: usize) -> JsonError {
        let before = &text[..at.min(text.len())];
        let line_start = before
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |end| end + 1);
        JsonError {
            complaint,
            line: 1 + before.iter().filter(|&&byte| byte == b'\n').count(),
            column: 1 + before.len() - line_start,
        }
    }

    /// The same error, where the text itself begins at such a place of another.
    #[must_use]
    pub fn within(self, line: usize, column: usize) -> JsonError {
        JsonError {
            complaint: self.complaint,
            line: self.line + line - 1,
            column: if self.line == 1 {
                self.column + column - 1
            } else {
                self.column
            },
        }
    }
}
