//! The few 128-bit operations the rounds need, on WebAssembly SIMD, SSE2 (every x86-64), or two 64-bit words.

/// 128 bits; lane 0 is at the lowest address.
#[derive(Clone, Copy)]
pub struct Lanes(imp::Raw);

impl Lanes {
    /// Loads 16 bytes, any alignment.
    ///
    /// # Safety
    /// 16 bytes at `p` are readable.
    #[inline(always)]
    pub unsafe fn load(p: *const u8) -> Self {
        // SAFETY: the caller's promise.
        Self(unsafe { imp::load(p) })
    }

    /// Stores 16 bytes, any alignment.
    ///
    /// # Safety
    /// 16 bytes at `p` are writable.
    #[inline(always)]
    pub unsafe fn store(self, p: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { imp::store(p, self.0) }
    }

    /// Bitwise exclusive or.
    #[inline(always)]
    pub fn xor(self, other: Self) -> Self {
        Self(imp::xor(self.0, other.0))
    }

    /// Bitwise or.
    #[inline(always)]
    pub fn or(self, other: Self) -> Self {
        Self(imp::or(self.0, other.0))
    }

    /// Bitwise and.
    #[inline(always)]
    pub fn and(self, other: Self) -> Self {
        Self(imp::and(self.0, other.0))
    }

    /// Both 64-bit lanes shifted right by `N`, zeros coming in.
    #[inline(always)]
    pub fn shift_right<const N: i32>(self) -> Self {
        Self(imp::shift_right::<N>(self.0))
    }

    /// Both 64-bit lanes shifted left by `N`.
    #[inline(always)]
    pub fn shift_left<const N: i32>(self) -> Self {
        Self(imp::shift_left::<N>(self.0))
    }

    /// Two 64-bit lanes, the first at the lower address.
    #[inline(always)]
    pub fn of(low: u64, high: u64) -> Self {
        Self(imp::of(low, high))
    }

    /// 64-bit lane 0.
    #[inline(always)]
    pub fn low(self) -> u64 {
        imp::low(self.0)
    }

    /// 64-bit lane 1.
    #[inline(always)]
    pub fn high(self) -> u64 {
        imp::high(self.0)
    }

    /// The same with 32-bit lane 3 replaced.
    #[inline(always)]
    pub fn with_top_word(self, word: u32) -> Self {
        Self(imp::with_top_word(self.0, word))
    }

    /// Whether any bit is set.
    #[inline(always)]
    pub fn any(self) -> bool {
        imp::any(self.0)
    }
}

