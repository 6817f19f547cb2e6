//! One value, read from its text.

use std::borrow::Cow;

use super::error::{Complaint, JsonError};

/// Arrays and objects may stand inside each other so deep. Reading recurses, and a stack ends.
pub const MOST_NESTED: usize = 64;

/// Members for which room is made at once: a kernel's block has about twenty.
const USUAL_MEMBERS: usize = 24;

/// Bytes looked at together where nothing special is expected, a multiple of what vector units take.
const STRIDE: usize = 32;

/// A JSON value that borrows from its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as its digits stand in the text.
    Number(&'a str),
    /// A string without its quotation marks and escapes.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Json<'a>>),
    /// An object, its members in their order.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads a text that is one value, with blanks around it or without.
    ///
    /// # Errors
    /// [`JsonError`] says what is wrong first, and where.
    pub fn parse(text: &'a str) -> Result<Json<'a>, JsonError> {
        let mut reader = Reader { text, at: 0 };
        let read = reader.value(0).and_then(|value| {
            reader.skip_blanks();
            match reader.peek() {
                None => Ok(value),
                Some(_) => Err(Complaint::Trailing),
            }
        });
        read.map_err(|complaint| JsonError::at(complaint, text.as_bytes(), reader.at))
    }

    /// A member of an object; of several under one name the last. Nothing where this is no object.
    pub fn get(&self, name: &str) -> Option<&Json<'a>> {
        let Json::Object(members) = self else { return None };
        let member = members.iter().rev().find(|(of, _)| of == name);
        member.map(|(_, value)| value)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        *self == Json::Null
    }

    /// What kind of value this is, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::Text(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        }
    }
}

/// A text, and how far it is read. After a complaint, `at` is where it arose.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// The first byte that is no blank; a text that ends here is unfinished.
    fn next(&mut self) -> Result<u8, Complaint> {
        self.skip_blanks();
        self.peek().ok_or(Complaint::Unfinished)
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, Complaint> {
        match self.next()? {
            b'{' | b'[' if depth == MOST_NESTED => Err(Complaint::TooDeep),
            b'{' => {
                let mut members = Vec::with_capacity(USUAL_MEMBERS);
                self.members(b'}', |reader| {
                    if reader.next()? != b'"' {
                        return Err(Complaint::NoName);
                    }
                    let name = reader.string()?;
                    if reader.next()? != b':' {
                        return Err(Complaint::NoColon);
                    }
                    reader.at += 1;
                    members.push((name, reader.value(depth + 1)?));
                    Ok(())
                })?;
                Ok(Json::Object(members))
            }
            b'[' => {
                let mut values = Vec::new();
                self.members(b']', |reader| {
                    values.push(reader.value(depth + 1)?);
                    Ok(())
                })?;
                Ok(Json::Array(values))
            }
            b'"' => Ok(Json::Text(self.string()?)),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'n' => self.word("null", Json::Null),
            _ => Err(Complaint::NoValue),
        }
    }

    /// What stands between an opening bracket, which is here, and its closing one, with commas in between.
    fn members(
        &mut self,
        end: u8,
        mut member: impl FnMut(&mut Self) -> Result<(), Complaint>,
    ) -> Result<(), Complaint> {
        self.at += 1;
        if self.next()? == end {
            self.at += 1;
            return Ok(());
        }
        loop {
            member(self)?;
            match self.next()? {
                b',' => self.at += 1,
                byte if byte == end => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(Complaint::NoComma),
            }
        }
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, Complaint> {
        let rest = &self.text.as_bytes()[self.at..];
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(value)
        } else if word.as_bytes().starts_with(rest) {
            self.at = self.text.len();
            Err(Complaint::Unfinished)
        } else {
            Err(Complaint::NoValue)
        }
    }

    fn number(&mut self) -> Result<Json<'a>, Complaint> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Json::Number(&self.text[start..self.at]))
    }

    /// One digit at least.
    fn digits(&mut self) -> Result<(), Complaint> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        match self.peek() {
            _ if self.at > start => Ok(()),
            None => Err(Complaint::Unfinished),
            Some(_) => Err(Complaint::NoValue),
        }
    }

    /// A string, whose quotation mark is here. It is borrowed where it has no escapes.
    fn string(&mut self) -> Result<Cow<'a, str>, Complaint> {
        self.at += 1;
        let mut unescaped = String::new();
        loop {
            let start = self.at;
            self.at += plain_bytes(&self.text.as_bytes()[start..]);
            let plain = &self.text[start..self.at];
            match self.peek() {
                None => return Err(Complaint::Unfinished),
                Some(b'"') => {
                    self.at += 1;
                    if unescaped.is_empty() {
                        return Ok(Cow::Borrowed(plain));
                    }
                    return Ok(Cow::Owned(unescaped + plain));
                }
                Some(b'\\') => {
                    unescaped += plain;
                    unescaped.push(self.escape()?);
                }
                Some(_) => return Err(Complaint::Control),
            }
        }
    }

    /// The character that an escape stands for, whose backslash is here.
    fn escape(&mut self) -> Result<char, Complaint> {
        let rest = &self.text.as_bytes()[self.at + 1..];
        let (length, character) = match rest.first().ok_or(Complaint::Unfinished)? {
            b'b' => (2, '\u{8}'),
            b'f' => (2, '\u{c}'),
            b'n' => (2, '\n'),
            b'r' => (2, '\r'),
            b't' => (2, '\t'),
            byte @ (b'"' | b'\\' | b'/') => (2, char::from(*byte)),
            b'u' => {
                let unit = code_unit(rest).ok_or(Complaint::Escape)?;
                match char::from_u32(unit) {
                    Some(character) => (6, character),
                    None => {
                        let low = rest.get(5..).filter(|rest| rest.first() == Some(&b'\\'));
                        let low = low.and_then(|rest| code_unit(&rest[1..]));
                        let units = [Some(unit as u16), low.map(|low| low as u16)];
                        let pair = char::decode_utf16(units.into_iter().flatten()).next();
                        (12, pair.and_then(Result::ok).ok_or(Complaint::Escape)?)
                    }
                }
            }
            _ => return Err(Complaint::Escape),
        };
        self.at += length;
        Ok(character)
    }
}

/// How many bytes of a string come before a quotation mark, a backslash or a control character.
pub(super) fn plain_bytes(bytes: &[u8]) -> usize {
    let special = |byte: u8| byte == b'"' || byte == b'\\' || byte < b' ';
    let (strides, _) = bytes.as_chunks::<STRIDE>();
    // Without a branch inside, and in bytes, so that a stride is a few vectors' work.
    let is_plain = |stride: &&[u8; STRIDE]| {
        let any = stride.iter().fold(0, |any, &byte| {
            any | u8::from(byte == b'"') | u8::from(byte == b'\\') | u8::from(byte < b' ')
        });
        any == 0
    };
    let skipped = strides.iter().take_while(is_plain).count() * STRIDE;
    let rest = &bytes[skipped..];
    skipped + rest.iter().position(|&byte| special(byte)).unwrap_or(rest.len())
}

/// The number in `uXXXX`.
fn code_unit(escape: &[u8]) -> Option<u32> {
    let digits = escape.strip_prefix(b"u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, &digit| {
        Some(unit << 4 | char::from(digit).to_digit(16)?)
    })
}
