//! The solver for programs without an event loop.

use super::abilities::Abilities;
use super::batch::{Batch, Outcome};
use super::device::{Adapter, AdapterChoice, adapters};
use super::error::GpuError;
use super::layout::Layout;
use super::solver::GpuSolver;

/// The adapters of this machine.
pub fn all_adapters() -> Vec<Adapter> {
    pollster::block_on(adapters())
}

/// [`GpuSolver::open`] of the adapter of that name, or else of the fastest.
///
/// # Errors
/// As there.
pub fn open(adapter: Option<&str>, layout: Layout) -> Result<GpuSolver, GpuError> {
    let choice = adapter.map_or(AdapterChoice::Fastest, AdapterChoice::Named);
    pollster::block_on(GpuSolver::open(choice, layout))
}

/// [`GpuSolver::open_tuned`], likewise.
///
/// # Errors
/// As there.
pub fn open_tuned(adapter: Option<&str>, layout: Layout) -> Result<GpuSolver, GpuError> {
    let choice = adapter.map_or(AdapterChoice::Fastest, AdapterChoice::Named);
    pollster::block_on(GpuSolver::open_tuned(choice, layout))
}

/// [`GpuSolver::open_laid_out`], likewise.
///
/// # Errors
/// As there.
pub fn open_laid_out(
    adapter: Option<&str>,
    layout: impl FnOnce(&Abilities) -> Result<Layout, GpuError>,
) -> Result<GpuSolver, GpuError> {
    let choice = adapter.map_or(AdapterChoice::Fastest, AdapterChoice::Named);
    pollster::block_on(GpuSolver::open_laid_out(choice, layout))
}

/// [`GpuSolver::submit`] for headers and nonces of any length, after [`GpuSolver::prepare`].
///
/// # Errors
/// As there.
pub fn submit(solver: &mut GpuSolver, header: &[u8], nonces: &[Vec<u8>]) -> Result<Batch, GpuError> {
    if let Some(nonce) = nonces.first() {
        pollster::block_on(solver.prepare(header.len() + nonce.len()))?;
    }
    solver.submit(header, nonces)
}

/// [`Batch::outcomes`], waited for.
///
/// # Errors
/// As there.
pub fn outcomes(batch: Batch) -> Result<Vec<Outcome>, GpuError> {
    pollster::block_on(batch.outcomes())
}

/// Waits for any of the solver's futures.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    pollster::block_on(future)
}
