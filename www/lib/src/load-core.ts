import type { MinerCore, MinerModule, ThreadedMinerModule } from "./miner-core.js";
import { MinerError, messageOf } from "./miner-error.js";
import type { CpuBackend } from "./worker-messages.js";

/**
 * Loads an artifact and makes its solver. With a `wasmBase`, from that folder; without, from the package, in a form
 * that bundlers follow. Throws a {@link MinerError}: `solver-unavailable` or `out-of-memory`.
 */
export async function loadCore(
  backend: CpuBackend,
  threads: number,
  wasmBase: string | null,
): Promise<MinerCore> {
  const module = await unavailable(() => loadModule(backend, wasmBase));
  await started(() => module.default());
  // The worker that calls the solver is one of its threads.
  if ("initThreadPool" in module && threads > 1) await unavailable(() => module.initThreadPool(threads - 1));
  try {
    return new module.MinerCore(threads);
  } catch (cause) {
    throw new MinerError("out-of-memory", messageOf(cause), { cause });
  }
}

function loadModule(
  backend: CpuBackend,
  wasmBase: string | null,
): Promise<MinerModule | ThreadedMinerModule> {
  if (wasmBase !== null) {
    const folder = backend === "threads" ? "miner-mt" : "miner-st";
    const url = new URL(`${folder}/aion_pow.js`, wasmBase).href;
    return import(/* webpackIgnore: true */ /* @vite-ignore */ url) as Promise<MinerModule>;
  }
  if (backend === "threads") {
    const threaded: Promise<ThreadedMinerModule> = import("../wasm/miner-mt/aion_pow.js");
    return threaded;
  }
  const single: Promise<MinerModule> = import("../wasm/miner-st/aion_pow.js");
  return single;
}

async function started(init: () => Promise<unknown>): Promise<void> {
  try {
    await init();
  } catch (cause) {
    // Engines say RangeError where the memory itself is refused.
    const code = cause instanceof RangeError ? "out-of-memory" : "solver-unavailable";
    throw new MinerError(code, `the solver's wasm did not start: ${messageOf(cause)}`, { cause });
  }
}

async function unavailable<Value>(load: () => Promise<Value>): Promise<Value> {
  try {
    return await load();
  } catch (cause) {
    throw new MinerError("solver-unavailable", `the solver could not be loaded: ${messageOf(cause)}`, {
      cause,
    });
  }
}
