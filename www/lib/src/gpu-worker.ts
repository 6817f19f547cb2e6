/**
 * The script of the GPU's worker, for the option `gpuWorkerUrl` of a `Miner`; it exports nothing. It owns one device,
 * and is loaded only where a GPU is wanted.
 *
 * @module aion-web-miner/gpu-worker
 */
import type { GpuAdapter, GpuModule } from "./gpu-core.js";
import { GpuLoop } from "./gpu-loop.js";
import { MinerError, messageOf } from "./miner-error.js";
import { rest } from "./worker-pauses.js";
import { type LoadMessage, type OpenedLoop, send, serveSolver } from "./worker-service.js";

/** As much of WebGPU as is asked here. */
interface Gpu {
  requestAdapter(options: { powerPreference: "high-performance" }): Promise<{
    readonly info: { readonly vendor: string; readonly architecture: string; readonly description: string };
  } | null>;
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

async function open({ wasmBase, hardware }: LoadMessage, share: () => number): Promise<OpenedLoop> {
  // Asked first, so that nothing is loaded for browsers that have no use for it.
  const { gpu } = (globalThis as unknown as { navigator: { gpu?: Gpu } }).navigator;
  if (gpu === undefined)
    throw new MinerError("gpu-unavailable", "this browser, or this page's connection, has no WebGPU");
  try {
    const module = await loadModule(wasmBase);
    await module.default();
    const core = await module.GpuCore.open(hardware);
    const { memoryBytes } = JSON.parse(core.adapter()) as GpuAdapter;
    const adapter = (await adapterName(gpu)) || "unnamed";
    const loop = new GpuLoop(core, memoryBytes, { send, rest, now: () => performance.now() }, share());
    return { loop, memoryBytes, adapter };
  } catch (cause) {
    throw new MinerError("gpu-unavailable", messageOf(cause), { cause });
  }
}

serveSolver("gpu-failed", open);
