//! How much work goes to the device at a time.

/// Milliseconds that a batch should last: enough to hide that some browsers notice the end of a batch only every 100 ms,
/// and short enough to leave when a new job comes.
const BATCH_MS: f64 = 75.0;
/// Milliseconds that a submission of a nonce's part, or a dispatch of leaves, should last at most: others draw with the
/// same device.
const PIECE_MS: f64 = 25.0;
/// Milliseconds of work that should be with the device: some browsers say only every 100 ms what is done.
const WITH_DEVICE_MS: f64 = 150.0;
/// The part of a nonce's time that its leaves take where hashing is slow.
const LEAF_PART: f64 = 0.5;

/// How nonces are put together and taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Nonces of a batch.
    pub nonces: u32,
    /// Dispatches that the leaves of a nonce are sliced into.
    pub leaf_slices: u32,
    /// Submissions that a nonce is split into; 1 also where several nonces are one submission.
    pub submissions: u32,
    /// Submissions that may be with the device at a time; what waits behind them can still be held back.
    pub flying: u32,
}

impl Pace {
    /// The most nonces of a batch, and the most slices of leaves.
    pub const MOST: u32 = 64;
    /// The most slices of a nonce's leaves.
    const MOST_SLICES: u32 = 16;
    /// The most submissions with the device.
    const MOST_FLYING: u32 = 8;

    /// What goes first to a device of which nothing is known: a nonce in pieces.
    pub const FIRST: Pace = Pace {
        nonces: 1,
        leaf_slices: 8,
        submissions: 4,
        flying: 2,
    };

    /// The pace for a device that takes so many milliseconds for a nonce.
    pub fn of(nonce_ms: f64) -> Pace {
        let pieces =
            |milliseconds: f64, most: u32| (milliseconds / PIECE_MS).ceil().clamp(1.0, most.into()) as u32;
        let nonces = (BATCH_MS / nonce_ms).clamp(1.0, Self::MOST.into()) as u32;
        let submissions = match nonces {
            1 => pieces(nonce_ms, Self::MOST_SLICES),
            _ => 1,
        };
        let submission_ms = f64::from(nonces) * nonce_ms / f64::from(submissions);
        Pace {
            nonces,
            leaf_slices: pieces(nonce_ms * LEAF_PART, Self::MOST_SLICES),
            submissions,
            flying: (WITH_DEVICE_MS / submission_ms)
                .ceil()
                .clamp(2.0, Self::MOST_FLYING.into()) as u32,
        }
    }

    /// Inputs that a batch at the most needs: one a nonce and slice.
    pub const INPUTS: u32 = Self::MOST;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fast_devices_get_many_nonces_at_once_and_slow_ones_a_nonce_in_pieces() {
        for (name, nonce_ms, nonces, leaf_slices, submissions, flying) in [
            ("data-centre card", 1.6, 46, 1, 1, 3),
            ("desktop card", 4.0, 18, 1, 1, 3),
            ("small integrated unit", 100.0, 1, 2, 4, 6),
            ("software adapter", 2000.0, 1, 16, 16, 2),
            ("too fast to be true", 0.0, 64, 1, 1, 8),
        ] {
            let expected = Pace {
                nonces,
                leaf_slices,
                submissions,
                flying,
            };
            assert_eq!(Pace::of(nonce_ms), expected, "{name}");
        }
    }

    #[test]
    fn no_pace_needs_more_inputs_than_there_are() {
        for tenths in 0..100_000 {
            let pace = Pace::of(f64::from(tenths) / 10.0);
            assert!(pace.nonces * pace.leaf_slices <= Pace::INPUTS, "{pace:?}");
        }
        const { assert!(Pace::FIRST.leaf_slices <= Pace::INPUTS) }
    }
}
