//! What was measured.

use std::time::Duration;

use serde::Serialize;

/// The line that is printed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub sessions: u32,
    pub seconds: f64,
    pub bytes_per_session: u64,
    pub lines_per_second: f64,
    pub latency_ms: Latency,
    pub dropped: u64,
}

/// In milliseconds; zero where no line was sent.
#[derive(Debug, Serialize)]
pub struct Latency {
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

impl Latency {
    pub fn of(mut samples: Vec<Duration>) -> Self {
        samples.sort_unstable();
        let at = |quantile: f64| {
            // The nearest rank: at least this share of the samples is no larger.
            let rank = (quantile * samples.len() as f64).ceil() as usize;
            let sample = samples.get(rank.saturating_sub(1)).copied().unwrap_or_default();
            rounded(sample.as_secs_f64() * 1_000.0)
        };
        Latency {
            p50: at(0.5),
            p99: at(0.99),
            max: at(1.0),
        }
    }
}

/// To three digits behind the point.
pub fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}
