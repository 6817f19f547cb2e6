/**
 * The script of the GPU's worker, for the option `gpuWorkerUrl` of a `Miner`; it exports nothing. It owns one device,
 * and is loaded only where a GPU is wanted.
 *
 * @module aion-web-miner/gpu-worker
 */
import type { GpuAdapter, GpuModule } from "./gpu-core.js";
import { GpuLoop } from "./gpu-loop.js";
import { MinerError, messageOf } from "./miner-error.js";
import { holdLife } from "./worker-life.js";
import type { FromSolver, ToSolver } from "./worker-messages.js";
import { rest } from "./worker-pauses.js";

/** The worker's global scope, of which the DOM's types know nothing. */
interface WorkerScope {
  readonly name: string;
  readonly navigator: { readonly gpu?: Gpu };
  close(): void;
  postMessage(message: FromSolver): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToSolver>) => void): void;
  addEventListener(type: "unhandledrejection", listener: (event: PromiseRejectionEvent) => void): void;
}

/** As much of WebGPU as is asked here. */
interface Gpu {
  requestAdapter(options: { powerPreference: "high-performance" }): Promise<{
    readonly info: { readonly vendor: string; readonly architecture: string; readonly description: string };
  } | null>;
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

/** What the browser tells of the adapter that the solver opens: often its maker and its family, seldom its name. */
async function adapterName(gpu: Gpu): Promise<string> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) return "";
  const { vendor, architecture, description } = adapter.info;
  return description || [vendor, architecture].filter(Boolean).join(" ");
}

async function open({ wasmBase, hardware }: Extract<ToSolver, { type: "load" }>): Promise<void> {
  // Asked first, so that nothing is loaded for browsers that have no use for it.
  const { gpu } = scope.navigator;
  if (gpu === undefined)
    throw new MinerError("gpu-unavailable", "this browser, or this page's connection, has no WebGPU");
  try {
    const module = await loadModule(wasmBase);
    await module.default();
    const core = await module.GpuCore.open(hardware);
    const adapter = JSON.parse(core.adapter()) as GpuAdapter;
    const { memoryBytes } = adapter;
    loop = new GpuLoop(core, memoryBytes, { send, rest, now: () => performance.now() }, share);
    send({ type: "ready", memoryBytes, adapter: (await adapterName(gpu)) || "unnamed" });
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
