//! What the proxy counts, in Prometheus' text format.
//!
//! Written by hand: a dozen metrics that are known when this is compiled need no registry, and the format is three
//! kinds of lines. Whatever carries messages calls the methods here; none of them waits.

mod histogram;
mod listener;

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::EndReason;
use crate::admission::Refusal;

use histogram::Histogram;
pub(crate) use listener::router;

/// Where a line goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    ToPool,
    ToClient,
}

/// What became of a pool's `client.reconnect`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reconnect {
    Translated,
    Dropped,
}

/// Counters of one proxy, from its start on.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    opened: AtomicU64,
    ended: ByCause,
    refused: ByCause,
    lines: [AtomicU64; 2],
    bytes: [AtomicU64; 2],
    submitted: AtomicU64,
    accepted: AtomicU64,
    rejected: AtomicU64,
    verdicts: Histogram,
    connects: Histogram,
    translated: AtomicU64,
    dropped: AtomicU64,
    reloads: AtomicU64,
}

/// Counters by a label from a fixed list; what they count is rare.
#[derive(Debug, Default)]
struct ByCause(Mutex<BTreeMap<&'static str, u64>>);

/// What is read elsewhere at the moment of writing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gauges {
    pub(crate) connections: usize,
    pub(crate) sessions: usize,
    pub(crate) ready: bool,
}

impl Metrics {
    pub(crate) fn session_opened(&self) {
        self.opened.fetch_add(1, Relaxed);
    }

    pub(crate) fn session_ended(&self, end: &EndReason) {
        self.ended.count(end.label());
    }

    /// A request, or a connection, that was turned away.
    pub(crate) fn refused(&self, refusal: &Refusal) {
        self.refused.count(refusal.label());
    }

    /// A line that was passed on; `bytes` without its end.
    pub(crate) fn line(&self, direction: Direction, bytes: usize) {
        self.lines[direction as usize].fetch_add(1, Relaxed);
        self.bytes[direction as usize].fetch_add(bytes as u64, Relaxed);
    }

    /// A share that went to a pool.
    pub(crate) fn share_submitted(&self) {
        self.submitted.fetch_add(1, Relaxed);
    }

    /// A pool's verdict on a share, and the time from submit to verdict.
    pub(crate) fn share_judged(&self, accepted: bool, took: Duration) {
        let counter = if accepted { &self.accepted } else { &self.rejected };
        counter.fetch_add(1, Relaxed);
        self.verdicts.observe(took);
    }

    /// A connection to a pool that was made, and the time that it took.
    pub(crate) fn pool_connected(&self, took: Duration) {
        self.connects.observe(took);
    }

    pub(crate) fn reconnect(&self, what: Reconnect) {
        let counter = match what {
            Reconnect::Translated => &self.translated,
            Reconnect::Dropped => &self.dropped,
        };
        counter.fetch_add(1, Relaxed);
    }

    /// Settings that were read anew and took effect.
    pub(crate) fn reloaded(&self) {
        self.reloads.fetch_add(1, Relaxed);
    }

    /// All of it as text.
    pub(crate) fn text(&self, gauges: Gauges) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut out, gauges);
        out
    }

    fn write(&self, out: &mut String, gauges: Gauges) -> fmt::Result {
        let read = |counter: &AtomicU64| counter.load(Relaxed);
        let directions = |counters: &[AtomicU64; 2]| {
            [
                ("to_pool", read(&counters[Direction::ToPool as usize])),
                ("to_client", read(&counters[Direction::ToClient as usize])),
            ]
        };
        gauge(
            out,
            "ready",
            "1 where new sessions are taken.",
            u64::from(gauges.ready),
        )?;
        gauge(
            out,
            "connections",
            "HTTP connections that are open.",
            gauges.connections as u64,
        )?;
        gauge(out, "sessions", "Sessions that are open.", gauges.sessions as u64)?;
        counter(
            out,
            "sessions_opened_total",
            "Sessions since the start.",
            read(&self.opened),
        )?;
        let help = "Sessions that ended, by cause.";
        counters(out, "sessions_ended_total", help, "cause", self.ended.counts())?;
        let help = "Requests and connections that were turned away, by cause.";
        counters(out, "refused_total", help, "cause", self.refused.counts())?;
        let help = "Stratum lines that were passed on.";
        counters(out, "lines_total", help, "direction", directions(&self.lines))?;
        let help = "Bytes of stratum lines, without their ends.";
        counters(
            out,
            "line_bytes_total",
            help,
            "direction",
            directions(&self.bytes),
        )?;
        let help = "Shares that went to a pool.";
        counter(out, "shares_submitted_total", help, read(&self.submitted))?;
        let verdicts = [
            ("accepted", read(&self.accepted)),
            ("rejected", read(&self.rejected)),
        ];
        counters(
            out,
            "shares_judged_total",
            "Verdicts of pools on shares.",
            "verdict",
            verdicts,
        )?;
        head(
            out,
            "share_verdict_seconds",
            "From a submit to the pool's verdict.",
            "histogram",
        )?;
        self.verdicts.write(out, &full("share_verdict_seconds"))?;
        head(
            out,
            "pool_connect_seconds",
            "The time to connect to a pool.",
            "histogram",
        )?;
        self.connects.write(out, &full("pool_connect_seconds"))?;
        let reconnects = [
            ("translated", read(&self.translated)),
            ("dropped", read(&self.dropped)),
        ];
        counters(
            out,
            "reconnects_total",
            "client.reconnect of pools.",
            "outcome",
            reconnects,
        )?;
        let help = "Settings that were read anew and took effect.";
        counter(out, "reloads_total", help, read(&self.reloads))
    }
}

