//! The page pool: one reservation, cut into pages that are handed out, chained, and given back.
//!
//! Every layer and every reference list is a chain of pages. One word a page, [`Pages::next`], is both the link
//! to the next page of a chain and the link of the free lists. A page belongs to one thread at a time: the one
//! that took it, or the one that consumes the bucket it is in; nobody else reads or writes it or its link until
//! the round ends. That is the whole of the locking: only refills and returns, 32 pages at a time, take a lock.

use super::SolverError;
use super::layout::{PAGE, PAGE_BITS};
use std::alloc::{Layout, alloc, dealloc};
use std::cell::UnsafeCell;
use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError};

/// "No page": a page of this number is never handed out.
pub const NONE: u32 = 0;
/// Of the reservation. Linux backs memory with huge pages where whole ones of 2 MiB fit.
const ALIGNMENT: usize = if cfg!(target_os = "linux") { 2 << 20 } else { PAGE };
/// Pages that move between a thread and the pool at once.
const BATCH: u32 = 32;

/// All the memory of the layers, shared by the threads of a run.
pub struct Pages {
    memory: NonNull<u8>,
    /// Number of the page that is never handed out; the others follow it.
    unused: u32,
    count: u32,
    next: Box<[UnsafeCell<u32>]>,
    shared: Mutex<Shared>,
}

struct Shared {
    /// First page of the list of returned pages.
    free: u32,
    /// First page that was never handed out in this run.
    fresh: u32,
}

impl Shared {
    fn all_fresh(unused: u32) -> Self {
        Self {
            free: NONE,
            fresh: unused + 1,
        }
    }
}

// SAFETY: `memory` is an allocation that `Pages` owns and frees once. Pages and their links are touched by one
// thread at a time (see the module's text); a caller that read a page it does not own would break that.
unsafe impl Sync for Pages {}
// SAFETY: nothing in it is tied to the thread that made it.
unsafe impl Send for Pages {}

