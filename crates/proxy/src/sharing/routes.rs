//! Whose call an answer belongs to.

use std::collections::BTreeMap;
use std::time::Duration;

use stratum::Id;
use tokio::time::Instant;

/// An answer that takes longer is nobody's: a MiningCore pool under load leaves some out.
const PATIENCE: Duration = Duration::from_secs(120);

/// The most answers waited for; at the pace of a connection, fewer come to be within [`PATIENCE`].
const MOST: usize = 16_384;

/// A tab of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TabId(pub(crate) u64);

/// Whose call it was.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Route {
    pub(crate) tab: TabId,
    /// The id that the tab gave it.
    pub(crate) id: Id,
    pub(crate) sent: Instant,
    pub(crate) is_submit: bool,
}

/// Open calls by the id they have towards the pool: a number that counts up, since tabs' own ids collide.
#[derive(Debug)]
pub(crate) struct Routes {
    next: u64,
    open: BTreeMap<u64, Route>,
}

impl Routes {
    pub(crate) fn new() -> Self {
        Routes {
            next: 1,
            open: BTreeMap::new(),
        }
    }

    /// An id that no other call of this connection has or had.
    pub(crate) fn fresh(&mut self) -> u64 {
        let id = self.next;
        self.next += 1;
        id
    }

    /// Notes a tab's call, and gives it the id to send it under.
    pub(crate) fn open(&mut self, tab: TabId, id: Id, is_submit: bool) -> u64 {
        let now = Instant::now();
        while let Some(oldest) = self.open.first_entry()
            && (oldest.get().sent + PATIENCE < now || self.open.len() >= MOST)
        {
            self.open.pop_first();
        }
        let number = self.fresh();
        let route = Route {
            tab,
            id,
            sent: now,
            is_submit,
        };
        self.open.insert(number, route);
        number
    }

    /// The call that an answer belongs to, once.
    pub(crate) fn close(&mut self, number: u64) -> Option<Route> {
        self.open.remove(&number)
    }

    /// Forgets the calls of a tab that left: their answers are nobody's.
    pub(crate) fn forget(&mut self, tab: TabId) {
        self.open.retain(|_, route| route.tab != tab);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_answer_goes_to_its_asker_once_and_to_nobody_who_left() {
        let mut routes = Routes::new();
        let [first, second] = [TabId(1), TabId(2)].map(|tab| routes.open(tab, Id::new(7), true));
        assert_ne!(first, second, "the same id of two tabs");
        routes.forget(TabId(2));
        assert_eq!(routes.close(second), None);
        let route = routes.close(first).unwrap();
        assert_eq!((route.tab, route.id), (TabId(1), Id::new(7)));
        assert_eq!(routes.close(first), None);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_are_never_answered_are_forgotten() {
        let mut routes = Routes::new();
        let old = routes.open(TabId(1), Id::new(1), true);
        tokio::time::advance(PATIENCE + Duration::from_secs(1)).await;
        routes.open(TabId(1), Id::new(2), true);
        assert_eq!(routes.close(old), None);
        let ids: Vec<u64> = (0..=MOST)
            .map(|_| routes.open(TabId(2), Id::new(3), true))
            .collect();
        assert_eq!(routes.close(ids[0]), None, "the oldest makes room");
        assert!(routes.close(ids[1]).is_some());
    }

    proptest! {
        /// Whatever the ids and the order of answers, each goes to the call it answers.
        #[test]
        fn every_answer_finds_its_call(
            calls in prop::collection::vec((0_u64..4, 0_u64..4), 0..50),
            order in any::<u64>(),
        ) {
            let mut routes = Routes::new();
            let mut open: Vec<(u64, (u64, u64))> = calls
                .into_iter()
                .map(|(tab, id)| (routes.open(TabId(tab), Id::new(id), true), (tab, id)))
                .collect();
            open.sort_by_key(|&(number, _)| (number ^ order).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            for (number, (tab, id)) in open {
                let route = routes.close(number).unwrap();
                prop_assert_eq!((route.tab, route.id), (TabId(tab), Id::new(id)));
            }
        }
    }
}
