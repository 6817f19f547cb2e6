import type { RunOutcome } from "./miner-core.js";
import type { Backend } from "./worker-messages.js";

/** A GPU at work. */
export interface GpuStats {
  /** The adapter's name, as far as the browser tells it. */
  readonly adapter: string;
  /** Memory of its solver on the device in bytes. */
  readonly memoryBytes: number;
  /** Its part of the rate. */
  readonly solutionsPerSecond: number;
}

/**
 * Numbers of a session. Accepted, rejected and stale are what the pool said, nothing else; with those unanswered and those
 * still on their way they are the submitted ones, each counted once.
 */
export interface MinerStats {
  /** Over the last 30 seconds of mining; 0 in a pause. */
  readonly solutionsPerSecond: number;
  /** Finished runs; a run is one nonce. */
  readonly runs: number;
  /** Solutions found, whether or not they meet the target. */
  readonly solutions: number;
  /** Shares sent to a pool. */
  readonly submitted: number;
  /** Shares that a pool has answered with `true`. */
  readonly accepted: number;
  /** Rejected for any other reason than that they came too late. */
  readonly rejected: number;
  /** Rejected because they came too late for their job. */
  readonly stale: number;
  /** The pool never said: the connection or the deadline ended first. */
  readonly unanswered: number;
  /** Threads of the CPU's solver; 1 for the back end `single`, 0 while it does not work. */
  readonly threads: number;
  /** Where solving is done: the CPU's solver where there are both, null while there is none. */
  readonly backend: Backend | null;
  /** Linear memory of the CPU's solver in bytes. */
  readonly memoryBytes: number;
  /** The GPU, while one is at work. */
  readonly gpu: GpuStats | null;
}

/** The span over which the rate is taken, in milliseconds. */
export const WINDOW_MS = 30_000;

/** Counts what happens and gives {@link MinerStats}. */
export class StatsCounter {
  #counts = { runs: 0, solutions: 0, submitted: 0, accepted: 0, rejected: 0, stale: 0, unanswered: 0 };
  #solver: Pick<MinerStats, "threads" | "backend" | "memoryBytes"> = {
    threads: 0,
    backend: null,
    memoryBytes: 0,
  };
  #miningSince: number | undefined;
  #gpu: Pick<GpuStats, "adapter" | "memoryBytes"> | null = null;
  #recent: { at: number; solutions: number; onGpu: boolean }[] = [];

  /** The CPU's solver is there, or (null) gone. */
  solver(solver: Pick<MinerStats, "threads" | "backend" | "memoryBytes"> | null): void {
    this.#solver = solver ?? { threads: 0, backend: null, memoryBytes: 0 };
  }

  /** The GPU is there, or (null) gone. */
  gpu(gpu: Pick<GpuStats, "adapter" | "memoryBytes"> | null): void {
    this.#gpu = gpu;
  }

  /** Mining begins or goes on at `now`, in milliseconds. */
  mining(now: number): void {
    this.#miningSince ??= now;
  }

  /** Mining pauses; the rate is 0 until it begins again. */
  paused(): void {
    this.#miningSince = undefined;
    this.#recent = [];
  }

  /** A run finished at `now`; `memoryBytes` is what the CPU's solver has then, and null where it was the GPU's run. */
  finished({ solutions }: RunOutcome, memoryBytes: number | null, now: number): void {
    this.#counts.runs++;
    this.#counts.solutions += solutions;
    if (memoryBytes !== null) this.#solver = { ...this.#solver, memoryBytes };
    this.#recent.push({ at: now, solutions, onGpu: memoryBytes === null });
  }

  submitted(): void {
    this.#counts.submitted++;
  }

  /** The pool has answered. */
  judged(verdict: "accepted" | "rejected" | "stale"): void {
    this.#counts[verdict]++;
  }

  /** A submit has ended without an answer. */
  unanswered(): void {
    this.#counts.unanswered++;
  }

  /** The answer to such a submit comes after all. */
  answeredLate(): void {
    this.#counts.unanswered--;
  }

  at(now: number): MinerStats {
    this.#recent = this.#recent.filter(({ at }) => now - at < WINDOW_MS);
    const span = Math.min(WINDOW_MS, now - (this.#miningSince ?? now));
    const rate = (recent: readonly { solutions: number }[]): number => {
      const found = recent.reduce((sum, { solutions }) => sum + solutions, 0);
      return span > 0 ? (1000 * found) / span : 0;
    };
    const gpuRate = rate(this.#recent.filter(({ onGpu }) => onGpu));
    return {
      solutionsPerSecond: rate(this.#recent),
      ...this.#counts,
      ...this.#solver,
      backend: this.#solver.backend ?? (this.#gpu === null ? null : "gpu"),
      gpu: this.#gpu === null ? null : { ...this.#gpu, solutionsPerSecond: gpuRate },
    };
  }
}
