//! A text of any length as the values it consists of.

use std::io::{self, Read};

use super::cut::{Cut, Cutter};
use super::error::{Complaint, JsonError};

/// Bytes of the longest value. A block has 4,000, and a value is held whole.
pub const LONGEST_VALUE: usize = 16 << 20;

/// Bytes asked for at a time: thirty blocks.
const PIECE: usize = 128 << 10;

/// The texts of a sequence of values, in their order: one after another, with blanks between them or without. An
/// array that stands among them counts as its values, and is not held whole.
///
/// After an error nothing comes any more.
pub struct Values<R> {
    reader: R,
    /// Bytes that were read; `held..seen` is the beginning of a value, `seen..filled` was not looked at yet.
    buffer: Vec<u8>,
    held: usize,
    seen: usize,
    filled: usize,
    cutter: Cutter,
    /// Where the byte at `held` stands.
    line: usize,
    column: usize,
    /// Whether nothing comes any more.
    ended: bool,
}

/// One value's text, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueText {
    /// The text, without blanks around it.
    pub text: String,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The byte of that line at which it begins, from 1.
    pub column: usize,
}

/// Why a text could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The text is no JSON.
    #[error(transparent)]
    Text(#[from] JsonError),
    /// The reader failed.
    #[error(transparent)]
    Reader(#[from] io::Error),
    /// There was no text.
    #[error("the input is empty; wanted JSON")]
    Empty,
    /// A value goes on for ever.
    #[error("the value at line {line} column {column} is longer than {LONGEST_VALUE} bytes")]
    TooLong {
        /// The line on which it begins, from 1.
        line: usize,
        /// The byte of that line at which it begins, from 1.
        column: usize,
    },
}

impl ValueText {
    /// Where the whole text has an error that was found in this one.
    pub fn place(&self, error: JsonError) -> JsonError {
        error.within(self.line, self.column)
    }
}

impl<R: Read> Values<R> {
    /// The values of what the reader holds.
    pub fn new(reader: R) -> Values<R> {
        Values {
            reader,
            buffer: Vec::new(),
            held: 0,
            seen: 0,
            filled: 0,
            cutter: Cutter::default(),
            line: 1,
            column: 1,
            ended: false,
        }
    }

    /// The next value, if it was read already: a caller who has something to hand on does so before it lets
    /// [`Iterator::next`] wait for more.
    ///
    /// # Errors
    /// [`ReadError`], but for what only the reader itself can say.
    pub fn buffered(&mut self) -> Option<Result<ValueText, ReadError>> {
        if self.ended {
            return None;
        }
        let looked_at = self.seen;
        match self.cutter.next(&self.buffer[looked_at..self.filled]) {
            Cut::Blank => {
                self.seen = self.filled;
                self.pass();
                None
            }
            Cut::Begun { at } => {
                if at > 0 {
                    self.seen = looked_at + at;
                    self.pass();
                }
                self.seen = self.filled;
                None
            }
            Cut::Value { from, to } => {
                if from > 0 {
                    self.seen = looked_at + from;
                    self.pass();
                }
                self.seen = looked_at + to;
                Some(self.take())
            }
            Cut::Misplaced { at, complaint } => {
                self.seen = looked_at + at;
                self.pass();
                Some(self.end(complaint))
            }
        }
    }

    /// Reads another piece; waits for it. False at the end of the text.
    fn read(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.held..self.filled, 0);
        (self.seen, self.filled, self.held) = (self.seen - self.held, self.filled - self.held, 0);
        if self.buffer.len() < self.filled + PIECE {
            self.buffer.resize(self.filled + PIECE, 0);
        }
        loop {
            match self.reader.read(&mut self.buffer[self.filled..]) {
                Ok(count) => {
                    self.filled += count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The value that ends the text, or what the text lacks.
    fn last(&mut self) -> Option<Result<ValueText, ReadError>> {
        self.ended = true;
        if !self.cutter.may_end() {
            self.pass();
            Some(self.end(Complaint::Unfinished))
        } else if self.cutter.in_word() {
            Some(self.take())
        } else {
            (!self.cutter.has_begun()).then_some(Err(ReadError::Empty))
        }
    }

    /// The value from `held` to `seen`.
    fn take(&mut self) -> Result<ValueText, ReadError> {
        let bytes = &self.buffer[self.held..self.seen];
        let value = match std::str::from_utf8(bytes) {
            Ok(text) => Ok(ValueText {
                text: text.to_owned(),
                line: self.line,
                column: self.column,
            }),
            Err(error) => {
                self.ended = true;
                let error = JsonError::at(Complaint::NotUtf8, bytes, error.valid_up_to());
                Err(error.within(self.line, self.column).into())
            }
        };
        self.pass();
        value
    }

    /// Leaves behind what was looked at.
    fn pass(&mut self) {
        let passed = &self.buffer[self.held..self.seen];
        // Most values stand on one line, and that is quickly seen.
        if passed.contains(&b'\n') {
            let last = passed.iter().rposition(|&byte| byte == b'\n');
            self.column = passed.len() - last.unwrap_or_default();
            self.line += passed.iter().filter(|&&byte| byte == b'\n').count();
        } else {
            self.column += passed.len();
        }
        self.held = self.seen;
    }

    fn end(&mut self, complaint: Complaint) -> Result<ValueText, ReadError> {
        self.ended = true;
        let (line, column) = (self.line, self.column);
        Err(JsonError {
            complaint,
            line,
            column,
        }
        .into())
    }
}

impl<R: Read> Iterator for Values<R> {
    type Item = Result<ValueText, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(value) = self.buffered() {
                return Some(value);
            }
            if self.ended {
                return None;
            }
            if self.filled - self.held > LONGEST_VALUE {
                self.ended = true;
                let (line, column) = (self.line, self.column);
                return Some(Err(ReadError::TooLong { line, column }));
            }
            match self.read() {
                Ok(true) => {}
                Ok(false) => return self.last(),
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error.into()));
                }
            }
        }
    }
}
