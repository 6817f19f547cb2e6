//! What sets one device apart from another, as far as a layout follows from it.

use super::layout::webgpu;

/// What a device is and allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Whether it is a program on the CPU.
    pub is_software: bool,
    /// Bytes of a storage buffer that one binding shows.
    pub binding_bytes: u64,
    /// Whether shaders may add up within a subgroup. Natively alone: wgpu asks no browser for it.
    pub has_subgroups: bool,
}

impl Abilities {
    /// What WebGPU promises of every device.
    pub const PROMISED: Abilities = Abilities {
        is_software: false,
        binding_bytes: webgpu::BINDING_BYTES,
        has_subgroups: false,
    };
}
