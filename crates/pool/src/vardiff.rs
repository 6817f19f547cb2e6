//! A share difficulty that follows a connection's hash rate.

use std::time::Duration;

use aion_pow::target::Difficulty;
use tokio::time::Instant;

/// The least share of what was wanted at which a difficulty stays, and its inverse the most: a window of a dozen shares
/// is off by that much by chance.
const STAYS: f64 = 0.7;

/// The most by which one retarget changes a difficulty.
const MOST_CHANGE: f64 = 16.0;

/// What a window without a share divides a difficulty by. It is known to be too high, and not by how much.
const SILENT_CHANGE: f64 = 4.0;

/// How a share difficulty follows a connection's hash rate.
///
/// After each [window](Self::window), or as soon as twice the shares of a window have come, the difficulty becomes what
/// gives a share every [`share_time`](Self::share_time) at the rate seen: the sum of the difficulties of the shares, by
/// the time they took. It stays where that is within 0.7 and 1.43 of what it is, and changes by a factor of 16 at most,
/// or by 4 where no share came. So eight retargets span four orders of magnitude.
#[derive(Debug, Clone, PartialEq)]
pub struct Vardiff {
    /// The time between two shares that is aimed at.
    pub share_time: Duration,
    /// The time between two retargets, unless shares come much too fast.
    pub window: Duration,
    /// The least difficulty.
    pub least: Difficulty,
    /// The greatest difficulty.
    pub most: Difficulty,
}

impl Vardiff {
    /// A share every 10 s, a retarget every 2 min.
    pub fn within(least: Difficulty, most: Difficulty) -> Self {
        Vardiff {
            share_time: Duration::from_secs(10),
            window: Duration::from_secs(120),
            least,
            most: most.max(least),
        }
    }
}

/// One connection's difficulty.
#[derive(Debug)]
pub(crate) struct Follower {
    rules: Vardiff,
    difficulty: Difficulty,
    since: Instant,
    shares: u32,
    /// The sum of the shares' difficulties.
    work: f64,
}

impl Follower {
    pub(crate) fn new(rules: Vardiff, start: Difficulty, now: Instant) -> Self {
        Follower {
            difficulty: start.clamp(rules.least, rules.most),
            rules,
            since: now,
            shares: 0,
            work: 0.0,
        }
    }

    pub(crate) fn difficulty(&self) -> Difficulty {
        self.difficulty
    }

    /// Starts the first window: the client has a job now.
    pub(crate) fn begin(&mut self, now: Instant) {
        self.since = now;
    }

    /// Counts an accepted share by the difficulty that it had to meet.
    pub(crate) fn share(&mut self, difficulty: Difficulty) {
        self.shares = self.shares.saturating_add(1);
        self.work += difficulty.get() as f64;
    }

