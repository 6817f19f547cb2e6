//! BLAKE2b: the digests of a nonce's leaves, which differ in the four bytes of their counter, and the chain's plain
//! hash.
//!
//! Everything before the counter is the same for all of them, so full blocks are compressed once, and of the
//! last block's first round seven of eight mixing steps are done once. The zero words behind the counter are
//! never added. (So for a block of the chain; where header and nonce have other lengths, a plain form serves.)
//! The compression is written once, over `Word`: one digest in 64-bit words, or several in vector lanes. The
//! verifier takes the widest form that the machine has, the solver the quickest.
//!
//! Source of the function: RFC 7693; the personalization is in the parameter block (section 2.8).

use crate::params::Params;

mod bulk;
#[cfg(feature = "solver")]
mod choice;
mod form;
mod hash;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
mod word;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use form::{Form, GROUP};
#[cfg(feature = "solver")]
pub use form::{LOT, Lot};
pub use hash::{hash_256, hash_many};

const IV: [u64; 8] = [
    0x6a09e667f3bcc908,
    0xbb67ae8584caa73b,
    0x3c6ef372fe94f82b,
    0xa54ff53a5f1d36f1,
    0x510e527fade682d1,
    0x9b05688c2b3e6c1f,
    0x1f83d9abfb41bd6b,
    0x5be0cd19137e2179,
];

pub const SIGMA: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/// The state words that mixing step `i` of a round takes: four columns, then four diagonals.
pub const STEP: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

/// 64-bit words from one digest to the next; a 54-byte digest fills seven.
pub const DIGEST_WORDS: usize = 8;

/// What all digests of a nonce have in common.
pub struct Nonce {
    /// Chain value before the last block.
    h: [u64; 8],
    /// The last block with a zero counter.
    message: [u64; 16],
    /// The counter's first byte within the last block, or where it would be if it crosses into another.
    counter_at: usize,
    /// Bytes hashed in all, the counter included.
    length: u128,
    /// State before the one step of round 0 that sees the counter, when the counter is the low half of word 8.
    prepared: [u64; 16],
}

impl Nonce {
    /// Compresses all of `header ‖ nonce` that the counter does not share a block with. Any lengths; of the
    /// parameters, the personalization and the digest's length count.
    pub fn new(params: &Params, header: &[u8], nonce: &[u8]) -> Self {
        let mut h = IV;
        // Parameter block: digest length, no key, fanout 1, depth 1.
        h[0] ^= 0x0101_0000 ^ params.digest_bytes() as u64;
        h[6] ^= le64(&params.personalization()[..8]);
        h[7] ^= le64(&params.personalization()[8..]);

        let input: Vec<u8> = header.iter().chain(nonce).copied().collect();
        // The counter is never empty, so a block filled by the input alone is not the last.
        let tail_at = input.len() / 128 * 128;
        for (i, block) in input[..tail_at].chunks_exact(128).enumerate() {
            compress(&mut h, &words(block), (i as u128 + 1) * 128, false);
        }
        let mut tail = [0; 128];
        tail[..input.len() - tail_at].copy_from_slice(&input[tail_at..]);
        let mut prepared = Self {
            h,
            message: words(&tail),
            counter_at: input.len() - tail_at,
            length: input.len() as u128 + 4,
            prepared: [0; 16],
        };
        prepared.prepared = prepared.first_round();
        prepared
    }

    fn start(&self, last: bool, length: u128) -> [u64; 16] {
        start(&self.h, length, last)
    }

    /// Round 0 but for step 4, the only one that takes words 8 and 9.
    fn first_round(&self) -> [u64; 16] {
        let mut v = self.start(true, self.length);
        for i in [0, 1, 2, 3, 5, 6, 7] {
            step(
                &mut v,
                STEP[i],
                self.message[SIGMA[0][2 * i]],
                self.message[SIGMA[0][2 * i + 1]],
            );
        }
        v
    }

    /// Whether the last block holds 64 bytes and the counter, as a block of the chain does.
    fn is_of_chain(&self) -> bool {
        self.counter_at == 64
    }

