//! JSON out.

use std::fmt::Write;

/// Prints one value after another, with the commas that belong between them.
#[derive(Debug, Default)]
pub struct Writer {
    text: String,
}

impl Writer {
    /// What was printed so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole text.
    pub fn finish(self) -> String {
        self.text
    }

    /// Begins a line of its own.
    pub fn end_line(&mut self) {
        self.text.push('\n');
    }

    /// Forgets what was printed, and keeps the room it took.
    pub fn clear(&mut self) {
        self.text.clear();
    }

    /// Opens an object.
    pub fn open_object(&mut self) {
        self.separate();
        self.text.push('{');
    }

    /// Closes an object.
    pub fn close_object(&mut self) {
        self.text.push('}');
    }

    /// Opens an array.
    pub fn open_array(&mut self) {
        self.separate();
        self.text.push('[');
    }

    /// Closes an array.
    pub fn close_array(&mut self) {
        self.text.push(']');
    }

    /// The name of the member that comes next; it has no character that must be escaped.
    pub fn name(&mut self, name: &str) {
        self.separate();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
    }

    /// A string.
    pub fn string(&mut self, text: &str) {
        self.separate();
        self.text.push('"');
        let mut rest = text;
        while !rest.is_empty() {
            let (plain, special) = rest.split_at(super::value::plain_bytes(rest.as_bytes()));
            self.text.push_str(plain);
            let Some(character) = special.chars().next() else {
                break;
            };
            // Writing to a string never fails.
            let _ = match character {
                '"' | '\\' => write!(self.text, "\\{character}"),
                _ => write!(self.text, "\\u{:04x}", character as u32),
            };
            rest = &special[1..];
        }
        self.text.push('"');
    }

    /// Bytes as a string of hex digits, lower case.
    pub fn hex(&mut self, bytes: &[u8]) {
        self.separate();
        self.text.push('"');
        for byte in bytes {
            for digit in [byte >> 4, byte & 15] {
                self.text
                    .push(char::from(b"0123456789abcdef"[usize::from(digit)]));
            }
        }
        self.text.push('"');
    }

    /// An integer.
    pub fn integer(&mut self, value: u64) {
        self.separate();
        let _ = write!(self.text, "{value}");
    }

    /// A number, as short as it reads back the same; `null` where it is none or infinite.
    pub fn number(&mut self, value: f64) {
        self.separate();
        let _ = match value.is_finite() {
            true => write!(self.text, "{value}"),
            false => write!(self.text, "null"),
        };
    }

    /// `true`, `false`, or `null` where it is neither.
    pub fn truth(&mut self, truth: Option<bool>) {
        self.separate();
        self.text.push_str(match truth {
            Some(true) => "true",
            Some(false) => "false",
            None => "null",
        });
    }

    /// A comma, unless this is the first member or comes behind its name. What was printed before is whole, so its
    /// last byte tells; a line of its own has none before it.
    fn separate(&mut self) {
        if !matches!(
            self.text.as_bytes().last(),
            None | Some(b'{' | b'[' | b':' | b'\n')
        ) {
            self.text.push(',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_separated_and_strings_escaped() {
        let mut writer = Writer::default();
        writer.open_object();
        writer.name("a");
        writer.integer(u64::MAX);
        writer.name("n");
        writer.number(-0.5);
        writer.name("i");
        writer.number(f64::INFINITY);
        writer.name("b");
        writer.open_array();
        writer.truth(None);
        writer.truth(Some(true));
        writer.string("\"\\\u{1}\n:[é{");
        writer.hex(&[0, 0xaf]);
        writer.open_object();
        writer.close_object();
        writer.open_array();
        writer.close_array();
        writer.string("");
        writer.close_array();
        writer.close_object();
        writer.end_line();
        writer.truth(Some(false));
        assert_eq!(
            writer.finish(),
            "{\"a\":18446744073709551615,\"n\":-0.5,\"i\":null,\"b\":[null,true,\"\\\"\\\\\\u0001\\u000a:[é{\",\"00af\",{},[],\"\"]}\nfalse"
        );
    }
}
