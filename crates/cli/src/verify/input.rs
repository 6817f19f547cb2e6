//! Files in, batches of items out.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use serde_json::{Deserializer, Value};

use super::batch::{Batch, Unread};
use super::lines;
use super::progress::Progress;

/// Most items that a thread takes at once: enough to make the handing over cheap, few enough to keep all busy.
const BATCH: usize = 32;

/// A longer line is read as part of a stream, so that a text without any line end is not held whole. A block has 4 KB.
const LONGEST_LINE: u64 = 1 << 20;

/// Bytes read at a time: a batch's worth of blocks.
const BUFFER_BYTES: usize = 128 << 10;

/// What gzip begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What kept the command from going through all items.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("{file}: {source}")]
    Input { file: Arc<str>, source: io::Error },
    #[error("{file}: {message}")]
    Text { file: Arc<str>, message: String },
    #[error("{file}: the input is empty; wanted JSON")]
    Empty { file: Arc<str> },
    #[error("a thread ended without its verdicts")]
    Crew,
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
}

/// Nobody wants any more batches.
pub struct Unwanted;

/// The text of one file.
type Text = BufReader<Box<dyn Read>>;

/// Hands the items of files on in batches, counted over all of them.
pub struct Input<Take> {
    next_index: u64,
    take: Take,
}

/// How reading a file ended, where it did not end well.
enum End {
    Trouble(Trouble),
    Unwanted,
}

impl From<Trouble> for End {
    fn from(trouble: Trouble) -> End {
        End::Trouble(trouble)
    }
}

impl<Take: FnMut(Batch) -> Result<(), Unwanted>> Input<Take> {
    /// Gives the batches to `take`, until it wants no more.
    pub fn new(take: Take) -> Input<Take> {
        Input { next_index: 0, take }
    }

    /// Reads one file, `-` being the standard input, and says what kept it from its end.
    pub fn read(&mut self, path: &Path, progress: &Progress) -> Result<(), Option<Trouble>> {
        let file: Arc<str> = path.display().to_string().into();
        let read = open(path, progress)
            .map_err(|source| {
                End::Trouble(Trouble::Input {
                    file: file.clone(),
                    source,
                })
            })
            .and_then(|reader| self.read_text(reader, &file));
        read.map_err(|end| match end {
            End::Trouble(trouble) => Some(trouble),
            End::Unwanted => None,
        })
    }

    /// Takes lines that are whole values as they are, to be read elsewhere; from the first other one on the text is
    /// read here, as a stream of values.
    fn read_text(&mut self, mut reader: Text, file: &Arc<str>) -> Result<(), End> {
        let unreadable = |source| Trouble::Input {
            file: file.clone(),
            source,
        };
        let mut items = Vec::new();
        let mut lines_before = 0;
        let mut empty = true;
        loop {
            let mut text = Vec::with_capacity(8 << 10);
            let read = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text);
            // What came before is answered even where the rest cannot be read.
            if read.is_err() || text.is_empty() {
                self.hand_on(&mut items)?;
                read.map_err(unreadable)?;
                break;
            }
            if lines::is_whole(&text) {
                empty = false;
                items.push(Unread::Line {
                    text,
                    lines_before,
                    file: file.clone(),
                });
            } else if !text.trim_ascii().is_empty() {
                self.hand_on(&mut items)?;
                return self.read_stream(Cursor::new(text).chain(reader), file, lines_before);
            }
            lines_before += 1;
            // A sender who waits for an answer must get it: what has come is handed on before the next wait.
            if items.len() == BATCH || !another_line_is_here(&reader) {
                self.hand_on(&mut items)?;
            }
        }
        if empty {
            return Err(Trouble::Empty { file: file.clone() }.into());
        }
        Ok(())
    }

    fn read_stream(&mut self, reader: impl Read, file: &Arc<str>, lines_before: usize) -> Result<(), End> {
        for value in Deserializer::from_reader(reader).into_iter::<Value>() {
            let value = value.map_err(|error| Trouble::Text {
                file: file.clone(),
                message: lines::message(&error, lines_before),
            })?;
            let Value::Array(values) = value else {
                self.hand_on(&mut vec![Unread::Value(value)])?;
                continue;
            };
            let mut items = Vec::new();
            for value in values {
                items.push(Unread::Value(value));
                if items.len() == BATCH {
                    self.hand_on(&mut items)?;
                }
            }
            self.hand_on(&mut items)?;
        }
        Ok(())
    }

    fn hand_on(&mut self, items: &mut Vec<Unread>) -> Result<(), End> {
        if items.is_empty() {
            return Ok(());
        }
        let items = std::mem::take(items);
        let first_index = self.next_index;
        self.next_index += items.len() as u64;
        (self.take)(Batch { first_index, items }).map_err(|Unwanted| End::Unwanted)
    }
}

/// Whether a whole line can be had without waiting for it.
fn another_line_is_here(reader: &Text) -> bool {
    reader.buffer().contains(&b'\n')
}

/// Opens a file, uncompressed where it is gzip, whatever its name says.
fn open(path: &Path, progress: &Progress) -> io::Result<Text> {
    let raw: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path)?)
    };
    let mut raw = progress.watch(raw);
    let mut magic = Vec::new();
    raw.by_ref().take(GZIP.len() as u64).read_to_end(&mut magic)?;
    let is_gzip = magic == GZIP;
    let whole = Cursor::new(magic).chain(raw);
    let text: Box<dyn Read> = if is_gzip {
        Box::new(MultiGzDecoder::new(whole))
    } else {
        Box::new(whole)
    };
    Ok(BufReader::with_capacity(BUFFER_BYTES, text))
}
