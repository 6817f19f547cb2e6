//! Text in, verdicts out, one at a time.

use std::io::Read;

use super::{Verdict, judge};
use crate::json::{Json, ReadError, Values};

/// The verdicts on a JSON text, in its order: one value, an array of values, or values one after the other, one a
/// line for instance.
///
/// Values are read, judged and dropped one by one, so lines and arrays may go on for ever. A malformed item costs only
/// itself. Text that is no JSON ends the iteration with an error that says where.
pub struct Verdicts<R> {
    values: Values<R>,
    next_index: u64,
    broken: bool,
}

impl<R: Read> Verdicts<R> {
    /// Judges what the reader holds.
    pub fn new(reader: R) -> Verdicts<R> {
        Verdicts {
            values: Values::new(reader),
            next_index: 0,
            broken: false,
        }
    }

    fn judge_next(&mut self) -> Option<Result<Verdict, ReadError>> {
        let value = match self.values.next()? {
            Ok(value) => value,
            Err(error) => return Some(Err(error)),
        };
        let index = self.next_index;
        self.next_index += 1;
        Some(match Json::parse(&value.text) {
            Ok(json) => Ok(judge(index, &json)),
            Err(error) => Err(value.place(error).into()),
        })
    }
}

impl<R: Read> Iterator for Verdicts<R> {
    type Item = Result<Verdict, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken {
            return None;
        }
        let verdict = self.judge_next();
        self.broken = matches!(verdict, Some(Err(_)));
        verdict
    }
}
