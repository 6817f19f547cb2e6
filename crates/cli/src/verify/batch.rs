//! A few items at a time, as one thread judges them.

use std::sync::Arc;

use aion_pow::chain::judge;
use serde_json::Value;

use super::input::Trouble;
use super::lines;

/// Items that follow each other in the input.
pub struct Batch {
    /// The index of the first.
    pub first_index: u64,
    pub items: Vec<Unread>,
}

/// An item that was not judged yet.
pub enum Unread {
    /// A line that holds one value, still to be read; how many lines came before it, and in which file.
    Line {
        text: Vec<u8>,
        lines_before: usize,
        file: Arc<str>,
    },
    /// A value that was read.
    Value(Value),
}

/// What became of a batch.
#[derive(Default)]
pub struct Judged {
    /// The verdicts as lines of JSON.
    pub lines: Vec<u8>,
    pub count: u64,
    pub some_failed: bool,
    /// Why the batch was not judged to its end.
    pub trouble: Option<Trouble>,
}

impl Batch {
    /// Judges the items one after the other; text that is no JSON ends it.
    pub fn judge(self) -> Judged {
        let mut judged = Judged::default();
        for item in self.items {
            match item.read() {
                Ok(value) => {
                    let verdict = judge(self.first_index + judged.count, &value);
                    judged.some_failed |= verdict.ok == Some(false);
                    judged.count += 1;
                    if let Err(error) = serde_json::to_writer(&mut judged.lines, &verdict) {
                        judged.trouble = Some(Trouble::Output(error.into()));
                        return judged;
                    }
                    judged.lines.push(b'\n');
                }
                Err(trouble) => {
                    judged.trouble = Some(trouble);
                    return judged;
                }
            }
        }
        judged
    }
}

impl Unread {
    fn read(self) -> Result<Value, Trouble> {
        match self {
            Unread::Value(value) => Ok(value),
            Unread::Line {
                text,
                lines_before,
                file,
            } => serde_json::from_slice(&text).map_err(|error| Trouble::Text {
                message: lines::message(&error, lines_before),
                file,
            }),
        }
    }
}
