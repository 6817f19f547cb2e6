//! Who may connect: a cap on connections in all and from one address, and nobody who is banned.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::Limits;
use crate::ban::{BanList, customer};

/// Counts the connections that are open.
#[derive(Debug, Clone)]
pub(crate) struct Doors {
    limits: Limits,
    bans: BanList,
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A connection's place; given back when dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    address: IpAddr,
    open: Arc<Mutex<Open>>,
}

/// Why a connection is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    TooMany,
    TooManyFromThere,
    Banned,
}

impl Doors {
    pub(crate) fn new(limits: Limits, bans: BanList) -> Self {
        Doors {
            limits,
            bans,
            open: Arc::default(),
        }
    }

    /// How many connections are open.
    pub(crate) fn open(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).all
    }

    pub(crate) fn enter(&self, address: IpAddr) -> Result<Seat, Refused> {
        if self.bans.is_banned(address) {
            return Err(Refused::Banned);
        }
        let address = customer(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.all >= self.limits.connections {
            return Err(Refused::TooMany);
        }
        let here = open.by_address.entry(address).or_default();
        if *here >= self.limits.connections_per_address {
            return Err(Refused::TooManyFromThere);
        }
        *here += 1;
        open.all += 1;
        Ok(Seat {
            address,
            open: self.open.clone(),
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        if let Some(here) = open.by_address.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_caps_hold_and_a_place_comes_back() {
        let doors = Doors::new(
            Limits {
                connections: 3,
                connections_per_address: 2,
                ..Limits::default()
            },
            BanList::new(None),
        );
        let [a, b, c] = [1, 2, 3].map(|last| IpAddr::from([192, 0, 2, last]));
        let first = doors.enter(a).unwrap();
        let _second = doors.enter(a).unwrap();
        assert_eq!(doors.enter(a).unwrap_err(), Refused::TooManyFromThere);
        let _third = doors.enter(b).unwrap();
        assert_eq!(doors.enter(c).unwrap_err(), Refused::TooMany);
        drop(first);
        let _fourth = doors.enter(c).unwrap();
        assert_eq!(doors.enter(a).unwrap_err(), Refused::TooMany);
    }

    #[test]
    fn a_refused_address_leaves_nothing_behind() {
        let doors = Doors::new(
            Limits {
                connections_per_address: 0,
                ..Limits::default()
            },
            BanList::new(None),
        );
        assert_eq!(
            doors.enter(IpAddr::from([192, 0, 2, 1])).unwrap_err(),
            Refused::TooManyFromThere
        );
        assert_eq!(doors.open.lock().unwrap().all, 0);
    }
}
