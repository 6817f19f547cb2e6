//! All cores on one input: one thread reads, the crew judges, the caller writes, everything in the input's order.
//!
//! Two queues of bounded length lie between them, so memory stays bounded whichever of the three is slow.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use super::batch::{Batch, Judged};
use super::input::{Input, Trouble, Unwanted};
use super::progress::Progress;

/// Batches that may wait for each thread.
const WAITING: usize = 4;

/// A batch, and where its verdicts are awaited.
type Task = (Batch, SyncSender<Judged>);

/// What the writer waits for next.
enum Next {
    Verdicts(Receiver<Judged>),
    /// Reading ended here.
    Trouble(Trouble),
}

/// Judges all items of all files by so many threads and writes their verdicts. Returns whether none failed.
///
/// Where writing fails, the other threads are left behind: one of them may wait for input that never comes.
pub fn judge_all(
    files: Vec<PathBuf>,
    threads: usize,
    progress: &Progress,
    output: impl Write,
) -> Result<bool, Trouble> {
    let (tasks, crew) = sync_channel::<Task>(threads * WAITING);
    let (promises, expected) = sync_channel::<Next>(threads * WAITING);
    let crew = Arc::new(Mutex::new(crew));
    for _ in 0..threads {
        let crew = crew.clone();
        thread::spawn(move || work(&crew));
    }
    let watched = progress.clone();
    thread::spawn(move || read_all(&files, &watched, &tasks, &promises));
    write_all(&expected, progress, BufWriter::new(output))
}

fn work(tasks: &Mutex<Receiver<Task>>) {
    loop {
        // Held while waiting: the others wait for the same thing.
        let Ok(Ok((batch, verdicts))) = tasks.lock().map(|tasks| tasks.recv()) else {
            return;
        };
        // Nobody to hear it any more: the writer has stopped.
        let _ = verdicts.send(batch.judge());
    }
}

fn read_all(files: &[PathBuf], progress: &Progress, tasks: &SyncSender<Task>, promises: &SyncSender<Next>) {
    let mut input = Input::new(|batch| {
        let (verdicts, awaited) = sync_channel(1);
        promises.send(Next::Verdicts(awaited)).map_err(|_| Unwanted)?;
        tasks.send((batch, verdicts)).map_err(|_| Unwanted)
    });
    for path in files {
        if let Err(why) = input.read(path, progress) {
            if let Some(trouble) = why {
                // The writer may have stopped for a trouble of its own.
                let _ = promises.send(Next::Trouble(trouble));
            }
            return;
        }
    }
}

fn write_all(
    expected: &Receiver<Next>,
    progress: &Progress,
    mut output: impl Write,
) -> Result<bool, Trouble> {
    let mut none_failed = true;
    loop {
        let next = match expected.try_recv() {
            Ok(next) => next,
            Err(TryRecvError::Disconnected) => break,
            Err(TryRecvError::Empty) => {
                // Whoever waits for an answer before they send more must get it.
                output.flush()?;
                match expected.recv() {
                    Ok(next) => next,
                    Err(_) => break,
                }
            }
        };
        let judged = match next {
            Next::Verdicts(awaited) => awaited.recv().map_err(|_| Trouble::Crew)?,
            Next::Trouble(trouble) => {
                output.flush()?;
                return Err(trouble);
            }
        };
        output.write_all(judged.lines.text().as_bytes())?;
        none_failed &= !judged.some_failed;
        progress.judged(judged.count);
        if let Some(trouble) = judged.trouble {
            output.flush()?;
            return Err(trouble);
        }
    }
    output.flush()?;
    Ok(none_failed)
}
