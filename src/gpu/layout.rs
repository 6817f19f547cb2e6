//! How a run is laid out on a GPU: the one set of numbers from which shaders, buffers, dispatches and the tests' twin
//! follow.
//!
//! A digit's first bits choose a bucket, which is where a row lies and so is never stored; its last bits, the chain
//! bits, choose a chain within the bucket. Every bucket has places for so many rows and not one more. A row of layer
//! `l` keeps what is left of the leaf without the bucket's bits, right-aligned in 32-bit words, and one 32-bit
//! reference to where it came from. Rows lie in two planes of vectors, because a scattered store costs the same
//! whatever its width, and because one plane of whole rows would not fit a binding.

use std::ops::Range;

use super::abilities::Abilities;
pub use super::layout_error::LayoutError;
use crate::params::Params;

/// Layers of rows: the leaves, and what each round but the last makes.
pub const LAYERS: usize = 9;
/// Rounds that make a layer from the one before.
pub const ROUNDS: usize = LAYERS - 1;
/// Bits of a reference that number a pair within its bucket; the bits above name the bucket.
pub const PAIR_BITS: u32 = 20;
/// The most rows of a bucket whose pairs can be numbered: `1448 * 1447 / 2` is the last such below 2^20.
pub const MAX_PAIRED_ROWS: u32 = 1448;
/// Pairs of equal rows that the last round can list. There are some hundreds a nonce, nearly all trivial.
pub const CANDIDATES: u32 = 8192;
/// Workgroups that unfold candidates; each takes every so many-th, so that no dispatch depends on their number.
pub const EXPAND_GROUPS: u32 = 64;
/// Invocations of a workgroup that hashes, or that unfolds.
pub const WIDE_GROUP: u32 = 256;
/// Invocations of a round's workgroup on adapters that are programs on the CPU: they run one invocation after another and
/// pay for every barrier. Chromium's takes a quarter of the time that it takes for 256.
pub const SOFTWARE_GROUP: u32 = 32;
/// Words of a row that lies in one piece.
pub const WHOLE_ROW: usize = 8;

/// What WebGPU promises on every adapter, as far as a layout could break it.
pub mod webgpu {
    /// Bytes of a storage buffer that one binding shows.
    pub const BINDING_BYTES: u64 = 128 << 20;
    /// Bytes of a buffer.
    pub const BUFFER_BYTES: u64 = 256 << 20;
    /// Storage buffers that one stage binds.
    #[cfg(test)]
    pub const STORAGE_BUFFERS: usize = 8;
    /// Bytes of workgroup memory.
    pub const WORKGROUP_BYTES: u32 = 16 << 10;
    /// Invocations of a workgroup.
    pub const WORKGROUP: u32 = 256;
    /// Where in a buffer a binding may begin: multiples of this.
    pub const OFFSET: u64 = 256;
}

/// The two planes of vectors that a layer's rows lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plane {
    /// The first words.
    A,
    /// The words that round keys come from, and the reference, where a row has more than four words.
    B,
}

/// Where a word lies in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The plane.
    pub plane: Plane,
    /// The component of the plane's vector.
    pub component: usize,
}

/// A nonce and how many solutions it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownNonce {
    /// What is solved for.
    pub header: [u8; 32],
    /// The nonce.
    pub nonce: [u8; 32],
    /// Its solutions.
    pub solutions: usize,
}

/// All that a run's shape depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    params: Params,
    chain_bits: u32,
    capacities: [u32; LAYERS],
    pair_window: u32,
    workgroup: u32,
    whole_rows: bool,
    subgroups: bool,
    binding_limit: u64,
}

impl Layout {
    /// The chain's puzzle: 4,096 buckets of 1,024 rows on the mean. The capacities hold a layer that is larger than
    /// its mean by five standard deviations of its size and of a bucket's; layers vary the more the later they come.
    pub fn aion() -> Layout {
        let capacities = [1280, 1280, 1280, 1280, 1280, 1280, 1280, 1408, 1664];
        Layout::new(Params::AION, 9, capacities, 1792, 256).expect("it keeps the rules")
    }

