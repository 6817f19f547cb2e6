//! Made-up leaves of 210 bits, for the solver's production rounds.

// Each test binary compiles this module and uses its own part of it.
#![allow(dead_code)]

/// 210 bits, right-aligned in big-endian order: bit 0 is the last.
type Bits = [u64; 4];

const DIGITS: usize = 10;
const DIGIT_BITS: usize = 21;

/// SplitMix64: the same leaves from the same seed, on every machine.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn bits(&mut self) -> Bits {
        [
            self.next() & ((1 << 18) - 1),
            self.next(),
            self.next(),
            self.next(),
        ]
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
    }
}

fn xor(a: Bits, b: Bits) -> Bits {
    std::array::from_fn(|i| a[i] ^ b[i])
}

fn and(a: Bits, b: Bits) -> Bits {
    std::array::from_fn(|i| a[i] & b[i])
}

/// Replaces digit `digit`, 0 being the first.
fn with_digit(bits: &mut Bits, digit: usize, value: u64) {
    for bit in 0..DIGIT_BITS {
        let at = DIGIT_BITS * (DIGITS - 1 - digit) + bit;
        let (word, mask) = (3 - at / 64, 1 << (at % 64));
        bits[word] = (bits[word] & !mask) | if value >> bit & 1 == 1 { mask } else { 0 };
    }
}

/// As digests hold it: 27 bytes, the last six bits beside the leaf. They are set, since nobody may look at them.
fn leaf(bits: Bits) -> [u8; 27] {
    let mut wide = [0; 32];
    for (bytes, word) in wide.chunks_exact_mut(8).zip(bits) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    let mut out = [0; 27];
    // 210 bits in 32 bytes begin at bit 46: byte 5, bit 6. Shifted left by 6 they begin with a byte.
    for (i, byte) in out.iter_mut().enumerate() {
        let next = wide.get(6 + i).copied().unwrap_or(0xff);
        *byte = wide[5 + i] << 6 | next >> 2;
    }
    out[26] |= 0x3f;
    out
}

/// Leaves whose digits vary in so many bits only, at places drawn for each digit: nearly as dense as a full
/// puzzle, at a fraction of its size. Two trees are planted among them, since chance alone hardly ever finds 512
/// different leaves among so few; there are three quarters of `2^(bits + 1)` leaves in all, because a layer grows
/// with the square of the one before and the planted nodes come on top.
pub fn dense(seed: u64, bits: usize) -> Vec<[u8; 27]> {
    let mut random = Random(seed);
    let mut varying = [0; 4];
    for digit in 0..DIGITS {
        // Four of the nine bits that choose a bucket at least, or the buckets would overflow.
        let (mut low, mut high): (Vec<usize>, Vec<usize>) = (0..DIGIT_BITS).partition(|&place| place < 12);
        random.shuffle(&mut high);
        low.extend(high.split_off(4));
        random.shuffle(&mut low);
        let mask = high
            .iter()
            .chain(&low[..bits - 4])
            .map(|place| 1u64 << place)
            .sum();
        with_digit(&mut varying, digit, mask);
    }
    let mut all: Vec<Bits> = (0..2).flat_map(|_| split_down(&mut random, varying)).collect();
    all.extend((0..(2 << bits) / 4 * 3 - 1024).map(|_| and(random.bits(), varying)));
    random.shuffle(&mut all);
    all.into_iter().map(leaf).collect()
}

/// Leaves without any structure, but for the first digit where one is given.
pub fn plain(random: &mut Random, count: usize, first_digit: Option<u64>) -> Vec<[u8; 27]> {
    (0..count)
        .map(|_| {
            let mut bits = random.bits();
            if let Some(value) = first_digit {
                with_digit(&mut bits, 0, value);
            }
            leaf(bits)
        })
        .collect()
}

/// The 512 leaves of a random solution.
pub fn tree(random: &mut Random) -> Vec<[u8; 27]> {
    split_down(random, [u64::MAX; 4]).into_iter().map(leaf).collect()
}

/// The leaves of a random solution that vary only where `varying` has bits: at every node the XOR is split in
/// two, down from zero at the root.
fn split_down(random: &mut Random, varying: Bits) -> Vec<Bits> {
    let mut nodes = vec![[0; 4]];
    for level in (1..=9).rev() {
        nodes = nodes
            .into_iter()
            .flat_map(|node| {
                // Half a node of level `level` cancels in one digit less.
                let mut half = and(random.bits(), varying);
                for digit in 0..level - 1 {
                    with_digit(&mut half, digit, 0);
                }
                [half, xor(half, node)]
            })
            .collect();
    }
    nodes
}
