//! Caps: so many in all, and so many for one client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::Client;

/// What is taken of a cap. The caps themselves come with each request, since the settings may be read anew.
#[derive(Debug, Default)]
pub(crate) struct Seats {
    taken: Mutex<Taken>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by: HashMap<Client, usize>,
}

/// A place; it is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Arc<Seats>,
    client: Option<Client>,
}

/// Why there is no seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    All,
    Client,
}

impl Seats {
    /// A seat, for a client where it counts for one.
    pub(crate) fn take(self: &Arc<Self>, most: usize, client: Option<(Client, usize)>) -> Result<Seat, Full> {
        let mut taken = self.lock();
        if taken.all >= most {
            return Err(Full::All);
        }
        if let Some((client, most)) = client {
            let own = taken.by.get(&client).copied().unwrap_or(0);
            if own >= most {
                return Err(Full::Client);
            }
            taken.by.insert(client, own + 1);
        }
        taken.all += 1;
        Ok(Seat {
            seats: self.clone(),
            client: client.map(|(client, _)| client),
        })
    }

    /// Done once fewer than `most` seats are taken.
    pub(crate) async fn below(&self, most: usize) {
        loop {
            let freed = self.freed.notified();
            if self.lock().all < most {
                return;
            }
            freed.await;
        }
    }

    pub(crate) fn taken(&self) -> usize {
        self.lock().all
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock();
        taken.all -= 1;
        if let Some(client) = self.client
            && let Some(own) = taken.by.get_mut(&client)
        {
            *own -= 1;
            if *own == 0 {
                taken.by.remove(&client);
            }
        }
        drop(taken);
        self.seats.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(last: u8) -> Client {
        Client::of([192, 0, 2, last].into())
    }

    #[test]
    fn both_caps_hold_and_a_place_comes_back() {
        let seats = Arc::new(Seats::default());
        let first = seats.take(3, Some((client(1), 2))).unwrap();
        let _second = seats.take(3, Some((client(1), 2))).unwrap();
        assert_eq!(seats.take(3, Some((client(1), 2))).unwrap_err(), Full::Client);
        let _other = seats.take(3, Some((client(2), 2))).unwrap();
        assert_eq!(seats.take(3, None).unwrap_err(), Full::All);
        drop(first);
        assert!(seats.take(3, Some((client(1), 2))).is_ok());
        assert_eq!(seats.taken(), 2);
    }

    #[test]
    fn a_client_that_left_leaves_nothing_behind() {
        let seats = Arc::new(Seats::default());
        drop(seats.take(1, Some((client(1), 1))).unwrap());
        assert!(seats.lock().by.is_empty());
        assert_eq!(seats.taken(), 0);
    }

    #[tokio::test]
    async fn whoever_waits_hears_of_a_free_seat() {
        let seats = Arc::new(Seats::default());
        let seat = seats.take(1, None).unwrap();
        let waiting = tokio::spawn({
            let seats = seats.clone();
            async move { seats.below(1).await }
        });
        tokio::task::yield_now().await;
        drop(seat);
        waiting.await.unwrap();
    }
}