    /// A smaller puzzle for tests and slow adapters: Equihash(10 * digit_bits, 9), with 2^(digit_bits + 1) leaves and
    /// the chain's manner of personalization. Small layers vary far more than large ones, so capacities are wide.
    ///
    /// # Errors
    /// [`LayoutError`] where there is no layout for so many bits: 8 to 19 have one.
    pub fn reduced(digit_bits: u32) -> Result<Layout, LayoutError> {
        let n = 10 * digit_bits;
        let mut personalization = *Params::AION.personalization();
        personalization[8..12].copy_from_slice(&n.to_le_bytes());
        let params = Params::new(n, 9, personalization).map_err(|_| LayoutError::DigitBits { digit_bits })?;
        let mut capacities = [1280; LAYERS];
        capacities[ROUNDS] = 1920;
        Layout::new(params, 7, capacities, 1024, 256)
    }

    /// A layout of any numbers that keep the rules.
    ///
    /// - `chain_bits`: bits of a digit that choose a chain within a bucket; a bucket holds `2^(chain_bits + 1)` rows on
    ///   the mean.
    /// - `capacities`: rows that a bucket of each layer has places for.
    /// - `pair_window`: pairs that a workgroup lists at a time; of more than these none is lost.
    /// - `workgroup`: invocations that work on a bucket.
    ///
    /// # Errors
    /// [`LayoutError`] names the rule that is broken, the value and the limit.
    pub fn new(
        params: Params,
        chain_bits: u32,
        capacities: [u32; LAYERS],
        pair_window: u32,
        workgroup: u32,
    ) -> Result<Layout, LayoutError> {
        let layout = Layout {
            params,
            chain_bits,
            capacities,
            pair_window,
            workgroup,
            whole_rows: false,
            subgroups: false,
            binding_limit: webgpu::BINDING_BYTES,
        };
        layout.check()?;
        Ok(layout)
    }

    /// The same layout with workgroups of another size for the rounds. Software adapters run one invocation after
    /// another and pay for each barrier, so small ones suit them.
    ///
    /// # Errors
    /// [`LayoutError::Workgroup`] where it is no power of two up to 256.
    pub fn with_workgroup(mut self, workgroup: u32) -> Result<Layout, LayoutError> {
        self.workgroup = workgroup;
        self.check()?;
        Ok(self)
    }

    /// The same layout with the widest rows, of eight words, in one piece each: a gather then fetches one sector of the
    /// cache where it fetched two, and a scattered row is one store's worth of them. `binding_bytes` is what a binding
    /// may show; for the chain's puzzle WebGPU's default is too little, and 160 MiB are needed.
    ///
    /// # Errors
    /// [`LayoutError::Binding`] where a binding would be larger.
    pub fn with_whole_rows(mut self, binding_bytes: u64) -> Result<Layout, LayoutError> {
        self.whole_rows = true;
        self.binding_limit = binding_bytes;
        self.check()?;
        Ok(self)
    }

    /// The same layout with pairs numbered by subgroups, or not: that takes one atomic operation for each of them, where else
    /// there is one an invocation. The device has to have subgroups.
    pub fn with_subgroups(mut self, subgroups: bool) -> Layout {
        self.subgroups = subgroups;
        self
    }

    /// The layout that suits a device best: workgroups of 32 where it is a program on the CPU, subgroups
    /// where it is none and has them, and whole rows where bindings may be so large.
    pub fn tuned(self, abilities: &Abilities) -> Layout {
        let mut tuned = self;
        if abilities.is_software {
            tuned.workgroup = SOFTWARE_GROUP;
        }
        tuned.subgroups = abilities.has_subgroups && !abilities.is_software;
        tuned
            .clone()
            .with_whole_rows(abilities.binding_bytes)
            .unwrap_or(tuned)
    }

