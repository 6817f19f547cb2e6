//! The chain's plain hash: BLAKE2b with a digest of 32 bytes, no key, no personalization. Several messages at once
//! where the machine has lanes for them.

use super::form::Form;
#[cfg(target_arch = "x86_64")]
use super::form::Lanes;
#[cfg(not(target_arch = "wasm32"))]
use super::word::Word;
use super::{IV, words};
#[cfg(not(target_arch = "wasm32"))]
use super::{SIGMA, STEP};

/// Bytes that are compressed at a time.
const BLOCK: usize = 128;

/// The chain value before the first block: the parameter block says 32 bytes of digest, no key, fanout 1, depth 1.
const START: [u64; 8] = {
    let mut start = IV;
    start[0] ^= 0x0101_0020;
    start
};

/// The 32-byte hash of a message.
pub fn hash_256(message: &[u8]) -> [u8; 32] {
    let mut h = START;
    for number in 0..blocks(message) {
        let (block, length, last) = block(message, number);
        compress(&mut h, &words(&block), length, last);
    }
    digest(&h)
}

/// The 32-byte hashes of messages, in their order: in the widest form that the machine has. Messages of about the same
/// length should follow each other, since lanes wait for the longest.
pub fn hash_many(messages: &[Vec<u8>]) -> Vec<[u8; 32]> {
    let mut digests = Vec::with_capacity(messages.len());
    let mut rest = messages;
    while let [first, ..] = rest {
        let taken = match Form::widest() {
            // Lanes that stay empty cost what full ones do.
            _ if rest.len() == 1 => 1,
            #[cfg(target_arch = "x86_64")]
            // SAFETY: it is the widest form that is available.
            Form::Avx512 => unsafe { super::x86::hash_avx512(rest, &mut digests) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: it is the widest form that is available.
            Form::Avx2 => unsafe { super::x86::hash_avx2(rest, &mut digests) },
            _ => 1,
        };
        if taken == 1 {
            digests.push(hash_256(first));
        }
        rest = &rest[taken..];
    }
    digests
}

/// Hashes as many of the messages as there are lanes, two at least, and says how many they were.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) fn hash_lanes<W: Lanes>(messages: &[Vec<u8>], digests: &mut Vec<[u8; 32]>) -> usize {
    const MOST: usize = 8;
    const { assert!(W::DIGESTS <= MOST) }
    let messages = &messages[..messages.len().min(W::DIGESTS)];
    let ctx = W::context();
    // Spelled out: a closure would be compiled without the features of the entries that this is inlined into.
    macro_rules! each {
        ($of:ident: $($i:literal)*) => { [$($of!($i)),*] };
    }
    macro_rules! start {
        ($i:literal) => {
            W::splat(START[$i])
        };
    }
    let mut h = each!(start: 0 1 2 3 4 5 6 7);
    let first = digests.len();
    digests.resize(first + messages.len(), [0; 32]);
    let longest = messages.iter().map(|message| blocks(message)).max();
    for number in 0..longest.unwrap_or(0) {
        // Word by word, the lanes side by side; then their lengths and marks of the last block. Messages that have ended
        // go on with zeros, and nobody looks.
        let mut message = [[0; MOST]; 16];
        let (mut lengths, mut lasts) = ([0; MOST], [0; MOST]);
        for (lane, of) in messages.iter().enumerate() {
            if number < blocks(of) {
                let (block, length, last) = block(of, number);
                for (word, value) in message.iter_mut().zip(words(&block)) {
                    word[lane] = value;
                }
                (lengths[lane], lasts[lane]) = (length, if last { !0 } else { 0 });
            }
        }
        macro_rules! load {
            ($words:expr) => {
                // SAFETY: there are as many words as lanes, and more.
                unsafe { W::load($words.as_ptr()) }
            };
        }
        macro_rules! word {
            ($i:literal) => {
                load!(message[$i])
            };
        }
        let block = each!(word: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        compress_words(&mut h, &block, load!(lengths), load!(lasts), ctx);
        if lasts != [0; MOST] {
            let mut words = [[0; MOST]; 4];
            macro_rules! unload {
                ($i:literal) => {
                    // SAFETY: there is room for as many words as lanes, and more.
                    unsafe { h[$i].unload(words[$i].as_mut_ptr()) }
                };
            }
            each!(unload: 0 1 2 3);
            for (lane, digest) in digests[first..].iter_mut().enumerate() {
                if lasts[lane] != 0 {
                    let words = words.map(|word| word[lane].to_le_bytes());
                    digest.copy_from_slice(words.as_flattened());
                }
            }
        }
    }
    messages.len()
}

/// Blocks of a message; an empty one has one too.
fn blocks(message: &[u8]) -> usize {
    message.len().div_ceil(BLOCK).max(1)
}

/// A block, filled up with zeros; how many bytes are hashed behind it, and whether it is the last.
#[inline(always)]
fn block(message: &[u8], number: usize) -> ([u8; BLOCK], u64, bool) {
    let rest = &message[number * BLOCK..];
    if rest.len() > BLOCK {
        let block = *rest.first_chunk().unwrap_or(&[0; BLOCK]);
        return (block, (number as u64 + 1) * BLOCK as u64, false);
    }
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    (block, message.len() as u64, true)
}

fn digest(h: &[u64; 8]) -> [u8; 32] {
    let mut digest = [0; 32];
    for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(h) {
        *bytes = word.to_le_bytes();
    }
    digest
}

/// Small, as the artifacts must be.
#[cfg(target_arch = "wasm32")]
fn compress(h: &mut [u64; 8], message: &[u64; 16], length: u64, last: bool) {
    super::compress(h, message, length.into(), last);
}

#[cfg(not(target_arch = "wasm32"))]
fn compress(h: &mut [u64; 8], message: &[u64; 16], length: u64, last: bool) {
    compress_words(h, message, length, if last { !0 } else { 0 }, ());
}

/// The compression of any block, unrolled; `length` and `last` are what goes into state words 12 and 14.
#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
fn compress_words<W: Word>(h: &mut [W; 8], message: &[W; 16], length: W, last: W, ctx: W::Context) {
    let mut v = [
        h[0],
        h[1],
        h[2],
        h[3],
        h[4],
        h[5],
        h[6],
        h[7],
        W::splat(IV[0]),
        W::splat(IV[1]),
        W::splat(IV[2]),
        W::splat(IV[3]),
        W::splat(IV[4]).xor(length),
        W::splat(IV[5]),
        W::splat(IV[6]).xor(last),
        W::splat(IV[7]),
    ];
    macro_rules! mix {
        ($round:literal: $($i:literal)*) => {$({
            const AT: [usize; 4] = STEP[$i];
            const X: usize = SIGMA[$round % 10][2 * $i];
            const Y: usize = SIGMA[$round % 10][2 * $i + 1];
            let [a, b, c, d] = [v[AT[0]], v[AT[1]], v[AT[2]], v[AT[3]]];
            let a = a.add(b).add(message[X]);
            let d = d.xor(a).rotate_32(ctx);
            let c = c.add(d);
            let b = b.xor(c).rotate_24(ctx);
            let a = a.add(b).add(message[Y]);
            let d = d.xor(a).rotate_16(ctx);
            let c = c.add(d);
            let b = b.xor(c).rotate_63(ctx);
            [v[AT[0]], v[AT[1]], v[AT[2]], v[AT[3]]] = [a, b, c, d];
        })*};
    }
    macro_rules! rounds {
        ($($round:literal)*) => {$( mix!($round: 0 1 2 3 4 5 6 7); )*};
    }
    rounds!(0 1 2 3 4 5 6 7 8 9 10 11);
    macro_rules! fold {
        ($($i:literal)*) => {$( h[$i] = h[$i].xor(v[$i]).xor(v[$i + 8]); )*};
    }
    fold!(0 1 2 3 4 5 6 7);
}

#[cfg(test)]
mod tests {
    use blake2::digest::{Digest, consts::U32};

    use super::*;

    fn plain(message: &[u8]) -> [u8; 32] {
        blake2::Blake2b::<U32>::digest(message).into()
    }

    fn message(length: usize) -> Vec<u8> {
        (0..length).map(|i| (i * i + 7 * length) as u8).collect()
    }

    #[test]
    fn every_length_has_the_hash_of_the_blake2_crate() {
        for length in 0..=520 {
            let message = message(length);
            assert_eq!(hash_256(&message), plain(&message), "{length} bytes");
        }
    }

    #[test]
    fn many_messages_of_any_lengths_have_the_hashes_of_each() {
        let lengths = [497, 2210, 1472, 0, 128, 129, 127, 256, 1, 640, 641];
        for count in 0..40 {
            let messages: Vec<_> = (0..count)
                .map(|i| message(lengths[(i * 7 + count) % 11]))
                .collect();
            let expected: Vec<_> = messages.iter().map(|message| plain(message)).collect();
            assert_eq!(hash_many(&messages), expected, "{count} messages");
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn each_kind_of_lanes_has_the_hashes_of_each() {
        let messages: Vec<_> = [500, 2000, 0, 128, 77, 1408, 3, 256, 9].map(message).into();
        for form in [Form::Avx2, Form::Avx512] {
            if !form.is_available() {
                println!("NOT RUN: this processor lacks {form:?}");
                continue;
            }
            for count in 2..=messages.len() {
                let mut digests = Vec::new();
                // SAFETY: the form is available.
                let taken = unsafe {
                    match form {
                        Form::Avx2 => super::super::x86::hash_avx2(&messages[..count], &mut digests),
                        _ => super::super::x86::hash_avx512(&messages[..count], &mut digests),
                    }
                };
                assert_eq!(taken, count.min(if form == Form::Avx2 { 4 } else { 8 }));
                let expected: Vec<_> = messages[..taken].iter().map(|message| plain(message)).collect();
                assert_eq!(digests, expected, "{form:?}, {count} messages");
            }
        }
    }
}
