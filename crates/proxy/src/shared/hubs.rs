//! All shared connections, and the way to one of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{EndReason, Limits, PoolEntry};

use super::connection::Worker;
use super::hub::{Hub, Place};

/// How long a pool that leaves no room to share is not asked again.
const NARROW: Duration = Duration::from_secs(600);

/// The shared connections of a proxy.
pub(crate) struct Hubs {
    pools: Mutex<Vec<Pool>>,
    running: TaskTracker,
    stopping: CancellationToken,
}

/// By its whole entry: a pool whose settings change gets connections of its own.
struct Pool {
    entry: PoolEntry,
    /// The one that a tab joined last is the last.
    slots: Vec<Arc<Slot>>,
    narrow_until: Option<Instant>,
}

/// A connection that is open, or being opened by one of those who wait for it.
#[derive(Default)]
struct Slot(OnceCell<Opened>);

#[derive(Clone)]
enum Opened {
    Hub(Arc<Hub>),
    /// The pool's extraNonce1 leaves no room.
    Narrow,
    Failed(EndReason),
}

impl Hubs {
    pub(crate) fn new(running: TaskTracker, stopping: CancellationToken) -> Self {
        Hubs {
            pools: Mutex::default(),
            running,
            stopping,
        }
    }

    /// A place on a connection to a pool: where the worker is not known yet, on the one that was joined last, since most
    /// tabs of a site mine for the same; a new one where no other will do.
    ///
    /// `None` where the pool leaves no room to share.
    pub(crate) async fn place(
        self: &Arc<Self>,
        entry: &PoolEntry,
        limits: &Limits,
        worker: Option<&Worker>,
    ) -> Result<Option<Place>, EndReason> {
        let mut tried: Vec<Arc<Slot>> = Vec::new();
        loop {
            let Some(slot) = self.untried(entry, &tried) else {
                return Ok(None);
            };
            let opened = slot
                .0
                .get_or_init(|| self.open(entry, limits, &slot))
                .await
                .clone();
            match opened {
                Opened::Hub(hub) => {
                    if let Some(place) = hub.sit(worker) {
                        self.joined(entry, &slot);
                        return Ok(Some(place));
                    }
                }
                Opened::Narrow => {
                    self.remove(entry, &slot);
                    self.with(entry, |pool| pool.narrow_until = Some(Instant::now() + NARROW));
                }
                Opened::Failed(end) => {
                    self.remove(entry, &slot);
                    return Err(end);
                }
            }
            tried.push(slot);
        }
    }

    /// The newest slot that was not tried, a fresh one where all were; `None` where the pool leaves no room.
    ///
    /// Whoever comes while a fresh one is being opened waits for it instead of opening another.
    fn untried(&self, entry: &PoolEntry, tried: &[Arc<Slot>]) -> Option<Arc<Slot>> {
        self.with(entry, |pool| {
            if pool.narrow_until.is_some_and(|until| Instant::now() < until) {
                return None;
            }
            let is_tried = |slot: &Arc<Slot>| tried.iter().any(|tried| Arc::ptr_eq(tried, slot));
            let found = pool.slots.iter().rev().find(|slot| !is_tried(slot)).cloned();
            Some(found.unwrap_or_else(|| {
                let slot = Arc::new(Slot::default());
                pool.slots.push(slot.clone());
                slot
            }))
        })
    }

    async fn open(self: &Arc<Self>, entry: &PoolEntry, limits: &Limits, slot: &Arc<Slot>) -> Opened {
        let (hub, ends) = match Hub::open(entry, limits).await {
            Ok(opened) => opened,
            Err(end) => return Opened::Failed(end),
        };
        if !hub.connection().can_share() {
            tracing::warn!(
                pool = entry.name,
                "the pool's extraNonce1 leaves no room to share a connection"
            );
            return Opened::Narrow;
        }
        tracing::info!(pool = entry.name, "shared connection opened");
        let hub = Arc::new(hub);
        let (hubs, entry, slot) = (self.clone(), entry.clone(), slot.clone());
        let running = hub.clone();
        self.running.spawn(async move {
            running.run(ends, &hubs.stopping).await;
            hubs.remove(&entry, &slot);
        });
        Opened::Hub(hub)
    }

    fn joined(&self, entry: &PoolEntry, slot: &Arc<Slot>) {
        self.with(entry, |pool| {
            if let Some(at) = pool.slots.iter().position(|known| Arc::ptr_eq(known, slot)) {
                let slot = pool.slots.remove(at);
                pool.slots.push(slot);
            }
        });
    }

    fn remove(&self, entry: &PoolEntry, slot: &Arc<Slot>) {
        self.with(entry, |pool| pool.slots.retain(|known| !Arc::ptr_eq(known, slot)));
        let now = Instant::now();
        self.pools().retain(|pool| {
            !pool.slots.is_empty()
                || pool.narrow_until.is_some_and(|until| now < until)
                || pool.entry == *entry
        });
    }

    fn with<T>(&self, entry: &PoolEntry, change: impl FnOnce(&mut Pool) -> T) -> T {
        let mut pools = self.pools();
        let at = pools
            .iter()
            .position(|pool| pool.entry == *entry)
            .unwrap_or_else(|| {
                pools.push(Pool {
                    entry: entry.clone(),
                    slots: Vec::new(),
                    narrow_until: None,
                });
                pools.len() - 1
            });
        change(&mut pools[at])
    }

    fn pools(&self) -> MutexGuard<'_, Vec<Pool>> {
        self.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
