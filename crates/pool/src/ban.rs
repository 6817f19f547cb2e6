//! Addresses that are shut out for what they send.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The most addresses that are counted at a time; past it those without a ban are counted anew.
const COUNTED: usize = 65_536;

/// When an address is shut out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bans {
    /// From this submit on the ratio is looked at.
    pub submits: u32,
    /// This many submits of a hundred that are invalid ban the address. A stale share counts neither way: it tells of
    /// the network, not of the miner.
    pub percent: u32,
    /// How long a ban lasts.
    pub duration: Duration,
    /// How long an address is shut out for lines that are no stratum, or too long; `None`: not at all.
    pub junk: Option<Duration>,
    /// Whether loopback can be banned too. A proxy's sessions share its address.
    pub loopback: bool,
    /// Addresses that are never banned, such as a proxy's.
    pub never: Vec<IpAddr>,
}

impl Default for Bans {
    fn default() -> Self {
        Bans {
            submits: 500,
            percent: 50,
            duration: Duration::from_secs(300),
            junk: None,
            loopback: false,
            never: Vec::new(),
        }
    }
}

/// Counts what addresses submit. Clones share the counts.
#[derive(Debug, Clone)]
pub(crate) struct BanList {
    rules: Option<Bans>,
    counts: Arc<Mutex<HashMap<IpAddr, Count>>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    submits: u32,
    invalid: u32,
    banned_until: Option<Instant>,
}

/// What a submit was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Valid,
    Invalid,
    /// Counts neither way.
    Stale,
}

/// How an address stands after a submit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Good,
    /// By this submit.
    NewlyBanned,
    Banned,
}

/// The address that counts: an IPv6 customer has a /64 at least.
pub(crate) fn customer(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        four => four,
    }
}

impl BanList {
    pub(crate) fn new(rules: Option<Bans>) -> Self {
        BanList {
            rules,
            counts: Arc::default(),
        }
    }

    /// Whether connections from there are shut out now.
    pub(crate) fn is_banned(&self, address: IpAddr) -> bool {
        let Some(_) = self.rules_for(address) else {
            return false;
        };
        let mut counts = self.lock();
        let customer = customer(address);
        match counts.get(&customer).and_then(|count| count.banned_until) {
            Some(end) if Instant::now() < end => true,
            Some(_) => {
                counts.remove(&customer);
                false
            }
            None => false,
        }
    }

    /// Counts a submit.
    pub(crate) fn count(&self, address: IpAddr, weight: Weight) -> Standing {
        let Some(rules) = self.rules_for(address) else {
            return Standing::Good;
        };
        if self.is_banned(address) {
            return Standing::Banned;
        }
        if weight == Weight::Stale {
            return Standing::Good;
        }
        let mut counts = self.lock();
        make_room(&mut counts);
        let count = counts.entry(customer(address)).or_default();
        count.submits += 1;
        count.invalid += u32::from(weight == Weight::Invalid);
        if count.submits < rules.submits {
            return Standing::Good;
        }
        if u64::from(count.invalid) * 100 >= u64::from(count.submits) * u64::from(rules.percent) {
            count.banned_until = Some(Instant::now() + rules.duration);
            return Standing::NewlyBanned;
        }
        // An address that passed is counted anew: what it did long ago neither helps nor hurts it.
        *count = Count::default();
        Standing::Good
    }

    /// Shuts an address out for junk, where the rules say so; true where they do.
    pub(crate) fn junk(&self, address: IpAddr) -> bool {
        let Some(duration) = self.rules_for(address).and_then(|rules| rules.junk) else {
            return false;
        };
        let mut counts = self.lock();
        make_room(&mut counts);
        counts.entry(customer(address)).or_default().banned_until = Some(Instant::now() + duration);
        true
    }

    /// How many addresses are banned now.
    pub(crate) fn banned(&self) -> usize {
        let now = Instant::now();
        let counts = self.lock();
        let bans = counts.values().filter_map(|count| count.banned_until);
        bans.filter(|&end| now < end).count()
    }