impl ByCause {
    fn count(&self, cause: &'static str) {
        *self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(cause)
            .or_insert(0) += 1;
    }

    fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn full(name: &str) -> String {
    format!("stratum_proxy_{name}")
}

fn head(out: &mut String, name: &str, help: &str, kind: &str) -> fmt::Result {
    let name = full(name);
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

fn gauge(out: &mut String, name: &str, help: &str, value: u64) -> fmt::Result {
    head(out, name, help, "gauge")?;
    writeln!(out, "{} {value}", full(name))
}

fn counter(out: &mut String, name: &str, help: &str, value: u64) -> fmt::Result {
    head(out, name, help, "counter")?;
    writeln!(out, "{} {value}", full(name))
}

/// Label values come from fixed lists here, so that none needs an escape.
fn counters(
    out: &mut String,
    name: &str,
    help: &str,
    label: &str,
    values: impl IntoIterator<Item = (&'static str, u64)>,
) -> fmt::Result {
    head(out, name, help, "counter")?;
    for (value, count) in values {
        writeln!(out, "{}{{{label}=\"{value}\"}} {count}", full(name))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.session_opened();
        metrics.session_ended(&EndReason::PoolClosed);
        metrics.refused(&Refusal::NoOrigin);
        metrics.line(Direction::ToPool, 80);
        metrics.line(Direction::ToClient, 40);
        metrics.line(Direction::ToClient, 2);
        metrics.share_submitted();
        metrics.share_judged(false, Duration::from_millis(30));
        metrics.reconnect(Reconnect::Dropped);
        let text = metrics.text(Gauges {
            connections: 3,
            sessions: 2,
            ready: true,
        });
        for line in [
            "# TYPE stratum_proxy_sessions gauge",
            "stratum_proxy_ready 1",
            "stratum_proxy_connections 3",
            "stratum_proxy_sessions 2",
            "stratum_proxy_sessions_opened_total 1",
            "stratum_proxy_sessions_ended_total{cause=\"pool_closed\"} 1",
            "stratum_proxy_refused_total{cause=\"no_origin\"} 1",
            "stratum_proxy_lines_total{direction=\"to_client\"} 2",
            "stratum_proxy_line_bytes_total{direction=\"to_pool\"} 80",
            "stratum_proxy_line_bytes_total{direction=\"to_client\"} 42",
            "stratum_proxy_shares_submitted_total 1",
            "stratum_proxy_shares_judged_total{verdict=\"accepted\"} 0",
            "stratum_proxy_shares_judged_total{verdict=\"rejected\"} 1",
            "# TYPE stratum_proxy_share_verdict_seconds histogram",
            "stratum_proxy_share_verdict_seconds_bucket{le=\"0.05\"} 1",
            "stratum_proxy_reconnects_total{outcome=\"dropped\"} 1",
            "stratum_proxy_reloads_total 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        // Every sample belongs to the metric whose head came last.
        let mut name = "";
        for line in text.lines() {
            match line.strip_prefix("# TYPE ") {
                Some(head) => name = head.split(' ').next().unwrap(),
                None => assert!(line.starts_with(name) || line.starts_with("# HELP "), "{line}"),
            }
        }
    }
}
