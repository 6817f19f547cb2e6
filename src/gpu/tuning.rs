//! Choices that only the device can make: what is faster on it is measured when it is opened.

use web_time::Instant;

use super::error::GpuError;
use super::pace::Pace;
use super::solver::GpuSolver;

/// Devices that solve fewer nonces than this in a batch's time have nothing to fuse: their nonces are submissions of their own.
const FEWEST_NONCES: u32 = 4;
/// Nonces are timed for so many batches' time, since some browsers see the end of a batch up to 100 ms late.
const BATCHES_TIMED: u32 = 4;
/// Milliseconds from the first shader to the end of the self-test above which nothing is tried: seven more shaders would have
/// the leaves' own in them, by far the longest, and a driver that is slow at it would keep whoever waits waiting.
const MOST_OPENING_MS: f64 = 1000.0;
/// Fused leaves take memory, so they have to be faster by at least this part.
const WORTH: f64 = 0.03;

/// Milliseconds a nonce took with leaves by themselves, and with fused ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeavesTimed {
    /// By themselves.
    pub apart: f64,
    /// In the rounds of the nonce before.
    pub fused: f64,
}

impl LeavesTimed {
    /// Whether fused leaves are so much faster that they are worth their memory.
    pub fn is_worth_it(&self) -> bool {
        self.fused <= self.apart * (1.0 - WORTH)
    }
}

impl GpuSolver {
    /// [Fuses leaves](GpuSolver::fuse_leaves) if the device is faster so, and fast enough to have several nonces in a batch, and
    /// its driver compiles fast. It solves nonces whose solutions are known, for about a second. No batch may be in flight.
    ///
    /// # Errors
    /// What is wrong with the device.
    #[doc(hidden)]
    pub async fn choose_leaves(&mut self) -> Result<(), GpuError> {
        if self.opening_ms > MOST_OPENING_MS {
            return Ok(());
        }
        // What came first also paid for what happens once.
        self.forget_speed();
        if self.known_nonce_ms(1).await?.is_some() {
            let nonces = self.batch_nonces();
            if nonces >= FEWEST_NONCES {
                self.try_leaves(nonces * BATCHES_TIMED).await?;
            }
        }
        self.forget_speed();
        Ok(())
    }

    /// Solves so many nonces both ways, as far as a batch has room for them, and keeps the better. Nothing comes back, and
    /// leaves stay by themselves, where the layout has no nonce whose solutions are known, where one came out otherwise,
    /// where there is no memory, or where the device refuses the shaders.
    ///
    /// # Errors
    /// What is wrong with the device.
    #[doc(hidden)]
    pub async fn try_leaves(&mut self, nonces: u32) -> Result<Option<LeavesTimed>, GpuError> {
        let nonces = nonces.min(Pace::MOST);
        let Some(apart) = self.known_nonce_ms(nonces).await? else {
            return Ok(None);
        };
        match self.fuse_leaves().await {
            Ok(()) => {}
            Err(GpuError::OutOfMemory { .. } | GpuError::Validation { .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
        // The first batch also pays for memory that is touched for the first time.
        let mut fused = None;
        for _ in 0..2 {
            fused = self.known_nonce_ms(nonces).await?;
        }
        let timed = fused.map(|fused| LeavesTimed { apart, fused });
        if !timed.is_some_and(|timed| timed.is_worth_it()) {
            self.part_leaves();
        }
        Ok(timed)
    }

    /// Milliseconds a nonce of a batch of so many takes; nothing where no known nonce is there, or it has other solutions.
    async fn known_nonce_ms(&mut self, nonces: u32) -> Result<Option<f64>, GpuError> {
        let Some(known) = self.layout.known_nonce() else {
            return Ok(None);
        };
        let batch = vec![known.nonce.to_vec(); nonces as usize];
        let began = Instant::now();
        let outcomes = match self.solve(&known.header, &batch).await {
            Ok(outcomes) => outcomes,
            // What does not even verify is another solution too.
            Err(GpuError::WrongAnswer { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let ms = began.elapsed().as_secs_f64() * 1e3 / f64::from(nonces);
        let right = |found: usize| found == known.solutions;
        let all_right = outcomes.iter().all(|outcome| right(outcome.solutions.len()));
        Ok(all_right.then_some(ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_taken_for_what_is_faster_by_more_than_noise() {
        for (apart, fused, worth) in [
            (1.6, 1.2, true),
            (1.6, 1.55, true),
            (1.6, 1.59, false),
            (1.6, 2.0, false),
        ] {
            assert_eq!(
                LeavesTimed { apart, fused }.is_worth_it(),
                worth,
                "{apart}, {fused}"
            );
        }
    }
}
