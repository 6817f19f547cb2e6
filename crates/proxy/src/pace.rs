//! How fast lines go to a pool.

use std::collections::VecDeque;
use std::time::Duration;

use stratum::protocol::CLIENT_BUFFER_LIMIT;
use tokio::time::{Instant, sleep_until};

/// How long a pool may take to read what came in. Replies of a solo pool lag up to 45 ms, and what arrives in
/// such a pause is read in one go.
const WINDOW: Duration = Duration::from_millis(100);

/// Holds lines back so that within any window no more goes out than a solo pool can buffer: it hangs up on a client
/// whose complete lines together pass its limit, four submits for instance.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    sent: VecDeque<(Instant, usize)>,
    in_window: usize,
}

impl Pace {
    /// Waits until `bytes` more may go out. Never waits for long: the limit is far above what a miner finds.
    pub(crate) async fn admit(&mut self, bytes: usize) {
        loop {
            let now = Instant::now();
            while let Some(&(at, count)) = self.sent.front()
                && at + WINDOW <= now
            {
                self.in_window -= count;
                self.sent.pop_front();
            }
            match self.sent.front() {
                Some(&(oldest, _)) if self.in_window + bytes > CLIENT_BUFFER_LIMIT => {
                    sleep_until(oldest + WINDOW).await;
                }
                _ => break,
            }
        }
        self.sent.push_back((Instant::now(), bytes));
        self.in_window += bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBMIT: usize = 3_015;

    #[tokio::test(start_paused = true)]
    async fn three_submits_go_at_once_and_the_fourth_waits() {
        let start = Instant::now();
        let mut pace = Pace::default();
        for _ in 0..3 {
            pace.admit(SUBMIT).await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        pace.admit(SUBMIT).await;
        assert!(start.elapsed() >= WINDOW);
    }

    #[tokio::test(start_paused = true)]
    async fn no_window_holds_more_than_a_pool_can_buffer() {
        let mut pace = Pace::default();
        let mut sent = Vec::new();
        for index in 0..60_u64 {
            let bytes = if index % 3 == 0 { SUBMIT } else { 200 };
            pace.admit(bytes).await;
            sent.push((Instant::now(), bytes));
            tokio::time::advance(Duration::from_millis(index % 7)).await;
        }
        for &(start, _) in &sent {
            let within = |at: Instant| (start..start + WINDOW).contains(&at);
            let total: usize = sent
                .iter()
                .filter(|(at, _)| within(*at))
                .map(|(_, bytes)| bytes)
                .sum();
            assert!(total <= CLIENT_BUFFER_LIMIT, "{total}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_line_as_large_as_the_limit_passes() {
        let start = Instant::now();
        Pace::default().admit(CLIENT_BUFFER_LIMIT).await;
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