    /// One digest, the bytes beyond its length not cleared, even where the counter crosses into another word or
    /// block: the slow form.
    #[inline(never)]
    pub fn digest_anywhere(&self, counter: u32) -> [u64; 8] {
        let mut block = [0; 256];
        for (bytes, word) in block.chunks_exact_mut(8).zip(self.message) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        block[self.counter_at..self.counter_at + 4].copy_from_slice(&counter.to_le_bytes());
        let mut h = self.h;
        if self.counter_at + 4 > 128 {
            let whole = self.length / 128 * 128;
            compress(&mut h, &words(&block[..128]), whole, false);
            compress(&mut h, &words(&block[128..]), self.length, true);
        } else {
            compress(&mut h, &words(&block[..128]), self.length, true);
        }
        h
    }
}

/// The last block of a nonce's digests, for those who compress it elsewhere.
#[cfg(feature = "gpu")]
pub struct LastBlock {
    /// The state that the compression begins with.
    pub state: [u64; 16],
    /// The message with a zero counter.
    pub message: [u64; 16],
    /// The chain value, which the end of the compression takes up again.
    pub chain: [u64; 8],
}

#[cfg(feature = "gpu")]
impl Nonce {
    /// The last block, unless the counter crosses out of it.
    pub fn last_block(&self) -> Option<LastBlock> {
        (self.counter_at + 4 <= 128).then(|| LastBlock {
            state: self.start(true, self.length),
            message: self.message,
            chain: self.h,
        })
    }
}

fn le64(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |word, &byte| word << 8 | u64::from(byte))
}

fn words(block: &[u8]) -> [u64; 16] {
    core::array::from_fn(|i| le64(&block[8 * i..8 * i + 8]))
}

fn start(h: &[u64; 8], length: u128, last: bool) -> [u64; 16] {
    let mut v = [0; 16];
    v[..8].copy_from_slice(h);
    v[8..].copy_from_slice(&IV);
    v[12] ^= length as u64;
    v[13] ^= (length >> 64) as u64;
    if last {
        v[14] = !v[14];
    }
    v
}

fn step(v: &mut [u64; 16], [a, b, c, d]: [usize; 4], x: u64, y: u64) {
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(x);
    v[d] = (v[d] ^ v[a]).rotate_right(32);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(24);
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(y);
    v[d] = (v[d] ^ v[a]).rotate_right(16);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(63);
}

fn compress(h: &mut [u64; 8], message: &[u64; 16], length: u128, last: bool) {
    let mut v = start(h, length, last);
    for round in 0..12 {
        let sigma = &SIGMA[round % 10];
        for (i, &at) in STEP.iter().enumerate() {
            step(&mut v, at, message[sigma[2 * i]], message[sigma[2 * i + 1]]);
        }
    }
    for i in 0..8 {
        h[i] ^= v[i] ^ v[i + 8];
    }
}

#[cfg(test)]
mod tests {
    use blake2b_simd::Params as Plain;

    use super::*;

    /// A leaf's digest by another implementation.
    fn plain(message: &[u8]) -> Vec<u8> {
        let personalization = Params::AION.personalization();
        let plain = Plain::new()
            .hash_length(54)
            .personal(personalization)
            .hash(message);
        plain.as_bytes().to_vec()
    }

    #[test]
    fn every_length_before_the_counter_gives_the_digests_of_another_blake2b() {
        let header: Vec<u8> = (0..300u32).map(|i| (i * 7 + 3) as u8).collect();
        for length in 0..=header.len() {
            let (header, nonce) = (&header[..length], [0xa5; 32]);
            let ours = Nonce::new(&Params::AION, header, &nonce);
            for counter in [0, 1, 0x1f_ffff - length as u32, u32::MAX] {
                let words = ours.digest_anywhere(counter).map(u64::to_le_bytes);
                let message = [header, &nonce, &counter.to_le_bytes()].concat();
                assert_eq!(words.as_flattened()[..54], plain(&message), "{length} {counter}");
            }
        }
    }
}
