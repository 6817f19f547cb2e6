//! Files in, batches of items out.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use aion_pow::json::{ReadError, ValueText, Values};
use flate2::read::MultiGzDecoder;

use super::batch::Batch;
use super::progress::Progress;

/// Most items that a thread takes at once: enough to make the handing over cheap, few enough to keep all busy.
const BATCH: usize = 32;

/// What gzip begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What kept the command from going through all items.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("{file}: {error}")]
    Text { file: Arc<str>, error: ReadError },
    #[error("a thread ended without its verdicts")]
    Crew,
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
}

/// Nobody wants any more batches.
pub struct Unwanted;

/// The text of one file.
type Text = Box<dyn Read>;

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

impl Trouble {
    /// Text that could not be read to its end.
    pub fn of(file: &Arc<str>, error: ReadError) -> Trouble {
        let file = file.clone();
        Trouble::Text { file, error }
    }
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
            .map_err(|source| Trouble::of(&file, source.into()).into())
            .and_then(|text| self.read_values(Values::new(text), &file));
        read.map_err(|end| match end {
            End::Trouble(trouble) => Some(trouble),
            End::Unwanted => None,
        })
    }

    fn read_values(&mut self, mut values: Values<Text>, file: &Arc<str>) -> Result<(), End> {
        let mut items = Vec::with_capacity(BATCH);
        loop {
            let value = match values.buffered() {
                Some(value) => Some(value),
                // A sender who waits for an answer must get it: what has come is handed on before the next wait.
                None => {
                    self.hand_on(&mut items, file)?;
                    values.next()
                }
            };
            match value {
                Some(Ok(value)) => items.push(value),
                // What came before is answered even where the rest cannot be read.
                Some(Err(error)) => {
                    self.hand_on(&mut items, file)?;
                    return Err(Trouble::of(file, error).into());
                }
                None => return Ok(()),
            }
            if items.len() == BATCH {
                self.hand_on(&mut items, file)?;
            }
        }
    }

    fn hand_on(&mut self, items: &mut Vec<ValueText>, file: &Arc<str>) -> Result<(), End> {
        if items.is_empty() {
            return Ok(());
        }
        let batch = Batch {
            first_index: self.next_index,
            items: std::mem::replace(items, Vec::with_capacity(BATCH)),
            file: file.clone(),
        };
        self.next_index += batch.items.len() as u64;
        (self.take)(batch).map_err(|Unwanted| End::Unwanted)
    }
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
    Ok(if is_gzip {
        Box::new(MultiGzDecoder::new(whole))
    } else {
        Box::new(whole)
    })
}
