import { deviceMemory } from "./device.js";
import { MinerError } from "./miner-error.js";
import type { CpuBackend } from "./worker-messages.js";

const MIB = 2 ** 20;

// The page pool of src/solver/layout.rs, and beside it stacks, scratch space and the module's own data.
const BASE_BYTES = 190 * MIB;
const EXTRA_THREAD_BYTES = 4 * MIB;

/** Of all memory a device has, a tab's solver takes no more than one part in so many. */
const DEVICE_SHARE = 4;

/** About how many bytes of memory the CPU's solver takes, all of them at its start. */
export function solverMemory(backend: CpuBackend, threads: number): number {
  return BASE_BYTES + (backend === "threads" ? Math.max(0, threads - 2) * EXTRA_THREAD_BYTES : 0);
}

/** Throws `out-of-memory` where the solver's memory is more than a quarter of what the browser says the device has. */
export function checkMemory(backend: CpuBackend, threads: number): void {
  const neededBytes = solverMemory(backend, threads);
  const device = deviceMemory();
  if (device === null || neededBytes <= device / DEVICE_SHARE) return;
  const availableBytes = device / DEVICE_SHARE;
  const message = `the solver needs ${mib(neededBytes)}, and of the ${mib(device)} of this device ${mib(availableBytes)} are available to it`;
  throw new MinerError("out-of-memory", message, { memory: { neededBytes, availableBytes } });
}

/** The error where the browser refused the memory when it was asked for: how much there was it does not say. */
export function refusedMemory(backend: CpuBackend, threads: number, why: string): MinerError {
  const neededBytes = solverMemory(backend, threads);
  const message = `the solver needs ${mib(neededBytes)}, and the browser refused them: ${why}`;
  return new MinerError("out-of-memory", message, { memory: { neededBytes, availableBytes: null } });
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}
