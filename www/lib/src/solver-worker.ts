// The script of the solver worker: owns one wasm instance and its threads, so that ending the worker ends them all.
import { loadCore } from "./load-core.js";
import { MinerError, messageOf } from "./miner-error.js";
import { SolverLoop } from "./solver-loop.js";
import { holdLife } from "./worker-life.js";
import type { FromSolver, ToSolver } from "./worker-messages.js";

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

function send(message: FromSolver): void {
  scope.postMessage(message);
}

function fail(error: unknown): void {
  const code = error instanceof MinerError ? error.code : "solver-trapped";
  send({ type: "failed", code, message: messageOf(error) });
}

// Timers are clamped to 4 ms and more when nested; a message to oneself is not.
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port2.onmessage = () => {
  waiting.shift()?.();
};

function yieldToMessages(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port1.postMessage(null);
  });
}

async function load({ backend, threads, wasmBase }: Extract<ToSolver, { type: "load" }>): Promise<void> {
  const beat = setInterval(() => {
    send({ type: "alive" });
  }, LOADING_BEAT_MS);
  try {
    await holdLife(scope.name);
    const core = await loadCore(backend, threads, wasmBase);
    loop = new SolverLoop(core, { send, yieldToMessages, now: () => performance.now() });
    send({ type: "ready", memoryBytes: core.memoryBytes() });
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
      void load(data);
      break;
    case "work":
      void loop?.take(data.assignment);
      break;
    case "idle":
      loop?.idle(data.generation);
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
