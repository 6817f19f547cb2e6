/**
 * The script of the solver worker, for the option `workerUrl` of a `Miner`; it exports nothing. It owns one wasm
 * instance and its threads, so that ending the worker ends them all.
 *
 * @module aion-web-miner/solver-worker
 */
import { loadCore } from "./load-core.js";
import { MinerError } from "./miner-error.js";
import { SolverLoop } from "./solver-loop.js";
import { rest, yieldToMessages } from "./worker-pauses.js";
import { send, serveSolver } from "./worker-service.js";

const fail = serveSolver("solver-trapped", async ({ backend, threads, wasmBase }, share) => {
  if (backend === "gpu") throw new MinerError("solver-unavailable", "this script is the CPU's");
  const core = await loadCore(backend, threads, wasmBase);
  const loop = new SolverLoop(core, { send, yieldToMessages, rest, now: () => performance.now() }, share());
  return { loop, memoryBytes: core.memoryBytes() };
});

// A thread of the pool that dies is reported here by the script that started it.
globalThis.addEventListener("error", (event) => {
  event.preventDefault();
  fail(event.error ?? event.message);
});