    /// Sets a new difficulty where it is time for one.
    pub(crate) fn retarget(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.since).as_secs_f64();
        let (share_time, window) = (
            self.rules.share_time.as_secs_f64(),
            self.rules.window.as_secs_f64(),
        );
        let plenty = (2.0 * window / share_time).max(8.0);
        if elapsed < window && f64::from(self.shares) < plenty {
            return;
        }
        let change = match self.shares {
            0 => 1.0 / SILENT_CHANGE,
            // Shares within the tick of a clock are many: the most that a change may be.
            _ => self.work * share_time / (elapsed.max(1e-9) * self.difficulty.get() as f64),
        };
        if !(STAYS..=1.0 / STAYS).contains(&change) {
            let change = change.clamp(1.0 / MOST_CHANGE, MOST_CHANGE);
            // Conversion to an integer saturates, and the bounds do the rest.
            let wanted = (self.difficulty.get() as f64 * change).round() as u128;
            let wanted = Difficulty::new(wanted).unwrap_or(self.rules.least);
            self.difficulty = wanted.clamp(self.rules.least, self.rules.most);
        }
        (self.since, self.shares, self.work) = (now, 0, 0.0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn difficulty(value: u128) -> Difficulty {
        Difficulty::new(value).unwrap()
    }

    fn retarget(follower: &mut Follower) -> Difficulty {
        follower.retarget(Instant::now());
        follower.difficulty()
    }

    /// A miner of a steady rate, in difficulty a second, that is handed a job every second.
    struct Miner {
        rate: f64,
        /// Work since its last share, as a part of what a share takes; a share comes when it reaches the next draw.
        progress: f64,
        /// How much work the next shares take, each by its difficulty: 1 for a miner without luck.
        luck: Box<dyn FnMut() -> f64>,
        next: f64,
        now: Instant,
    }

    impl Miner {
        fn new(rate: f64, mut luck: Box<dyn FnMut() -> f64>) -> Self {
            let next = luck();
            Miner {
                rate,
                progress: 0.0,
                luck,
                next,
                now: Instant::now(),
            }
        }

        /// Mines until the follower has retargeted so many times; gives the number that happened before the
        /// difficulty stayed within `factor` of what it should be.
        fn follow(
            &mut self,
            follower: &mut Follower,
            retargets: usize,
            within: impl Fn(f64) -> bool,
        ) -> usize {
            let mut settled = 0;
            for retarget in 1..=retargets {
                let since = follower.since;
                while follower.since == since {
                    self.now += Duration::from_secs(1);
                    let difficulty = follower.difficulty();
                    let mut work = self.rate / difficulty.get() as f64;
                    // A pool would be flooded before it counted more than this in a second.
                    let mut most = 100_000;
                    while self.progress + work >= self.next && most > 0 {
                        work -= self.next - self.progress;
                        (self.progress, self.next) = (0.0, (self.luck)());
                        follower.share(difficulty);
                        most -= 1;
                    }
                    self.progress += work;
                    follower.retarget(self.now);
                    assert!((follower.rules.least..=follower.rules.most).contains(&follower.difficulty()));
                }
                if !within(follower.difficulty().get() as f64) {
                    settled = retarget;
                }
            }
            settled
        }
    }

    proptest! {
        #[test]
        fn eight_retargets_span_four_orders_of_magnitude(exponent in -4.0..4.0_f64, start in 10_000..1_000_000_u128) {
            let mut rules = Vardiff::within(difficulty(1), difficulty(u128::MAX));
            rules.share_time = Duration::from_secs(10);
            let aim = start as f64 * 10_f64.powf(exponent);
            let mut follower = Follower::new(rules, difficulty(start), Instant::now());
            let mut miner = Miner::new(aim / 10.0, Box::new(|| 1.0));
            let settled = miner.follow(&mut follower, 20, |now| (aim / 1.6..=aim * 1.6).contains(&now));
            prop_assert!(settled < 8, "{settled} retargets, aim {aim}");
        }

        #[test]
        fn luck_moves_it_but_not_far(exponent in -2.0..2.0_f64, seed in 1..u64::MAX) {
            let start = 1_000_000;
            let aim = start as f64 * 10_f64.powf(exponent);
            let mut follower = Follower::new(
                Vardiff::within(difficulty(1), difficulty(u128::MAX)),
                difficulty(start),
                Instant::now(),
            );
            // Exponentially distributed times between shares, by xorshift.
            let mut state = seed;
            let luck = move || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                -(((state >> 11) as f64 + 1.0) / (1_u64 << 53) as f64).ln()
            };
            let mut miner = Miner::new(aim / 10.0, Box::new(luck));
            miner.follow(&mut follower, 8, |_| true);
            let mut out = 0;
            for _ in 0..50 {
                out += miner.follow(&mut follower, 1, |now| (aim / 3.0..=aim * 3.0).contains(&now));
            }
            prop_assert!(out <= 5, "{out} of 50 retargets are off by more than a factor of 3");
        }

        #[test]
        fn it_never_leaves_its_bounds(
            least in 1..1_000_u128,
            span in 0..1_000_u128,
            start in 1..u128::MAX,
            events in proptest::collection::vec((0..200_u64, 0..50_u32, 1..u128::MAX), 0..50),
        ) {
            let rules = Vardiff::within(difficulty(least), difficulty(least + span));
            let mut now = Instant::now();
            let mut follower = Follower::new(rules, difficulty(start), now);
            for (seconds, shares, worth) in events {
                now += Duration::from_secs(seconds);
                for _ in 0..shares {
                    follower.share(difficulty(worth));
                }
                follower.retarget(now);
                prop_assert!((least..=least + span).contains(&follower.difficulty().get()));
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_changes_before_a_window_or_plenty_of_shares() {
        let rules = Vardiff::within(difficulty(1), difficulty(1 << 40));
        let start = difficulty(1_000);
        let mut follower = Follower::new(rules, start, Instant::now());
        for _ in 0..23 {
            follower.share(start);
        }
        tokio::time::advance(Duration::from_secs(24)).await;
        assert_eq!(retarget(&mut follower), start);
        follower.share(start);
        assert_eq!(retarget(&mut follower).get(), 10_000, "a share a second");
        tokio::time::advance(Duration::from_secs(119)).await;
        assert_eq!(retarget(&mut follower).get(), 10_000);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(retarget(&mut follower).get(), 2_500, "a window without a share");
    }

    #[tokio::test(start_paused = true)]
    async fn chance_alone_changes_nothing() {
        let rules = Vardiff::within(difficulty(1), difficulty(1 << 40));
        let start = difficulty(1_000);
        for (shares, expected) in [(8, 667), (9, 1_000), (12, 1_000), (17, 1_000), (18, 1_500)] {
            let mut follower = Follower::new(rules.clone(), start, Instant::now());
            for _ in 0..shares {
                follower.share(start);
            }
            tokio::time::advance(Duration::from_secs(120)).await;
            assert_eq!(retarget(&mut follower).get(), expected, "{shares} shares");
        }
    }
}
