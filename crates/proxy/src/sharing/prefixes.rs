//! Which tab has which part of a connection's nonces.

use std::collections::{HashSet, VecDeque};

/// The bytes of a prefix.
pub(crate) const PREFIX_BYTES: usize = 2;

/// The most bytes of an extraNonce1 that leave a tab 8 bytes of its own.
pub(crate) const WIDEST_EXTRA_NONCE1: usize = 32 - PREFIX_BYTES - 8;

/// What stands between a pool's extraNonce1 and a tab's extraNonce2 in every nonce of that tab.
pub(crate) type Prefix = [u8; PREFIX_BYTES];

/// Hands out prefixes, each to one tab at a time, and to one tab only for any job.
///
/// A prefix that comes back has been used for the job of that moment, so it rests until another job is there: whoever
/// gets it then is told of that job and later ones only. Those never used go first, then those that rested longest.
#[derive(Debug)]
pub(crate) struct Prefixes {
    /// The first that was never handed out; `None` once all were.
    next: Option<u16>,
    last: u16,
    free: VecDeque<u16>,
    resting: Vec<u16>,
    held: HashSet<u16>,
}

impl Prefixes {
    /// All that two bytes can say.
    pub(crate) fn new() -> Self {
        Prefixes::up_to(u16::MAX)
    }

    fn up_to(last: u16) -> Self {
        Prefixes {
            next: Some(0),
            last,
            free: VecDeque::new(),
            resting: Vec::new(),
            held: HashSet::new(),
        }
    }

    /// A prefix that no other tab has or has used for the present job; `None` where there is none.
    pub(crate) fn take(&mut self) -> Option<Prefix> {
        let number = match self.next {
            Some(number) => {
                self.next = number.checked_add(1).filter(|&next| next <= self.last);
                number
            }
            None => self.free.pop_front()?,
        };
        self.held.insert(number);
        Some(number.to_be_bytes())
    }

    /// Takes a prefix back. One that is not held is left as it is.
    pub(crate) fn give_back(&mut self, prefix: Prefix) {
        let number = u16::from_be_bytes(prefix);
        if self.held.remove(&number) {
            self.resting.push(number);
        }
    }

    /// To be told when a job with another header hash comes.
    pub(crate) fn job_changed(&mut self) {
        self.free.extend(self.resting.drain(..));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_prefix_rests_until_the_job_changes_and_the_longest_rested_goes_first() {
        let mut prefixes = Prefixes::up_to(1);
        let (first, second) = (prefixes.take().unwrap(), prefixes.take().unwrap());
        assert_eq!((first, second), ([0, 0], [0, 1]));
        assert_eq!(prefixes.take(), None, "all are held");
        prefixes.give_back(second);
        prefixes.give_back(second);
        assert_eq!(prefixes.take(), None, "it rests");
        prefixes.job_changed();
        prefixes.give_back(first);
        assert_eq!(prefixes.take(), Some(second));
        assert_eq!(prefixes.take(), None, "given back once, handed out once");
        prefixes.job_changed();
        assert_eq!(prefixes.take(), Some(first));
    }

    #[test]
    fn two_bytes_serve_65536_tabs() {
        let mut prefixes = Prefixes::new();
        let all: HashSet<Prefix> = std::iter::from_fn(|| prefixes.take()).collect();
        assert_eq!(all.len(), 65_536);
    }

    #[derive(Debug, Clone)]
    enum Step {
        Join,
        Leave(prop::sample::Index),
        NextJob,
    }

    proptest! {
        /// No two tabs ever have the same nonces to try for a job that both were told of.
        #[test]
        fn no_prefix_serves_two_tabs_for_one_job(
            last in 0_u16..6,
            steps in prop::collection::vec(
                prop_oneof![
                    3 => Just(Step::Join),
                    3 => any::<prop::sample::Index>().prop_map(Step::Leave),
                    1 => Just(Step::NextJob),
                ],
                0..200,
            ),
        ) {
            let mut prefixes = Prefixes::up_to(last);
            let mut tabs: Vec<(u32, Prefix)> = Vec::new();
            let (mut job, mut next_tab) = (0_u32, 0_u32);
            let mut users: HashMap<(u32, Prefix), u32> = HashMap::new();
            for step in steps {
                match step {
                    Step::Join => {
                        if let Some(prefix) = prefixes.take() {
                            tabs.push((next_tab, prefix));
                            next_tab += 1;
                        }
                    }
                    Step::Leave(which) if !tabs.is_empty() => {
                        let (_, prefix) = tabs.swap_remove(which.index(tabs.len()));
                        prefixes.give_back(prefix);
                    }
                    Step::Leave(_) => {}
                    Step::NextJob => {
                        job += 1;
                        prefixes.job_changed();
                    }
                }
                for &(tab, prefix) in &tabs {
                    prop_assert_eq!(*users.entry((job, prefix)).or_insert(tab), tab);
                }
            }
        }
    }
}
