//! A few items at a time, as one thread judges them.

use std::sync::Arc;

use aion_pow::chain::judge_all;
use aion_pow::json::{Json, ValueText, Writer};

use super::input::Trouble;

/// Items that follow each other in a file.
pub struct Batch {
    /// The index of the first.
    pub first_index: u64,
    /// Values that are still to be read.
    pub items: Vec<ValueText>,
    pub file: Arc<str>,
}

/// What became of a batch.
#[derive(Default)]
pub struct Judged {
    /// The verdicts as lines of JSON.
    pub lines: Writer,
    pub count: u64,
    pub some_failed: bool,
    /// Why the batch was not judged to its end.
    pub trouble: Option<Trouble>,
}

impl Batch {
    /// Judges the items; text that is no JSON ends them.
    pub fn judge(self) -> Judged {
        let mut judged = Judged::default();
        let mut values = Vec::with_capacity(self.items.len());
        for item in &self.items {
            match Json::parse(&item.text) {
                Ok(value) => values.push(value),
                Err(error) => {
                    judged.trouble = Some(Trouble::of(&self.file, item.place(error).into()));
                    break;
                }
            }
        }
        for verdict in judge_all(self.first_index, &values) {
            judged.some_failed |= verdict.ok == Some(false);
            judged.count += 1;
            verdict.write(&mut judged.lines);
            judged.lines.end_line();
        }
        judged
    }
}