    fn check(&self) -> Result<(), LayoutError> {
        let digit_bits = self.params.digit_bits();
        if self.params.k() as usize != LAYERS {
            return Err(LayoutError::Rounds { k: self.params.k() });
        }
        // A reference has 32 bits; the fewest buckets are two, or there would be no bucket bits to cut off.
        if self.chain_bits == 0
            || !(1..=32 - PAIR_BITS).contains(&self.params.digit_bits().saturating_sub(self.chain_bits))
        {
            return Err(LayoutError::Buckets {
                digit_bits,
                chain_bits: self.chain_bits,
            });
        }
        // The widest row has eight words, the last layer's has two, reference included.
        if self.words(0) > 7 || self.words(ROUNDS) > 1 {
            return Err(LayoutError::DigitBits { digit_bits });
        }
        if !self.workgroup.is_power_of_two() || self.workgroup > webgpu::WORKGROUP {
            return Err(LayoutError::Workgroup {
                found: self.workgroup,
            });
        }
        for (layer, &rows) in self.capacities.iter().enumerate() {
            // Rows of the last layer are never paired by number: candidates name them by their position.
            let limit = if layer < ROUNDS {
                MAX_PAIRED_ROWS
            } else {
                u32::from(u16::MAX)
            };
            if rows == 0 || rows > limit {
                return Err(LayoutError::Capacity { layer, rows, limit });
            }
            // References of a layer are bound by themselves.
            if !(self.places(layer) * 4).is_multiple_of(webgpu::OFFSET) {
                return Err(LayoutError::Alignment { layer, rows });
            }
        }
        if self.pair_window == 0 {
            return Err(LayoutError::PairWindow);
        }
        let bytes = (0..ROUNDS).map(|layer| self.round_workgroup_bytes(layer)).max();
        let bytes = bytes.unwrap_or(0).max(self.last_workgroup_bytes());
        if bytes > webgpu::WORKGROUP_BYTES {
            return Err(LayoutError::WorkgroupMemory { bytes });
        }
        let (low, high) = self.reference_halves();
        let bindings =
            (0..2).flat_map(|parity| [Plane::A, Plane::B].map(|plane| self.plane_bytes(parity, plane)));
        if let Some(bytes) = bindings
            .chain([low, high])
            .find(|&bytes| bytes > self.binding_limit)
        {
            return Err(LayoutError::Binding {
                bytes,
                limit: self.binding_limit,
            });
        }
        if self.reference_bytes() > webgpu::BUFFER_BYTES {
            return Err(LayoutError::Buffer {
                bytes: self.reference_bytes(),
            });
        }
        Ok(())
    }

    /// A nonce whose solutions are known, where there is one: what a device has to solve before it is trusted. Its
    /// lengths are the chain's.
    pub fn known_nonce(&self) -> Option<KnownNonce> {
        let (header, nonce, solutions) = match self.params.digit_bits() {
            21 => (0x5a, 1, 2),
            17 => (0x3c, 10, 7),
            16 => (0x5a, 17, 4),
            14 => (0x3c, 37, 3),
            _ => return None,
        };
        let mut bytes = [0; 32];
        bytes[0] = nonce;
        Some(KnownNonce {
            header: [header; 32],
            nonce: bytes,
            solutions,
        })
    }

    /// The puzzle.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// Bits of a digit that choose a chain.
    pub fn chain_bits(&self) -> u32 {
        self.chain_bits
    }

    /// Chains within a bucket.
    pub fn chains(&self) -> u32 {
        1 << self.chain_bits
    }

    /// Bits of a digit that choose a bucket.
    pub fn bucket_bits(&self) -> u32 {
        self.params.digit_bits() - self.chain_bits
    }

    /// Buckets of each layer.
    pub fn buckets(&self) -> u32 {
        1 << self.bucket_bits()
    }

    /// Leaves of the puzzle.
    pub fn leaves(&self) -> u32 {
        1 << self.params.index_bits()
    }

