//! What outlives a change of settings.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::admission::Seats;
use crate::metrics::Metrics;
use crate::sharing::Hubs;

/// One for each running proxy, whatever its settings are at the moment.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) connections: Arc<Seats>,
    pub(crate) sessions: Arc<Seats>,
    /// Requests to nodes under way.
    pub(crate) requests: Arc<Seats>,
    /// Connections to pools that sessions share.
    pub(crate) hubs: Hubs,
    pub(crate) metrics: Metrics,
    /// Sessions so far; they are numbered in the log.
    pub(crate) opened: AtomicU64,
    /// Set from the shutdown signal on.
    pub(crate) draining: AtomicBool,
    /// Whether the log has said that somebody forwards who is not trusted to; once is enough.
    pub(crate) forwarder_told: AtomicBool,
    pub(crate) running: TaskTracker,
    /// Sessions end, and connections after their request.
    pub(crate) stopping: CancellationToken,
    /// Whatever is left is dropped.
    pub(crate) over: CancellationToken,
}
