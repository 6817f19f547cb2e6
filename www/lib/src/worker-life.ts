/** The part of the Web Locks API that is used. Pages in an insecure context have none. */
interface Locks {
  request(
    name: string,
    options: { signal?: AbortSignal },
    callback: () => Promise<void> | undefined,
  ): Promise<unknown>;
}

function environmentLocks(): Locks | undefined {
  return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
}

/** Called in a worker: holds the lock `name` until the worker ends, however it ends. */
export function holdLife(name: string): Promise<void> {
  const locks = environmentLocks();
  if (locks === undefined) return Promise.resolve();
  return new Promise((held) => {
    void locks.request(name, {}, () => {
      held();
      return new Promise<void>(() => undefined);
    });
  });
}

/**
 * Resolves when the worker that holds `name` has ended. `Worker.terminate` returns before the thread is gone and tells
 * nobody when it is; the browser gives a dead worker's locks to whoever asks next. Without locks, or after `deadlineMs`,
 * resolves all the same.
 */
export async function lifeEnded(name: string, deadlineMs: number): Promise<void> {
  const locks = environmentLocks();
  if (locks === undefined) return;
  const abort = new AbortController();
  const timer = setTimeout(() => {
    abort.abort();
  }, deadlineMs);
  try {
    await locks.request(name, { signal: abort.signal }, () => undefined);
  } catch {
    // Aborted: terminate was called, and that is all a page can do.
  } finally {
    clearTimeout(timer);
  }
}
