// The script of the GPU's worker: owns one device. It is loaded only where a GPU is wanted.
import type { GpuAdapter, GpuModule } from "./gpu-core.js";
import { GpuLoop } from "./gpu-loop.js";
import { MinerError, messageOf } from "./miner-error.js";
import { holdLife } from "./worker-life.js";
import type { FromSolver, ToSolver } from "./worker-messages.js";
import { rest } from "./worker-pauses.js";

/** The worker's global scope, of which the DOM's types know nothing. */
interface WorkerScope {
  readonly name: string;
  readonly navigator: { readonly gpu?: unknown };
  close(): void;
  postMessage(message: FromSolver): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToSolver>) => void): void;
  addEventListener(type: "unhandledrejection", listener: (event: PromiseRejectionEvent) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
const LOADING_BEAT_MS = 1000;
let loop: GpuLoop | undefined;
let share = 1;

function send(message: FromSolver): void {
  scope.postMessage(message);
}

function fail(error: unknown): void {
  const code = error instanceof MinerError ? error.code : "gpu-failed";
  send({ type: "failed", code, message: messageOf(error) });
}

function loadModule(wasmBase: string | null): Promise<GpuModule> {
  if (wasmBase !== null) {
    const url = new URL("gpu/aion_pow.js", wasmBase).href;
    return import(/* webpackIgnore: true */ /* @vite-ignore */ url) as Promise<GpuModule>;
  }
  const module: Promise<GpuModule> = import("../wasm/gpu/aion_pow.js");
  return module;
}

async function open({ wasmBase, hardware }: Extract<ToSolver, { type: "load" }>): Promise<void> {
  // Asked first, so that nothing is loaded for browsers that have no use for it.
  if (scope.navigator.gpu === undefined)
    throw new MinerError("gpu-unavailable", "this browser, or this page's connection, has no WebGPU");
  try {
    const module = await loadModule(wasmBase);
    await module.default();
    const core = await module.GpuCore.open(hardware);
    const adapter = JSON.parse(core.adapter()) as GpuAdapter;
    const { memoryBytes } = adapter;
    loop = new GpuLoop(core, memoryBytes, { send, rest, now: () => performance.now() }, share);
    send({ type: "ready", memoryBytes, adapter: adapter.name || adapter.driver || "unnamed" });
  } catch (cause) {
    throw new MinerError("gpu-unavailable", messageOf(cause), { cause });
  }
}

async function load(message: Extract<ToSolver, { type: "load" }>): Promise<void> {
  const beat = setInterval(() => {
    send({ type: "alive" });
  }, LOADING_BEAT_MS);
  try {
    await holdLife(scope.name);
    await open(message);
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

scope.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  fail(event.reason);
});
