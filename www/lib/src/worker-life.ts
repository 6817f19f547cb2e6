/** The part of the Web Locks API that is used. Pages in an insecure context have none. */
interface Locks {
  request(
    name: string,
    options: { mode: "shared" | "exclusive"; signal?: AbortSignal },
    callback: () => Promise<void> | undefined,
  ): Promise<unknown>;
}

function environmentLocks(): Locks | undefined {
  return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
}

/** Whether {@link lifeEnded} can tell anything here. */
export function livesAreKnown(): boolean {
  return environmentLocks() !== undefined;
}

/**
 * Called in a worker, with its own name: shares the lock of that name until the worker ends, however it ends. The
 * threads that it starts share it too, each for itself: see the scripts of the threads in `miner-mt`.
 */
export function holdLife(name: string): Promise<void> {
  const locks = environmentLocks();
  if (locks === undefined) return Promise.resolve();
  return new Promise((held) => {
    void locks.request(name, { mode: "shared" }, () => {
      held();
      return new Promise<void>(() => undefined);
    });
  });
}

/**
 * Resolves when every worker that shares the lock `name` has ended. `Worker.terminate` returns before the thread is gone
 * and tells nobody when it is, and a thread that waits for work takes a browser two seconds to end; the browser gives a
 * dead worker's locks to whoever asks next. Without locks, or after `deadlineMs`, resolves all the same.
 */
export async function lifeEnded(name: string, deadlineMs: number): Promise<void> {
  const locks = environmentLocks();
  if (locks === undefined) return;
  const abort = new AbortController();
  const timer = setTimeout(() => {
    abort.abort();
  }, deadlineMs);
  try {
    await locks.request(name, { mode: "exclusive", signal: abort.signal }, () => undefined);
  } catch {
    // Aborted: the workers were told to end, and that is all a page can do.
  } finally {
    clearTimeout(timer);
  }
}
