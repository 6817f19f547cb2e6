//! Many tabs behind one connection to a pool.
//!
//! Pools cap workers, and ban addresses that open thousands of sockets. Tabs that mine for the same worker with the
//! same password on the same pool share a connection, and each of them sees a pool of its own:
//!
//! | what | how |
//! |---|---|
//! | extraNonce1 | the pool's, and two bytes behind it that no other tab has; 8 bytes at least are left for the tab. A pool whose extraNonce1 is longer than 22 bytes cannot be shared: each tab gets a connection of its own |
//! | subscribe, authorize | the pool's own answer, under the tab's id. All who wait for an authorize get the one answer; one that refuses is not kept |
//! | jobs and targets | every line of the pool, from authorize on; who comes late is first told the last ones |
//! | submit | the two bytes go before its extraNonce2, and a number of this connection in place of its id |
//! | verdicts | go to their asker by that number; never made up, never told twice |
//!
//! A tab that names another worker, submits before it is authorized, or for a job that was not sent, or in a wrong form,
//! is closed: the pool would count it against everybody. What a pool's pace allows ([`pace`](crate::pace)) is
//! divided by turns. A tab that does not read is let go when its queue is full, and nobody waits for it.

mod authorization;
mod connection;
mod hub;
mod hubs;
mod prefixes;
mod replay;
mod routes;
mod tab;

#[cfg(fuzzing)]
pub(crate) use connection::{Connection, Seat};
pub(crate) use hubs::Hubs;
pub(crate) use tab::{Leave, Sharing};
