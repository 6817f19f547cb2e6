import { artifactFolder } from "./artifact-folder.js";
import { MinerError } from "./miner-error.js";
import { type MinerPolicies, policiesFrom } from "./policies/policy-options.js";
import { checkStratumOptions, type StratumOptions } from "./stratum-options.js";

/**
 * Where solving is done. `cpu` is the default. `gpu` takes what the browser has, and the CPU where there is none or when it
 * fails; `auto` does too, but leaves adapters alone that are programs on the CPU; `both` takes both at once.
 */
export type BackendOption = "auto" | "cpu" | "gpu" | "both";

/** All of them. */
export const BACKENDS: readonly BackendOption[] = ["auto", "cpu", "gpu", "both"];

/** Where to mine, for whom, and with how much of the machine. */
export interface MinerOptions extends StratumOptions {
  /** Where solving is done; `cpu` by default. */
  readonly backend?: BackendOption;
  /** Solver threads; half of the processors by default. Without cross-origin isolation there is one, whatever is asked. */
  readonly threads?: number;
  /** The part of the time that the solver works, above 0 and at most 1, which is the default. */
  readonly throttle?: number;
  /** When the miner pauses by itself, and what it asks for before it starts. */
  readonly policies?: MinerPolicies;
  /** The solver worker's script, where the bundle does not place it by itself. */
  readonly workerUrl?: string | URL;
  /** The GPU's worker's script, likewise. */
  readonly gpuWorkerUrl?: string | URL;
  /** The folder of `miner-mt/`, `miner-st/` and `gpu/`, absolute or relative to the page, where the bundle does not place them by itself. */
  readonly wasmBase?: string | URL;
}

/** How a miner is started. */
export interface StartOptions {
  /** Ends the miner as `stop()` does, at any time until it is over; a start that is not complete rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** The most threads a solver takes: more would not fit the memory that an instance may have. */
export const MAX_THREADS = 48;

/** Throws `bad-options` with the option's name where an option cannot be used. */
export function checkMinerOptions(options: MinerOptions): void {
  checkStratumOptions(options);
  const { backend = "cpu", threads, throttle, wasmBase } = options;
  if (!BACKENDS.includes(backend)) {
    throw new MinerError(
      "bad-options",
      `backend must be one of ${BACKENDS.join(", ")}, not ${backend as string}`,
    );
  }
  if (threads !== undefined) checkThreads(threads);
  if (throttle !== undefined) checkThrottle(throttle);
  policiesFrom(options.policies);
  if (wasmBase !== undefined && artifactFolder(wasmBase) === undefined) {
    throw new MinerError(
      "bad-options",
      `wasmBase must be the address of a folder, not ${wasmBase.toString()}`,
    );
  }
}

/** Throws `bad-options` where no solver has so many threads. */
export function checkThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS) {
    throw new MinerError(
      "bad-options",
      `threads must be a whole number from 1 to ${MAX_THREADS}, not ${threads}`,
    );
  }
}

/** Throws `bad-options` where the solver cannot work that part of the time. */
export function checkThrottle(throttle: number): void {
  if (!(throttle > 0 && throttle <= 1)) {
    throw new MinerError("bad-options", `throttle must be above 0 and at most 1, not ${throttle}`);
  }
}