/// Asks for the cache line at `p`, to be written soon. `p` need not point anywhere.
#[inline(always)]
pub fn prefetch_to_write(p: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint that never faults; processors that lack it take it as a no-op.
    unsafe {
        core::arch::x86_64::_mm_prefetch::<{ core::arch::x86_64::_MM_HINT_ET0 }>(p.cast())
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = p;
}

/// Asks for the cache line at `p`, to be read soon. `p` need not point anywhere.
#[inline(always)]
pub fn prefetch_to_read(p: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint that never faults.
    unsafe {
        core::arch::x86_64::_mm_prefetch::<{ core::arch::x86_64::_MM_HINT_T1 }>(p.cast())
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = p;
}

/// Reverses the 64 bytes at `p`.
///
/// # Safety
/// 64 bytes at `p` are readable and writable.
#[inline(always)]
pub unsafe fn reverse_64_bytes(p: *mut u8) {
    // SAFETY: four vectors; all are read before the first is written.
    unsafe {
        let v = [0, 16, 32, 48].map(|at| imp::reverse(imp::load(p.add(at))));
        for (i, v) in v.into_iter().enumerate() {
            imp::store(p.add(48 - 16 * i), v);
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod imp {
    use core::arch::wasm32::*;
    pub type Raw = v128;

    #[inline(always)]
    pub unsafe fn load(p: *const u8) -> Raw {
        // SAFETY: readable by contract; wasm loads need no alignment.
        unsafe { v128_load(p.cast()) }
    }
    #[inline(always)]
    pub unsafe fn store(p: *mut u8, v: Raw) {
        // SAFETY: writable by contract; wasm stores need no alignment.
        unsafe { v128_store(p.cast(), v) }
    }
    #[inline(always)]
    pub fn xor(a: Raw, b: Raw) -> Raw {
        v128_xor(a, b)
    }
    #[inline(always)]
    pub fn low(v: Raw) -> u64 {
        u64x2_extract_lane::<0>(v)
    }
    #[inline(always)]
    pub fn high(v: Raw) -> u64 {
        u64x2_extract_lane::<1>(v)
    }
    #[inline(always)]
    pub fn with_top_word(v: Raw, word: u32) -> Raw {
        u32x4_replace_lane::<3>(v, word)
    }
    #[inline(always)]
    pub fn any(v: Raw) -> bool {
        v128_any_true(v)
    }
    #[inline(always)]
    pub fn or(a: Raw, b: Raw) -> Raw {
        v128_or(a, b)
    }
    #[inline(always)]
    pub fn and(a: Raw, b: Raw) -> Raw {
        v128_and(a, b)
    }
    #[inline(always)]
    pub fn shift_right<const N: i32>(v: Raw) -> Raw {
        u64x2_shr(v, N as u32)
    }
    #[inline(always)]
    pub fn shift_left<const N: i32>(v: Raw) -> Raw {
        u64x2_shl(v, N as u32)
    }
    #[inline(always)]
    pub fn of(low: u64, high: u64) -> Raw {
        u64x2(low, high)
    }
    #[inline(always)]
    pub fn reverse(v: Raw) -> Raw {
        i8x16_shuffle::<15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0>(v, v)
    }
}

#[cfg(target_arch = "x86_64")]
mod imp {
    use core::arch::x86_64::*;
    pub type Raw = __m128i;

    #[inline(always)]
    pub unsafe fn load(p: *const u8) -> Raw {
        // SAFETY: readable by contract; an unaligned load.
        unsafe { _mm_loadu_si128(p.cast()) }
    }
    #[inline(always)]
    pub unsafe fn store(p: *mut u8, v: Raw) {
        // SAFETY: writable by contract; an unaligned store.
        unsafe { _mm_storeu_si128(p.cast(), v) }
    }
    #[inline(always)]
    pub fn xor(a: Raw, b: Raw) -> Raw {
        // SAFETY: SSE2 is part of every x86-64.
        unsafe { _mm_xor_si128(a, b) }
    }
    #[inline(always)]
    pub fn low(v: Raw) -> u64 {
        // SAFETY: SSE2 is part of every x86-64.
        unsafe { _mm_cvtsi128_si64(v) as u64 }
    }
    #[inline(always)]
    pub fn high(v: Raw) -> u64 {
        // SAFETY: SSE2 is part of every x86-64.
        unsafe { _mm_cvtsi128_si64(_mm_unpackhi_epi64(v, v)) as u64 }
    }
    #[inline(always)]
    pub fn with_top_word(v: Raw, word: u32) -> Raw {
        // SAFETY: SSE2 is part of every x86-64.
        unsafe {
            let low = _mm_and_si128(v, _mm_set_epi32(0, -1, -1, -1));
            _mm_or_si128(low, _mm_slli_si128::<12>(_mm_cvtsi32_si128(word as i32)))
        }
    }
    #[inline(always)]
    pub fn any(v: Raw) -> bool {
        // SAFETY: SSE2 is part of every x86-64.
        unsafe { _mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_setzero_si128())) != 0xffff }
    }
    #[inline(always)]
    pub fn or(a: Raw, b: Raw) -> Raw {
        // SAFETY: SSE2 is part of every x86-64.
        unsafe { _mm_or_si128(a, b) }
    }
    #[inline(always)]
    pub fn and(a: Raw, b: Raw) -> Raw {
        // SAFETY: SSE2 is part of every x86-64.
        unsafe { _mm_and_si128(a, b) }
    }
    #[inline(always)]
    pub fn shift_right<const N: i32>(v: Raw) -> Raw {
        // SAFETY: SSE2 is part of every x86-64.
        unsafe { _mm_srli_epi64::<N>(v) }
    }
    #[inline(always)]
    pub fn shift_left<const N: i32>(v: Raw) -> Raw {
        // SAFETY: SSE2 is part of every x86-64.
        unsafe { _mm_slli_epi64::<N>(v) }
    }
    #[inline(always)]
    pub fn of(low: u64, high: u64) -> Raw {
        // SAFETY: SSE2 is part of every x86-64.
        unsafe { _mm_set_epi64x(high as i64, low as i64) }
    }
    /// SSE2 has no byte permutation, but integers swap theirs.
    #[inline(always)]
    pub fn reverse(v: Raw) -> Raw {
        of(high(v).swap_bytes(), low(v).swap_bytes())
    }
}

#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "wasm32", target_feature = "simd128")
)))]
mod imp {
    pub type Raw = [u64; 2];

