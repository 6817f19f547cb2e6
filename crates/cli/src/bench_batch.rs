//! `aion-pow bench --batch`: what `aion-pow verify` makes of a file, beside the time of its leaves' digests alone.

use std::io;
use std::path::PathBuf;
use std::time::Instant;

use aion_pow::params::Params;
use aion_pow::solver::DigestLots;
use serde_json::{Value, json};

use crate::bench::median;
use crate::solve::rounded;
use crate::verify::{Progress, Trouble, judge_all};

/// Digests that the kernel is timed over, before and after the batch: a shared machine's speed drifts.
const DIGESTS: u32 = 1 << 19;

/// Times that the file is judged.
const PASSES: usize = 5;

/// Judges a file on so many threads, its verdicts thrown away: {"items", "threads", "perSecond", "microseconds" of all
/// threads an item, "floorMicroseconds" of its 512 digests in the widest form, "share" of the two}.
///
/// # Errors
/// What `aion-pow verify` has to say of a file that it cannot read to its end.
pub fn run(file: PathBuf, threads: usize) -> Result<Value, Trouble> {
    let digest = || DigestLots::new(&[0x5a; 32], &[0; 32]).nanoseconds(DIGESTS);
    let mut digests = vec![digest()];
    let (mut seconds, mut items) = (Vec::with_capacity(PASSES), 0);
    for _ in 0..PASSES {
        let progress = Progress::new(std::slice::from_ref(&file), false);
        let start = Instant::now();
        judge_all(vec![file.clone()], threads, &progress, io::sink())?;
        seconds.push(start.elapsed().as_secs_f64());
        items = progress.items();
        digests.push(digest());
    }
    let an_item = median(&mut seconds) * 1e6 / items as f64;
    let floor = median(&mut digests) * Params::AION.indices() as f64 / 1e3;
    let all_threads = an_item * threads as f64;
    Ok(json!({
        "items": items,
        "threads": threads,
        "perSecond": (1e6 / an_item).round(),
        "microseconds": rounded(all_threads),
        "floorMicroseconds": rounded(floor),
        "share": (floor / all_threads * 1e3).round() / 1e3,
    }))
}