    fn rules_for(&self, address: IpAddr) -> Option<&Bans> {
        let address = address.to_canonical();
        self.rules.as_ref().filter(|rules| {
            (rules.loopback || !address.is_loopback())
                && !rules.never.iter().any(|never| never.to_canonical() == address)
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn make_room(counts: &mut HashMap<IpAddr, Count>) {
    if counts.len() >= COUNTED {
        let now = Instant::now();
        counts.retain(|_, count| count.banned_until.is_some_and(|end| now < end));
    }
    // So many bans at a time are an attack that bans do not stop.
    if counts.len() >= COUNTED {
        counts.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn list(change: impl FnOnce(&mut Bans)) -> BanList {
        let mut rules = Bans::default();
        change(&mut rules);
        BanList::new(Some(rules))
    }

    /// The number of the submit that bans, where `invalid` says which ones are.
    fn banned_at(list: &BanList, submits: u32, invalid: impl Fn(u32) -> bool) -> Option<u32> {
        (1..=submits).find(|&submit| {
            let weight = match invalid(submit) {
                true => Weight::Invalid,
                false => Weight::Valid,
            };
            list.count(MINER, weight) == Standing::NewlyBanned
        })
    }

    #[tokio::test(start_paused = true)]
    async fn half_of_five_hundred_bans_and_one_less_does_not() {
        for (invalid, expected) in [(500, Some(500)), (250, Some(500)), (249, None)] {
            let list = list(|_| {});
            assert_eq!(
                banned_at(&list, 999, |submit| submit <= invalid),
                expected,
                "the first {invalid} of 500"
            );
        }
        assert_eq!(
            banned_at(&list(|_| {}), 999, |submit| submit % 2 == 0),
            Some(500),
            "every other"
        );
        let list = list(|_| {});
        assert_eq!(banned_at(&list, 500, |submit| submit < 250), None);
        assert_eq!(banned_at(&list, 999, |_| true), Some(500), "counted anew");
    }

    #[tokio::test(start_paused = true)]
    async fn a_ban_ends() {
        let list = list(|_| {});
        banned_at(&list, 500, |_| true);
        assert!(list.is_banned(MINER));
        assert_eq!(list.count(MINER, Weight::Valid), Standing::Banned);
        assert_eq!(list.banned(), 1);
        tokio::time::advance(Duration::from_secs(299)).await;
        assert!(list.is_banned(MINER));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(list.banned(), 0);
        assert!(!list.is_banned(MINER));
        assert_eq!(list.count(MINER, Weight::Invalid), Standing::Good);
    }

    #[tokio::test(start_paused = true)]
    async fn stale_shares_ban_nobody() {
        let list = list(|_| {});
        assert!((0..2_000).all(|_| list.count(MINER, Weight::Stale) == Standing::Good));
        assert_eq!(
            banned_at(&list, 999, |_| true),
            Some(500),
            "and do not count as submits"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn some_addresses_are_never_banned() {
        let loopback: IpAddr = "127.0.0.1".parse().unwrap();
        let mapped: IpAddr = "::ffff:192.0.2.1".parse().unwrap();
        for (name, rules, address, expected) in [
            ("loopback", Some(Bans::default()), loopback, false),
            (
                "IPv6 loopback",
                Some(Bans::default()),
                "::1".parse().unwrap(),
                false,
            ),
            (
                "loopback where it may be",
                Some(Bans {
                    loopback: true,
                    ..Bans::default()
                }),
                loopback,
                true,
            ),
            (
                "a proxy, by the address in another form",
                Some(Bans {
                    never: vec![MINER],
                    ..Bans::default()
                }),
                mapped,
                false,
            ),
            ("no rules", None, MINER, false),
        ] {
            let list = BanList::new(rules);
            let banned = (0..500).any(|_| list.count(address, Weight::Invalid) != Standing::Good);
            assert_eq!(banned, expected, "{name}");
            assert_eq!(list.is_banned(address), expected, "{name}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_ban_covers_the_whole_of_a_customer() {
        let list = list(|rules| rules.submits = 1);
        let six = |text: &str| -> IpAddr { text.parse().unwrap() };
        assert_eq!(
            list.count(six("2001:db8:1:2::1"), Weight::Invalid),
            Standing::NewlyBanned
        );
        assert!(list.is_banned(six("2001:db8:1:2:ffff::9")));
        assert!(!list.is_banned(six("2001:db8:1:3::1")));
        assert_eq!(
            list.count(six("::ffff:192.0.2.1"), Weight::Invalid),
            Standing::NewlyBanned
        );
        assert!(list.is_banned(MINER));
    }

    #[tokio::test(start_paused = true)]
    async fn junk_bans_only_where_it_is_asked_for() {
        assert!(!list(|_| {}).junk(MINER));
        let list = list(|rules| rules.junk = Some(Duration::from_secs(1_800)));
        assert!(list.junk(MINER) && list.is_banned(MINER));
        tokio::time::advance(Duration::from_secs(1_800)).await;
        assert!(!list.is_banned(MINER));
    }
}