    #[inline(always)]
    pub unsafe fn load(p: *const u8) -> Raw {
        // SAFETY: readable by contract; an unaligned read.
        unsafe { p.cast::<Raw>().read_unaligned() }.map(u64::from_le)
    }
    #[inline(always)]
    pub unsafe fn store(p: *mut u8, v: Raw) {
        // SAFETY: writable by contract; an unaligned write.
        unsafe { p.cast::<Raw>().write_unaligned(v.map(u64::to_le)) }
    }
    #[inline(always)]
    pub fn xor(a: Raw, b: Raw) -> Raw {
        [a[0] ^ b[0], a[1] ^ b[1]]
    }
    #[inline(always)]
    pub fn low(v: Raw) -> u64 {
        v[0]
    }
    #[inline(always)]
    pub fn high(v: Raw) -> u64 {
        v[1]
    }
    #[inline(always)]
    pub fn with_top_word(v: Raw, word: u32) -> Raw {
        [v[0], (v[1] & 0xffff_ffff) | (u64::from(word) << 32)]
    }
    #[inline(always)]
    pub fn any(v: Raw) -> bool {
        v[0] | v[1] != 0
    }
    #[inline(always)]
    pub fn or(a: Raw, b: Raw) -> Raw {
        [a[0] | b[0], a[1] | b[1]]
    }
    #[inline(always)]
    pub fn and(a: Raw, b: Raw) -> Raw {
        [a[0] & b[0], a[1] & b[1]]
    }
    #[inline(always)]
    pub fn shift_right<const N: i32>(v: Raw) -> Raw {
        v.map(|lane| lane >> N)
    }
    #[inline(always)]
    pub fn shift_left<const N: i32>(v: Raw) -> Raw {
        v.map(|lane| lane << N)
    }
    #[inline(always)]
    pub fn of(low: u64, high: u64) -> Raw {
        [low, high]
    }
    #[inline(always)]
    pub fn reverse(v: Raw) -> Raw {
        [v[1].swap_bytes(), v[0].swap_bytes()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes(bytes: &[u8; 16]) -> Lanes {
        // SAFETY: 16 bytes of an array.
        unsafe { Lanes::load(bytes.as_ptr()) }
    }

    #[test]
    fn lanes_are_little_endian_and_in_address_order() {
        let v = lanes(&core::array::from_fn(|i| i as u8));
        assert_eq!(v.low(), 0x0706_0504_0302_0100);
        assert_eq!(v.high(), 0x0f0e_0d0c_0b0a_0908);
        assert_eq!(v.with_top_word(0xdead_beef).high(), 0xdead_beef_0b0a_0908);
        assert_eq!(v.with_top_word(0xdead_beef).low(), v.low());
    }

    #[test]
    fn any_sees_every_single_bit() {
        assert!(!lanes(&[0; 16]).any());
        for bit in 0..128 {
            let mut bytes = [0; 16];
            bytes[bit / 8] = 1 << (bit % 8);
            assert!(lanes(&bytes).any(), "bit {bit}");
            assert!(!lanes(&bytes).xor(lanes(&bytes)).any());
        }
    }

    #[test]
    fn shifts_stay_in_their_lanes() {
        let v = Lanes::of(0x8000_0000_0000_0001, 0xc000_0000_0000_0003);
        let (right, left) = (v.shift_right::<1>(), v.shift_left::<1>());
        assert_eq!([right.low(), right.high()], [1 << 62, (3 << 61) | 1]);
        assert_eq!([left.low(), left.high()], [2, (1 << 63) | 6]);
        let (or, and) = (right.or(left), right.and(Lanes::of(1 << 62, 1)));
        assert_eq!([or.low(), or.high()], [(1 << 62) | 2, (1 << 63) | (3 << 61) | 7]);
        assert_eq!([and.low(), and.high()], [1 << 62, 1]);
    }

    #[test]
    fn sixty_four_bytes_are_reversed_and_no_other() {
        let mut bytes: [u8; 66] = core::array::from_fn(|i| i as u8);
        // SAFETY: 64 bytes of 66.
        unsafe { reverse_64_bytes(bytes.as_mut_ptr().add(1)) };
        let expected: [u8; 66] = core::array::from_fn(|i| match i {
            0 | 65 => i as u8,
            _ => 65 - i as u8,
        });
        assert_eq!(bytes, expected);
    }
}
