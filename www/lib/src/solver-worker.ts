/**
 * The script of the solver worker, for the option `workerUrl` of a `Miner`; it exports nothing. It owns one wasm
 * instance and its threads, so that ending the worker ends them all.
 *
 * @module aion-web-miner/solver-worker
 */
import { loadCore } from "./load-core.js";
import { MinerError, messageOf } from "./miner-error.js";
import { SolverLoop } from "./solver-loop.js";
import { holdLife } from "./worker-life.js";
import type { FromSolver, ToSolver } from "./worker-messages.js";
import { rest, yieldToMessages } from "./worker-pauses.js";

/** The worker's global scope, of which the DOM's types know nothing. */
interface WorkerScope {
  readonly name: string;
  close(): void;
  postMessage(message: FromSolver): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToSolver>) => void): void;
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void;
  addEventListener(type: "unhandledrejection", listener: (event: PromiseRejectionEvent) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
const LOADING_BEAT_MS = 1000;
let loop: SolverLoop | undefined;
let share = 1;

function send(message: FromSolver): void {
  scope.postMessage(message);
}

function fail(error: unknown): void {
  const code = error instanceof MinerError ? error.code : "solver-trapped";
  send({ type: "failed", code, message: messageOf(error) });
}

async function load({ backend, threads, wasmBase }: Extract<ToSolver, { type: "load" }>): Promise<void> {
  const beat = setInterval(() => {
    send({ type: "alive" });
  }, LOADING_BEAT_MS);
  try {
    if (backend === "gpu") throw new MinerError("solver-unavailable", "this script is the CPU's");
    await holdLife(scope.name);
    const core = await loadCore(backend, threads, wasmBase);
    loop = new SolverLoop(core, { send, yieldToMessages, rest, now: () => performance.now() }, share);
    send({ type: "ready", memoryBytes: core.memoryBytes() });
    void loop.warmUp();
  } catch (error) {
    fail(error);
  } finally {
    clearInterval(beat);
  }
}

async function end(): Promise<void> {
  await loop?.end();
  scope.close();
}

scope.addEventListener("message", ({ data }) => {
  switch (data.type) {
    case "load":
      share = data.throttle;
      void load(data);
      break;
    case "work":
      void loop?.take(data.assignment);
      break;
    case "idle":
      loop?.idle(data.generation);
      break;
    case "throttle":
      share = data.throttle;
      loop?.throttle(share);
      break;
    case "end":
      void end();
      break;
  }
});

// A thread of the pool that dies is reported here by the script that started it.
scope.addEventListener("error", (event) => {
  event.preventDefault();
  fail(event.error ?? event.message);
});
scope.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  fail(event.reason);
});
