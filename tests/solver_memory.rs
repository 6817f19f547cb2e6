//! A solver that is refused memory says so, whichever of its allocations is the one refused.
#![cfg(feature = "solver")]
#![allow(missing_docs)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use aion_pow::solver::{Solver, SolverError};

/// The system's allocator, with a limit to what may be in use at once.
struct Limited;

static LEFT: AtomicUsize = AtomicUsize::new(usize::MAX);

#[global_allocator]
static ALLOCATOR: Limited = Limited;

// SAFETY: the system's allocator does the work; a null pointer is a refusal.
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let taken = LEFT.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(layout.size()));
        if taken.is_err() {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LEFT.fetch_add(layout.size(), SeqCst);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[test]
fn a_refusal_of_any_part_is_an_error_that_names_the_whole() {
    let whole = Solver::reservation(1);
    // From nothing at all to more than enough, in steps smaller than the smallest part.
    let steps = (0..=whole + (1 << 20)).step_by(64 << 10);
    let (mut refused, mut granted) = (0, 0);
    for bytes in steps {
        // A test's own thread allocates a little too, for its messages.
        LEFT.store(bytes + (16 << 10), SeqCst);
        let outcome = Solver::new(1);
        LEFT.store(usize::MAX / 2, SeqCst);
        match outcome {
            Err(SolverError::OutOfMemory { bytes: asked }) => {
                assert_eq!(granted, 0, "refused at {bytes} after less was enough");
                assert!(
                    asked >= whole - (4 << 20) && asked <= whole + (1 << 20),
                    "{asked}"
                );
                refused += 1;
            }
            Err(other) => panic!("{other}"),
            Ok(_) => granted += 1,
        }
    }
    assert!(refused > 0 && granted > 0, "{refused} refused, {granted} granted");
}