    /// Digests that the leaves are cut from.
    pub fn digests(&self) -> u32 {
        self.leaves().div_ceil(self.params.leaves_per_digest() as u32)
    }

    /// Rows that a bucket of the layer has places for.
    pub fn capacity(&self, layer: usize) -> u32 {
        self.capacities[layer]
    }

    /// Pairs that a workgroup lists at a time.
    pub fn pair_window(&self) -> u32 {
        self.pair_window
    }

    /// Invocations that work on a bucket.
    pub fn workgroup(&self) -> u32 {
        self.workgroup
    }

    /// Whether rows of eight words lie in one piece, in plane A.
    pub fn whole_rows(&self) -> bool {
        self.whole_rows
    }

    /// Whether pairs are numbered by subgroups.
    pub fn subgroups(&self) -> bool {
        self.subgroups
    }

    /// Which workgroups of those that make a nonce's leaves stand beside a round's where leaves are made there: as many
    /// as the round has of the bytes that all such rounds move. The first round has none, since it still reads the leaves
    /// of its own nonce.
    pub fn leaf_groups_beside(&self, round: usize) -> Range<u32> {
        let groups = u64::from(self.digests().div_ceil(self.workgroup));
        let bytes_before = |round: usize| (2..round).map(|round| self.stage_bytes(round)).sum::<u64>();
        let begin = |round: usize| (groups * bytes_before(round) / bytes_before(LAYERS)) as u32;
        begin(round)..begin(round + 1)
    }

    /// Places of a layer, in all buckets.
    pub fn places(&self, layer: usize) -> u64 {
        u64::from(self.buckets()) * u64::from(self.capacities[layer])
    }

    /// Bits that a row of the layer keeps.
    pub fn stored_bits(&self, layer: usize) -> u32 {
        self.params.n() - self.params.digit_bits() * layer as u32 - self.bucket_bits()
    }

    /// Words that hold them.
    pub fn words(&self, layer: usize) -> usize {
        self.stored_bits(layer).div_ceil(32) as usize
    }

    /// Components of a plane's vectors in a layer; none where the layer has no such plane.
    pub fn width(&self, layer: usize, plane: Plane) -> usize {
        let (a, b) = match self.words(layer) + 1 {
            0..=2 => (2, 0),
            3..=4 => (4, 0),
            5..=6 => (4, 2),
            _ if self.whole_rows => (WHOLE_ROW, 0),
            _ => (4, 4),
        };
        match plane {
            Plane::A => a,
            Plane::B => b,
        }
    }

    /// Where a word of a layer's rows lies. Where plane B is narrow it holds the top word, from which the key comes, so
    /// that the pass over the keys reads plane B alone.
    pub fn place(&self, layer: usize, word: usize) -> Place {
        let in_b = match self.width(layer, Plane::B) {
            0 => None,
            2 => (word + 1 == self.words(layer)).then_some(0),
            _ => word.checked_sub(4),
        };
        match in_b {
            Some(component) => Place {
                plane: Plane::B,
                component,
            },
            None => Place {
                plane: Plane::A,
                component: word,
            },
        }
    }

    /// Where the reference of a layer's rows lies: last in its plane.
    pub fn reference_place(&self, layer: usize) -> Place {
        let plane = match self.width(layer, Plane::B) {
            0 => Plane::A,
            _ => Plane::B,
        };
        Place {
            plane,
            component: self.width(layer, plane) - 1,
        }
    }

    /// Bytes of a row of the layer, reference included.
    pub fn row_bytes(&self, layer: usize) -> u64 {
        4 * (self.width(layer, Plane::A) + self.width(layer, Plane::B)) as u64
    }

    /// Bytes of the buffer that holds a plane of the even layers (`parity` 0) or of the odd ones (1).
    pub fn plane_bytes(&self, parity: usize, plane: Plane) -> u64 {
        let bytes = |layer: usize| self.layer_plane_bytes(layer, plane);
        (parity..LAYERS).step_by(2).map(bytes).max().unwrap_or(0)
    }

