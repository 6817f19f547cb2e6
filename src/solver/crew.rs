//! The threads of a solver: the calling one, and a pool for the rest.

use super::SolverError;

/// Runs one task a thread and waits for all.
pub struct Crew {
    threads: usize,
    /// The threads past the calling one. In a browser it is rayon's global pool of workers instead, because a
    /// page must start those before.
    #[cfg(all(feature = "parallel", not(target_arch = "wasm32")))]
    pool: Option<rayon::ThreadPool>,
}

/// The most threads a solver takes. Each costs some six MiB, stack included, and a threaded instance in a browser
/// has 512 MiB at most.
pub const MAX_THREADS: usize = 48;

impl Crew {
    /// Threads that can be had: any number up to [`MAX_THREADS`], or one without the feature `parallel`.
    pub fn new(threads: usize) -> Result<Self, SolverError> {
        let limit = if cfg!(feature = "parallel") {
            MAX_THREADS
        } else {
            1
        };
        if !(1..=limit).contains(&threads) {
            return Err(SolverError::Threads {
                found: threads,
                limit,
            });
        }
        #[cfg(all(feature = "parallel", target_arch = "wasm32"))]
        if threads > 1 && rayon::current_num_threads() < threads - 1 {
            return Err(SolverError::Pool {
                found: rayon::current_num_threads(),
                wanted: threads - 1,
            });
        }
        Ok(Self {
            threads,
            #[cfg(all(feature = "parallel", not(target_arch = "wasm32")))]
            pool: Self::pool(threads)?,
        })
    }

    #[cfg(all(feature = "parallel", not(target_arch = "wasm32")))]
    fn pool(threads: usize) -> Result<Option<rayon::ThreadPool>, SolverError> {
        if threads == 1 {
            return Ok(None);
        }
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads - 1)
            .thread_name(|i| format!("aion-pow-{}", i + 1))
            .build()
            .map(Some)
            .map_err(|error| SolverError::ThreadsRefused {
                wanted: threads,
                cause: error.to_string(),
            })
    }

    /// Tasks that [`Crew::each`] takes.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Calls `task` with every item, each on a thread of its own if it can be had, and returns when all are done.
    #[cfg(feature = "parallel")]
    pub fn each<T: Send>(&self, items: impl IntoIterator<Item = T>, task: impl Fn(T) + Sync) {
        let mut items = items.into_iter();
        let Some(first) = items.next() else {
            return;
        };
        if self.threads == 1 {
            return task(first);
        }
        #[cfg(target_arch = "wasm32")]
        rayon::in_place_scope(|scope| share(scope, &task, first, items));
        #[cfg(not(target_arch = "wasm32"))]
        match &self.pool {
            Some(pool) => pool.in_place_scope(|scope| share(scope, &task, first, items)),
            None => unreachable!("more than one thread means a pool"),
        }
    }

    /// Calls `task` with every item.
    #[cfg(not(feature = "parallel"))]
    pub fn each<T>(&self, items: impl IntoIterator<Item = T>, task: impl Fn(T)) {
        items.into_iter().for_each(task);
    }
}

/// The first item for the calling thread, the rest for the pool.
#[cfg(feature = "parallel")]
fn share<'scope, T: Send + 'scope>(
    scope: &rayon::Scope<'scope>,
    task: &'scope (impl Fn(T) + Sync),
    first: T,
    rest: impl Iterator<Item = T>,
) {
    for item in rest {
        scope.spawn(move |_| task(item));
    }
    task(first);
}
