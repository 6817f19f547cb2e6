//! How many messages a side may send.

use std::time::Duration;

use tokio::time::Instant;

/// A token bucket: `burst` messages at once, and `per_second` more each second.
#[derive(Debug)]
pub(crate) struct Rate {
    per_second: f64,
    burst: f64,
    tokens: f64,
    counted: Instant,
}

impl Rate {
    /// A full bucket.
    pub(crate) fn new(per_second: usize, burst: usize) -> Self {
        let burst = burst as f64;
        Rate {
            per_second: per_second as f64,
            burst,
            tokens: burst,
            counted: Instant::now(),
        }
    }

    /// Counts one message; false where it is one too many.
    #[must_use]
    pub(crate) fn admits(&mut self) -> bool {
        let now = Instant::now();
        let since: Duration = now - self.counted;
        self.counted = now;
        self.tokens = (self.tokens + since.as_secs_f64() * self.per_second).min(self.burst);
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_so_many_a_second() {
        let mut rate = Rate::new(2, 5);
        assert!((0..5).all(|_| rate.admits()));
        assert!(!rate.admits());
        tokio::time::advance(Duration::from_millis(400)).await;
        assert!(!rate.admits());
        tokio::time::advance(Duration::from_millis(101)).await;
        assert!(rate.admits());
        assert!(!rate.admits());
        for _ in 0..100 {
            tokio::time::advance(Duration::from_millis(501)).await;
            assert!(rate.admits());
        }
        assert!(!rate.admits());
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_silence_saves_no_more_than_a_burst() {
        let mut rate = Rate::new(2, 5);
        tokio::time::advance(Duration::from_secs(3_600)).await;
        assert!((0..5).all(|_| rate.admits()));
        assert!(!rate.admits());
    }
}
