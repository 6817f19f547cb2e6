//! Text in, verdicts out, one at a time.

use std::io;

use serde_json::de::{IoRead, Read, StrRead};
use serde_json::{Deserializer, StreamDeserializer, Value};

use super::{Verdict, judge};

/// The verdicts on a JSON text, in its order: one value, an array of values, or values one after the other, one a
/// line for instance.
///
/// Values are read, judged and dropped one by one, so lines may go on for ever; an array is held whole. A malformed
/// item costs only itself. Text that is no JSON ends the iteration with an error that says where.
pub struct Verdicts<'a, R: Read<'a>> {
    values: StreamDeserializer<'a, R, Value>,
    /// What is left of the array being judged.
    array: std::vec::IntoIter<Value>,
    next_index: u64,
    state: State,
}

#[derive(PartialEq)]
enum State {
    /// Nothing read so far.
    Start,
    /// A value was read.
    Going,
    /// The text ended or broke off.
    Ended,
}

impl<R: io::Read> Verdicts<'static, IoRead<R>> {
    /// Judges what the reader holds. It is read byte by byte: give it a buffer.
    pub fn new(reader: R) -> Verdicts<'static, IoRead<R>> {
        Verdicts::of(Deserializer::from_reader(reader))
    }
}

impl<'a> Verdicts<'a, StrRead<'a>> {
    /// Judges what a text holds.
    pub fn of_text(text: &'a str) -> Verdicts<'a, StrRead<'a>> {
        Verdicts::of(Deserializer::from_str(text))
    }
}

impl<'a, R: Read<'a>> Verdicts<'a, R> {
    fn of(json: Deserializer<R>) -> Verdicts<'a, R> {
        Verdicts {
            values: json.into_iter(),
            array: Vec::new().into_iter(),
            next_index: 0,
            state: State::Start,
        }
    }

    fn next_value(&mut self) -> Option<Result<Value, ReadError>> {
        while self.state != State::Ended {
            if let Some(value) = self.array.next() {
                return Some(Ok(value));
            }
            match self.values.next() {
                Some(Ok(value)) => {
                    self.state = State::Going;
                    match value {
                        Value::Array(values) => self.array = values.into_iter(),
                        value => return Some(Ok(value)),
                    }
                }
                Some(Err(error)) => {
                    self.state = State::Ended;
                    return Some(Err(ReadError::Text(error)));
                }
                None => {
                    let empty = self.state == State::Start;
                    self.state = State::Ended;
                    return empty.then_some(Err(ReadError::Empty));
                }
            }
        }
        None
    }
}

impl<'a, R: Read<'a>> Iterator for Verdicts<'a, R> {
    type Item = Result<Verdict, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let index = self.next_index;
        let value = self.next_value()?;
        self.next_index += 1;
        Some(value.map(|value| judge(index, &value)))
    }
}

/// Text that could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The text is no JSON, or its reader failed; the message says at which line and column.
    #[error(transparent)]
    Text(serde_json::Error),
    /// There was no text.
    #[error("the input is empty; wanted JSON")]
    Empty,
}
