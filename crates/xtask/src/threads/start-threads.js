// Starts the threads of a pool: one module worker each, all on one module and one memory.

// The workers are kept reachable because Firefox collects a worker whose only tie is a shared memory, and
// the builder because it owns the channel through which each thread gets its work.
const pools = [];

/**
 * Called by `initThreadPool` with the compiled module, its shared memory and the pool's builder. Resolves
 * when every thread runs; rejects, with all of them ended, when one could not start. The instance cannot be
 * used after that.
 *
 * @param {WebAssembly.Module} module
 * @param {WebAssembly.Memory} memory
 * @param {{ numThreads(): number, receiver(): number, build(): void }} builder
 * @returns {Promise<void>}
 */
export async function startWorkers(module, memory, builder) {
  const threads = builder.numThreads();
  if (threads < 1) throw new RangeError(`a pool needs at least one thread, not ${threads}`);
  const start = { module, memory, receiver: builder.receiver(), life: globalThis.name ?? "" };
  const workers = [];
  try {
    await Promise.all(Array.from({ length: threads }, () => startThread(start, workers)));
  } catch (error) {
    for (const worker of workers) worker.terminate();
    throw error;
  }
  pools.push({ workers, builder });
  builder.build();
}

function startThread(start, workers) {
  return new Promise((resolve, reject) => {
    // Bundlers recognise a worker's script by this very form.
    const worker = new Worker(new URL("./thread-worker.js", import.meta.url), {
      type: "module",
      name: "aion-pow-thread",
    });
    workers.push(worker);
    let running = false;
    const fail = (reason) => {
      const error = new Error(`a solver thread ${running ? "died" : "did not start"}: ${reason}`);
      // A pool that lost a thread waits for it for ever; whoever hosts the instance hears it as an error event.
      if (running) reportError(error);
      else reject(error);
    };
    worker.addEventListener("message", ({ data }) => {
      if (data.failed !== undefined) {
        fail(data.failed);
        return;
      }
      running = true;
      resolve();
    });
    worker.addEventListener("messageerror", () => fail("its message could not be read"));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      fail(event.message || "its script could not be loaded");
    });
    worker.postMessage(start);
  });
}
