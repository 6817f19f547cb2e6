//! The bulk hashing of stage 0 by itself, so that it can be timed and compared.

use web_time::Instant;

use crate::blake2b::{DIGEST_WORDS, Form, LOT, Lot, Nonce};
use crate::params::Params;

/// The leaf digests of a nonce, a lot at a time, by the kernel that the solver uses.
pub struct DigestLots {
    nonce: Nonce,
    form: Form,
    lot: Box<Lot>,
}

impl DigestLots {
    /// Digests that [`DigestLots::make`] makes at once.
    pub const DIGESTS: u32 = LOT as u32;

    /// Hashes what the digests of `header ‖ nonce` have in common.
    pub fn new(header: &[u8], nonce: &[u8]) -> Self {
        Self {
            nonce: Nonce::new(&Params::AION, header, nonce),
            form: Form::for_a_run(),
            lot: Box::new([0; LOT * DIGEST_WORDS]),
        }
    }

    /// The same in every form that this machine can take.
    pub fn in_every_form(header: &[u8], nonce: &[u8]) -> impl Iterator<Item = Self> {
        let forms = Form::ALL.iter().copied().filter(|form| form.is_available());
        forms.map(move |form| Self {
            nonce: Nonce::new(&Params::AION, header, nonce),
            form,
            lot: Box::new([0; LOT * DIGEST_WORDS]),
        })
    }

    /// Name of the form that the digests are made in.
    pub fn form(&self) -> &'static str {
        self.form.name()
    }

    /// Makes the digests from number `first` on. Returns them one after another, eight little-endian words each, of
    /// which the first 54 bytes count.
    pub fn make(&mut self, first: u32) -> &[u64] {
        self.nonce.lot(self.form, first, LOT, &mut self.lot);
        &self.lot[..]
    }

    /// Nanoseconds a digest, over at least so many of them.
    pub fn nanoseconds(&mut self, digests: u32) -> f64 {
        let lots = digests.div_ceil(Self::DIGESTS).max(1);
        let start = Instant::now();
        for lot in 0..lots {
            std::hint::black_box(self.make(lot.wrapping_mul(Self::DIGESTS)));
        }
        start.elapsed().as_secs_f64() * 1e9 / (f64::from(lots) * f64::from(Self::DIGESTS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaf::LeafHasher;

    #[test]
    fn a_lot_is_what_the_plain_hasher_makes() {
        let (header, nonce) = ([3; 32], [4; 32]);
        let mut lots = DigestLots::new(&header, &nonce);
        let plain = LeafHasher::new(&Params::AION, &header, &nonce);
        for (number, words) in (1000..).zip(lots.make(1000).chunks_exact(8)) {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            assert_eq!(bytes[..54], plain.digest(number)[..54], "digest {number}");
        }
    }

    #[test]
    fn even_no_digest_at_all_takes_time() {
        assert!(DigestLots::new(&[3; 32], &[4; 32]).nanoseconds(0) > 0.0);
    }
}
