//! A yardstick that makes machines comparable: the leaf digests of a run by somebody else's BLAKE2b.

use std::hint::black_box;
use std::time::Instant;

use aion_pow::params::Params;
use blake2::Blake2bVarCore;
use blake2::digest::block_api::{Buffer, UpdateCore, VariableOutputCore};

/// BLAKE2b of the chain's leaves by the blake2 crate, after `header ‖ nonce`.
struct Plain {
    core: Blake2bVarCore,
    buffer: Buffer<Blake2bVarCore>,
}

impl Plain {
    fn new(header: &[u8], nonce: &[u8]) -> Plain {
        let params = Params::AION;
        let mut core =
            Blake2bVarCore::new_with_params(&[], params.personalization(), 0, params.digest_bytes());
        let mut buffer = Buffer::<Blake2bVarCore>::default();
        for part in [header, nonce] {
            buffer.digest_blocks(part, |blocks| core.update_blocks(blocks));
        }
        Plain { core, buffer }
    }

    fn digest(&self, number: u32) -> [u8; 64] {
        let (mut core, mut buffer) = (self.core.clone(), self.buffer.clone());
        buffer.digest_blocks(&number.to_le_bytes(), |blocks| core.update_blocks(blocks));
        let mut digest = Default::default();
        core.finalize_variable_core(&mut buffer, &mut digest);
        digest.into()
    }
}

/// Milliseconds for so many digests on one thread.
pub fn milliseconds(header: &[u8], nonce: &[u8], digests: u32) -> f64 {
    let plain = Plain::new(header, nonce);
    let start = Instant::now();
    for number in 0..digests {
        black_box(plain.digest(number));
    }
    start.elapsed().as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use aion_pow::leaf::LeafHasher;

    use super::*;

    #[test]
    fn its_digests_are_those_of_the_leaves() {
        let (header, nonce) = ([7; 32], [9; 32]);
        let (plain, ours) = (
            Plain::new(&header, &nonce),
            LeafHasher::new(&Params::AION, &header, &nonce),
        );
        for number in [0, 1, 0x1f_ffff] {
            assert_eq!(plain.digest(number)[..54], ours.digest(number)[..54], "{number}");
        }
    }
}
