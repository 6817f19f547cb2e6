import type { RunOutcome } from "./miner-core.js";
import type { MinerErrorCode } from "./miner-error.js";

/** How the CPU's solver runs: on a pool of threads over shared memory, or alone. */
export type CpuBackend = "threads" | "single";

/** Where solving is done. */
export type Backend = CpuBackend | "gpu";

/**
 * Work for the solver: some nonces for one job. It takes the place of the nonces not yet begun; the run that is under
 * way finishes first unless `drop` is set.
 */
export interface Assignment {
  /** Answers of an earlier generation are stale. */
  readonly generation: number;
  /** The job's own number. */
  readonly sequence: number;
  readonly headerHash: Uint8Array;
  readonly target: Uint8Array;
  /** Whole nonces of 32 bytes. */
  readonly nonces: readonly Uint8Array[];
  readonly drop: boolean;
}

/** What the page says to the solver worker. */
export type ToSolver =
  | {
      readonly type: "load";
      readonly backend: Backend;
      readonly threads: number;
      /** The part of the time that the solver may work, above 0 and at most 1. */
      readonly throttle: number;
      /** The folder of the artifacts `miner-mt/`, `miner-st/` and `gpu/`, where it is not the package's own. */
      readonly wasmBase: string | null;
      /** Whether a GPU adapter that is a program on the CPU is refused. */
      readonly hardware: boolean;
    }
  | { readonly type: "work"; readonly assignment: Assignment }
  /** No work: what runs is cancelled. */
  | { readonly type: "idle"; readonly generation: number }
  /** Another part of the time from now on. */
  | { readonly type: "throttle"; readonly throttle: number }
  /** The worker is to end, with its threads, as soon as the solver rests. */
  | { readonly type: "end" };

/** What the solver worker says to the page. Any message is a sign of life. */
export type FromSolver =
  /** `adapter` is a GPU's name. */
  | { readonly type: "ready"; readonly memoryBytes: number; readonly adapter?: string }
  | { readonly type: "alive" }
  /** The last nonce of the assignment has begun. */
  | { readonly type: "low"; readonly generation: number }
  | {
      readonly type: "outcome";
      readonly generation: number;
      readonly sequence: number;
      readonly nonce: Uint8Array;
      readonly outcome: RunOutcome;
      readonly memoryBytes: number;
    }
  | { readonly type: "failed"; readonly code: MinerErrorCode; readonly message: string };
