//! Choices that only the device can make: what is faster on it is measured when it is opened.

use web_time::Instant;

use super::error::GpuError;
use super::pace::Pace;
use super::solver::GpuSolver;

/// Devices that solve fewer nonces than this in a batch's time have nothing to fuse: their nonces are submissions of their own.
const FEWEST_NONCES: u32 = 4;
/// Nonces are timed for so many batches' time, since some browsers see the end of a batch up to 100 ms late.
const BATCHES_TIMED: u32 = 4;
/// Fused leaves take memory, so they have to be faster by at least this part.
const WORTH: f64 = 0.03;

impl GpuSolver {
    /// [Fuses leaves](GpuSolver::fuse_leaves) if the device is faster so. It solves nonces whose solutions are known, for
    /// about a second; where they come out wrong or there is no memory, leaves stay by themselves. No batch may be in flight.
    ///
    /// # Errors
    /// What is wrong with the device.
    pub async fn choose_leaves(&mut self) -> Result<(), GpuError> {
        // What came first also paid for what happens once.
        self.forget_speed();
        let Some(_) = self.known_nonce_ms(1).await? else {
            return Ok(());
        };
        let nonces = self.batch_nonces();
        self.forget_speed();
        if nonces < FEWEST_NONCES {
            return Ok(());
        }
        let nonces = (nonces * BATCHES_TIMED).min(Pace::MOST);
        let Some(apart) = self.known_nonce_ms(nonces).await? else {
            return Ok(());
        };
        match self.fuse_leaves().await {
            Ok(()) => {}
            Err(GpuError::OutOfMemory { .. }) => return Ok(()),
            Err(error) => return Err(error),
        }
        // The first batch also pays for memory that is touched for the first time.
        let mut fused = None;
        for _ in 0..2 {
            fused = self.known_nonce_ms(nonces).await?;
        }
        if fused.is_none_or(|fused| fused > apart * (1.0 - WORTH)) {
            self.part_leaves();
        }
        self.forget_speed();
        Ok(())
    }

    /// Milliseconds a nonce of a batch of so many takes; nothing where no known nonce is there, or it has other solutions.
    async fn known_nonce_ms(&mut self, nonces: u32) -> Result<Option<f64>, GpuError> {
        let Some(known) = self.layout.known_nonce() else {
            return Ok(None);
        };
        let batch = vec![known.nonce.to_vec(); nonces as usize];
        let began = Instant::now();
        let outcomes = self.solve(&known.header, &batch).await?;
        let ms = began.elapsed().as_secs_f64() * 1e3 / f64::from(nonces);
        let right = |found: usize| found == known.solutions;
        let all_right = outcomes.iter().all(|outcome| right(outcome.solutions.len()));
        Ok(all_right.then_some(ms))
    }
}
