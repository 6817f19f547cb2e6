//! How long things took, in buckets.

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Upper bounds in milliseconds. A verdict takes a round trip and up to 45 ms in a pool; on one under load, seconds.
const BOUNDS: [u64; 12] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000];

#[derive(Debug, Default)]
pub(crate) struct Histogram {
    /// One each bound, and one for what is above them all.
    counts: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

impl Histogram {
    pub(crate) fn observe(&self, took: Duration) {
        let index = BOUNDS.partition_point(|&bound| Duration::from_millis(bound) < took);
        self.counts[index].fetch_add(1, Relaxed);
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(microseconds, Relaxed);
    }

    /// The samples of one metric: cumulative buckets, sum in seconds, count.
    pub(super) fn write(&self, out: &mut String, name: &str) -> fmt::Result {
        let mut below = 0;
        for (bound, count) in BOUNDS.iter().zip(&self.counts) {
            below += count.load(Relaxed);
            let bound = Duration::from_millis(*bound).as_secs_f64();
            writeln!(out, "{name}_bucket{{le=\"{bound}\"}} {below}")?;
        }
        below += self.counts[BOUNDS.len()].load(Relaxed);
        writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {below}")?;
        let sum = Duration::from_micros(self.microseconds.load(Relaxed)).as_secs_f64();
        writeln!(out, "{name}_sum {sum}")?;
        writeln!(out, "{name}_count {below}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_what_is_at_most_its_bound_and_all_below() {
        let histogram = Histogram::default();
        for milliseconds in [0, 5, 6, 30_000, 30_001] {
            histogram.observe(Duration::from_millis(milliseconds));
        }
        let mut text = String::new();
        histogram.write(&mut text, "x").unwrap();
        for line in [
            "x_bucket{le=\"0.005\"} 2",
            "x_bucket{le=\"0.01\"} 3",
            "x_bucket{le=\"10\"} 3",
            "x_bucket{le=\"30\"} 4",
            "x_bucket{le=\"+Inf\"} 5",
            "x_sum 60.012",
            "x_count 5",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