/// Turns positions into addresses. Where an address has 32 bits a position is one, and this holds nothing: the inner
/// loops save an addition a row. Elsewhere a position counts from the pool's first byte, and so has 32 bits too.
#[derive(Clone, Copy)]
pub struct Base(#[cfg(not(target_pointer_width = "32"))] *mut u8);

impl Base {
    /// The address of a position.
    #[inline(always)]
    pub fn at(self, position: u32) -> *mut u8 {
        #[cfg(target_pointer_width = "32")]
        return core::ptr::with_exposed_provenance_mut(position as usize);
        #[cfg(not(target_pointer_width = "32"))]
        return self.0.wrapping_add(position as usize);
    }
}

/// The free pages of one thread.
#[derive(Default)]
pub struct FreeList {
    /// First page, or [`NONE`].
    pub first: u32,
    /// How many there are.
    pub len: u32,
}

impl Pages {
    /// Reserves `count` pages and the unused page 0. Nothing is grown later.
    pub fn reserve(count: usize) -> Result<Self, SolverError> {
        let refused = SolverError::OutOfMemory {
            bytes: Self::bytes_for(count),
        };
        let mut next = Vec::new();
        next.try_reserve_exact(count + 1).map_err(|_| refused.clone())?;
        next.resize_with(count + 1, || UnsafeCell::new(NONE));
        let layout = Self::layout(count).ok_or_else(|| refused.clone())?;
        // SAFETY: the layout's size is not zero.
        let memory = NonNull::new(unsafe { alloc(layout) }).ok_or(refused)?;
        #[cfg(target_os = "linux")]
        ask_for_huge_pages(memory, layout.size());
        #[cfg(target_pointer_width = "32")]
        let unused = page_of(memory.as_ptr().expose_provenance() as u32);
        #[cfg(not(target_pointer_width = "32"))]
        let unused = 0;
        Ok(Self {
            memory,
            unused,
            count: count as u32,
            next: next.into_boxed_slice(),
            shared: Mutex::new(Shared::all_fresh(unused)),
        })
    }

    /// Bytes that [`Pages::reserve`] asks for.
    pub const fn bytes_for(count: usize) -> usize {
        (count + 1) * (PAGE + size_of::<u32>())
    }

    fn layout(count: usize) -> Option<Layout> {
        Layout::from_size_align((count + 1).checked_mul(PAGE)?, ALIGNMENT).ok()
    }

    /// Takes every page back, whoever has it. The caller's free lists and streams are void.
    pub fn reset(&mut self) {
        *self.shared.get_mut().unwrap_or_else(PoisonError::into_inner) = Shared::all_fresh(self.unused);
    }

    /// Pages that were handed out at least once since the last [`Pages::reset`].
    pub fn high_water(&self) -> usize {
        (self.lock().fresh - self.unused) as usize - 1
    }

    /// What turns positions in the pool into addresses.
    #[inline(always)]
    pub fn base(&self) -> Base {
        #[cfg(target_pointer_width = "32")]
        return Base();
        #[cfg(not(target_pointer_width = "32"))]
        return Base(self.memory.as_ptr());
    }

    /// Where the link of page 0 is or would be.
    #[inline(always)]
    pub fn links(&self) -> *mut u32 {
        let first = self.next.as_ptr().cast::<u32>().cast_mut();
        first.wrapping_sub(self.unused as usize)
    }

    fn holds(&self, page: u32) -> bool {
        (self.unused..=self.unused + self.count).contains(&page)
    }

    /// The page after `page` in its chain or list.
    ///
    /// # Safety
    /// The caller owns `page`, or its owner is done with the round.
    #[inline(always)]
    pub unsafe fn next(&self, page: u32) -> u32 {
        debug_assert!(self.holds(page));
        // SAFETY: page numbers come from this pool only, and the caller vouches for the ownership.
        unsafe { *self.links().wrapping_add(page as usize) }
    }

    /// Chains `next` behind `page`.
    ///
    /// # Safety
    /// The caller owns `page`.
    #[inline(always)]
    pub unsafe fn link(&self, page: u32, next: u32) {
        debug_assert!(self.holds(page));
        // SAFETY: as for `next`.
        unsafe { *self.links().wrapping_add(page as usize) = next }
    }

    /// Takes one page, refilling the thread's list if it is empty; `None` when the reservation is used up.
    pub fn take(&self, list: &mut FreeList) -> Option<u32> {
        if list.first == NONE && !self.refill(list) {
            return None;
        }
        let page = list.first;
        // SAFETY: a page in the thread's free list is the thread's.
        list.first = unsafe { self.next(page) };
        list.len -= 1;
        Some(page)
    }

    /// Puts a page that the caller owns into the thread's list.
    #[inline(always)]
    pub fn put(&self, list: &mut FreeList, page: u32) {
        // SAFETY: the caller owned it, and from here the list does.
        unsafe { self.link(page, list.first) };
        list.first = page;
        list.len += 1;
    }

    /// Adds up to 32 pages to the thread's list: returned ones first, as they may still be cached. False when
    /// there is none.
    pub fn refill(&self, list: &mut FreeList) -> bool {
        let mut shared = self.lock();
        for moved in 0..BATCH {
            let page = if shared.free != NONE {
                let page = shared.free;
                // SAFETY: pages in the shared list belong to whoever holds the lock.
                shared.free = unsafe { self.next(page) };
                page
            } else if shared.fresh <= self.unused + self.count {
                shared.fresh += 1;
                shared.fresh - 1
            } else {
                return moved > 0;
            };
            self.put(list, page);
        }
        true
    }

    /// Refills until the list holds `wanted` pages; false when the pool cannot give that many.
    pub fn ensure(&self, list: &mut FreeList, wanted: u32) -> bool {
        while list.len < wanted {
            if !self.refill(list) {
                return false;
            }
        }
        true
    }

    /// Returns the pages past `keep` to the shared list.
    pub fn give_back(&self, list: &mut FreeList, keep: u32) {
        let mut shared = self.lock();
        while list.len > keep {
            let page = list.first;
            // SAFETY: the page is in this thread's list until it is linked into the shared one.
            unsafe {
                list.first = self.next(page);
                self.link(page, shared.free);
            }
            shared.free = page;
            list.len -= 1;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks for pages of 2 MiB: the rounds write to 512 places by turns, each in a 4 KiB page of its own otherwise, which
/// is more than a processor's first table of translations holds. A refusal costs speed only.
#[cfg(target_os = "linux")]
fn ask_for_huge_pages(memory: NonNull<u8>, bytes: usize) {
    // SAFETY: advice on an allocation of ours, which changes nothing in it.
    unsafe { libc::madvise(memory.as_ptr().cast(), bytes, libc::MADV_HUGEPAGE) };
}

impl Drop for Pages {
    fn drop(&mut self) {
        if let Some(layout) = Self::layout(self.count as usize) {
            // SAFETY: `memory` was allocated with this very layout and is freed here only.
            unsafe { dealloc(self.memory.as_ptr(), layout) }
        }
    }
}

/// The page that holds a position.
#[inline(always)]
pub const fn page_of(position: u32) -> u32 {
    position >> PAGE_BITS
}

/// The first position of a page.
#[inline(always)]
pub const fn start_of(page: u32) -> u32 {
    page << PAGE_BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hands_out_every_page_once_and_then_says_no() {
        let pages = Pages::reserve(100).unwrap();
        let mut list = FreeList::default();
        let mut seen = std::collections::BTreeSet::new();
        while let Some(page) = pages.take(&mut list) {
            assert!((1..=100).contains(&page));
            assert!(seen.insert(page), "page {page} handed out twice");
        }
        assert_eq!(seen.len(), 100);
        assert_eq!(pages.high_water(), 100);
    }

    #[test]
    fn returned_pages_come_back_to_another_thread() {
        let pages = Pages::reserve(40).unwrap();
        let (mut a, mut b) = (FreeList::default(), FreeList::default());
        assert!(pages.ensure(&mut a, 40));
        assert!(!pages.refill(&mut b));
        pages.give_back(&mut a, 10);
        assert_eq!(a.len, 10);
        assert!(pages.ensure(&mut b, 30));
        assert!(!pages.refill(&mut b));
        assert_eq!(pages.high_water(), 40);
    }

    #[test]
    fn reset_forgets_the_high_water_mark() {
        let mut pages = Pages::reserve(64).unwrap();
        assert!(pages.ensure(&mut FreeList::default(), 33));
        assert_eq!(pages.high_water(), 64);
        pages.reset();
        assert_eq!(pages.high_water(), 0);
    }

    #[test]
    fn an_impossible_reservation_is_an_error_that_names_its_size() {
        let count = isize::MAX as usize / PAGE;
        let error = Pages::reserve(count).err().unwrap();
        assert!(matches!(error, SolverError::OutOfMemory { bytes } if bytes > count));
    }
}
