//! The solver on a GPU, natively (Vulkan, Metal, DX12) and in browsers (WebGPU): one host over the WGSL in `shaders/`.
//!
//! A nonce is eleven dispatches, or ten where its leaves are made in the rounds of the nonce before. The leaves are hashed and put into buckets; each of eight rounds takes one workgroup a
//! bucket, pairs the rows that agree in their digit, and puts the XORs into the buckets of the next layer, in one pass by
//! counters; the last round lists pairs of equal rows, and the last dispatch unfolds them to their leaves and keeps those
//! that all differ. Putting solutions in order and verifying them is the CPU's part, and nothing leaves unverified.
//!
//! Buckets have fixed capacities, so all memory is reserved beforehand: [`Layout`] has the numbers, and everything else
//! follows from them. A row without a place is counted; an [`Outcome`] with [`dropped`](Outcome::dropped) above zero is
//! incomplete.
//!
//! ```no_run
//! # #[cfg(not(target_arch = "wasm32"))] {
//! use aion_pow::gpu::{Layout, blocking};
//!
//! let mut solver = blocking::open(None, Layout::aion())?;
//! let batch = blocking::submit(&mut solver, &[0; 32], &[vec![0; 32], vec![1; 32]])?;
//! for outcome in blocking::outcomes(batch)? {
//!     println!("{} solutions, {} rows dropped", outcome.solutions.len(), outcome.dropped);
//! }
//! # }
//! # Ok::<(), aion_pow::gpu::GpuError>(())
//! ```

mod abilities;
mod batch;
#[cfg(not(target_arch = "wasm32"))]
pub mod blocking;
mod buffers;
mod commands;
mod compression;
mod device;
mod error;
mod feeder;
mod fusion;
#[cfg(not(target_arch = "wasm32"))]
mod inspect;
mod layout;
mod layout_error;
mod pace;
mod results;
mod shaders;
mod signal;
mod solver;
mod stages;
mod template;
#[cfg(not(target_arch = "wasm32"))]
mod timing;
mod tuning;

pub use abilities::Abilities;
pub use batch::{Batch, Outcome};
pub use device::{Adapter, AdapterChoice, adapters};
pub use error::GpuError;
#[cfg(not(target_arch = "wasm32"))]
#[doc(hidden)]
pub use inspect::{Inspected, InspectedRow};
pub use layout::{LAYERS, Layout, LayoutError, Place, Plane};
pub use solver::{BATCHES, GpuSolver};
#[cfg(not(target_arch = "wasm32"))]
pub use timing::GPU_STAGES;
#[doc(hidden)]
pub use tuning::LeavesTimed;
