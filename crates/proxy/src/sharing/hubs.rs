//! All shared connections, and the way to one of them.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::shared::Shared;
use crate::{EndReason, PoolEntry};

use super::connection::Worker;
use super::hub::{Hub, Place};
use super::tab::Sharing;

/// How long a pool that leaves no room to share is not asked again.
const NARROW: Duration = Duration::from_secs(600);

/// The shared connections of a proxy.
#[derive(Default)]
pub(crate) struct Hubs(Mutex<Vec<Pool>>);

impl fmt::Debug for Hubs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Hubs").finish_non_exhaustive()
    }
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
    /// A place on a connection to a pool: where the worker is not known yet, on the one that was joined last, since most
    /// tabs of a site mine for the same; a new one where no other will do.
    ///
    /// `None` where the pool leaves no room to share.
    pub(crate) async fn place(
        &self,
        sharing: &Sharing<'_>,
        worker: Option<&Worker>,
    ) -> Result<Option<Place>, EndReason> {
        let entry = sharing.pool;
        let mut tried: Vec<Arc<Slot>> = Vec::new();
        loop {
            let Some(slot) = self.untried(entry, &tried) else {
                return Ok(None);
            };
            let opened = slot.0.get_or_init(|| open(sharing, &slot)).await.clone();
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn open(sharing: &Sharing<'_>, slot: &Arc<Slot>) -> Opened {
    let entry = sharing.pool;
    let (hub, ends) = match Hub::open(entry, sharing.limits, &sharing.shared.metrics).await {
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
    let (running, entry, pools) = (hub.clone(), entry.clone(), sharing.pools.to_vec());
    let (shared, slot): (Arc<Shared>, _) = (sharing.shared.clone(), slot.clone());
    sharing.shared.running.spawn(async move {
        running.run(ends, &entry, &pools, &shared).await;
        shared.hubs.remove(&entry, &slot);
    });
    Opened::Hub(hub)
}
