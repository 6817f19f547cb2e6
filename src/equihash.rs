//! Equihash of any parameters under any personalization, such as the Zcash family's: plain leaves, no coin's twist on
//! them.

use crate::params::{Params, ParamsError};
use crate::verify::{VerifyError, verify};

/// Judges a packed solution of Equihash(n, k) over an input by the same rule as [`verify`].
///
/// - `personalization` is BLAKE2b's, 16 bytes. The Zcash family writes a name of eight bytes (`ZcashPoW`, for
///   instance), then n and k as 32-bit little-endian integers.
/// - `input` is all that is hashed before the four bytes of a digest's number, the nonce included. In that family it
///   is the block header without the solution: 140 bytes.
/// - `solution` is [`Params::solution_bytes`] long, without the length that blocks put before it.
///
/// The Zcash family's rule is the same one: indices in as many bits as they need, most significant first, all
/// different, left below right at every node, one digit more cancelled at every level, and all n bits at the root. A
/// leaf whose n bits are no whole number of bytes takes the bytes that hold them, as on Aion.
///
/// # Errors
/// [`EquihashError`]: either the puzzle itself breaks a rule, or the solution does.
pub fn verify_equihash(
    n: u32,
    k: u32,
    personalization: &[u8],
    input: &[u8],
    solution: &[u8],
) -> Result<(), EquihashError> {
    let personalization = personalization
        .try_into()
        .map_err(|_| EquihashError::Personalization {
            bytes: personalization.len(),
        })?;
    let params = Params::new(n, k, personalization)?;
    Ok(verify(&params, input, &[], solution)?)
}

/// Why a solution of some Equihash was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EquihashError {
    /// The personalization is too short or too long.
    #[error("the personalization has {bytes} bytes, and must have 16")]
    Personalization {
        /// Bytes given.
        bytes: usize,
    },
    /// n and k make no puzzle.
    #[error(transparent)]
    Params(#[from] ParamsError),
    /// The solution breaks the rule.
    #[error(transparent)]
    Solution(#[from] VerifyError),
}
