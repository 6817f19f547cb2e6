//! How far the command is, and how fast it was.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressBarIter, ProgressStyle};

/// Counts what was judged, and draws a bar where one is wanted.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    judged: Arc<AtomicU64>,
    began: Instant,
}

impl Progress {
    /// A bar of the files' bytes on the standard error; where a size is not known, as on the standard input, it only
    /// counts.
    pub fn new(files: &[PathBuf], show: bool) -> Progress {
        let bar = match (show, total_bytes(files)) {
            (false, _) => ProgressBar::hidden(),
            (true, Some(bytes)) => ProgressBar::new(bytes)
                .with_style(style("{bar:30} {bytes} of {total_bytes}, {eta} left: {msg}")),
            (true, None) => {
                ProgressBar::new_spinner().with_style(style("{spinner} {bytes} in {elapsed}: {msg}"))
            }
        };
        if show {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Progress {
            bar,
            judged: Arc::default(),
            began: Instant::now(),
        }
    }

    /// Counts the bytes that are read.
    pub fn watch<R: Read>(&self, reader: R) -> ProgressBarIter<R> {
        self.bar.wrap_read(reader)
    }

    /// Counts items.
    pub fn judged(&self, count: u64) {
        let sum = self.judged.fetch_add(count, Ordering::Relaxed) + count;
        if !self.bar.is_hidden() {
            self.bar.set_message(format!("{sum} items"));
        }
    }

    /// How many items were judged.
    pub fn items(&self) -> u64 {
        self.judged.load(Ordering::Relaxed)
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// What was done, in a line.
    pub fn summary(&self, threads: usize) -> String {
        let (items, seconds) = (self.items(), self.began.elapsed().as_secs_f64());
        let rate = items as f64 / seconds.max(1e-9);
        format!("{items} items in {seconds:.2} s, {rate:.0} a second (threads: {threads})")
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// The size of all files together, where every one has a size.
fn total_bytes(files: &[PathBuf]) -> Option<u64> {
    let size = |path: &PathBuf| {
        let metadata = (path != Path::new("-")).then(|| path.metadata().ok())??;
        metadata.is_file().then_some(metadata.len())
    };
    files.iter().map(size).sum()
}