    /// Bytes of a plane of one layer.
    pub fn layer_plane_bytes(&self, layer: usize, plane: Plane) -> u64 {
        self.places(layer) * 4 * self.width(layer, plane) as u64
    }

    /// Bytes of the leaves of one nonce, in both planes: so much more is needed where they are made while another nonce's
    /// are being read.
    pub fn leaf_row_bytes(&self) -> u64 {
        self.layer_plane_bytes(0, Plane::A) + self.layer_plane_bytes(0, Plane::B)
    }

    /// Where the references of a layer begin, in words; of the last layer none are kept beside its rows.
    pub fn reference_start(&self, layer: usize) -> u64 {
        (0..layer).map(|layer| self.places(layer)).sum()
    }

    /// Bytes of all references that are kept.
    pub fn reference_bytes(&self) -> u64 {
        4 * self.reference_start(ROUNDS)
    }

    /// The first layer whose references stand in the second of the two bindings through which trees are unfolded.
    pub fn reference_split(&self) -> usize {
        let fits = |&layer: &usize| 4 * self.reference_start(layer) <= webgpu::BINDING_BYTES;
        // The second binding must not be empty.
        (1..ROUNDS).take_while(fits).last().unwrap_or(1)
    }

    fn reference_halves(&self) -> (u64, u64) {
        let low = 4 * self.reference_start(self.reference_split());
        (low, self.reference_bytes() - low)
    }

    /// Counters: one a bucket and layer, then the candidates, then the rows that found no place.
    pub fn counters(&self) -> u32 {
        self.dropped_counter() + 1
    }

    /// The counter of candidates.
    pub fn candidate_counter(&self) -> u32 {
        LAYERS as u32 * self.buckets()
    }

    /// The counter of rows that found no place.
    pub fn dropped_counter(&self) -> u32 {
        self.candidate_counter() + 1
    }

    /// Workgroup memory of the round from `layer` to the next: heads, chains, pairs, two counters.
    pub fn round_workgroup_bytes(&self, layer: usize) -> u32 {
        4 * (self.chains() + self.capacities[layer] + self.pair_window + 2)
    }

    /// Workgroup memory of the last round: heads, chains, the rows' words.
    pub fn last_workgroup_bytes(&self) -> u32 {
        4 * (self.chains() + 2 * self.capacities[ROUNDS])
    }

    /// Bytes of all buffers on the GPU but those that depend on the batch, which are small.
    pub fn memory_bytes(&self) -> u64 {
        let planes =
            (0..2).flat_map(|parity| [Plane::A, Plane::B].map(|plane| self.plane_bytes(parity, plane)));
        planes.sum::<u64>()
            + self.reference_bytes()
            + 4 * u64::from(self.counters())
            + 8 * u64::from(CANDIDATES)
    }

    /// Bytes that a stage moves between GPU and memory, counted: stage 0 the leaves, then the rounds, then the last
    /// round with what it unfolds. Every layer is taken at its mean, and every byte counts once, as if a bucket that a
    /// workgroup reads twice came from memory once.
    pub fn stage_bytes(&self, stage: usize) -> u64 {
        let leaves = u64::from(self.leaves());
        match stage {
            0 => leaves * self.row_bytes(0),
            LAYERS => leaves * self.row_bytes(ROUNDS),
            round => leaves * (self.row_bytes(round - 1) + 4 + self.row_bytes(round)),
        }
    }

    /// The same where rounds make the next nonce's leaves: stage 0 moves nothing then but for a batch's first nonce.
    pub fn fused_stage_bytes(&self, stage: usize) -> u64 {
        let groups = |round| self.leaf_groups_beside(round).len() as u64;
        match stage {
            0 => 0,
            2..=ROUNDS => {
                let all: u64 = (2..=ROUNDS).map(groups).sum();
                self.stage_bytes(stage) + self.stage_bytes(0) * groups(stage) / all
            }
            _ => self.stage_bytes(stage),
        }
    }
}

#[cfg(test)]
mod tests;
