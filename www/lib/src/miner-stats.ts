import type { RunOutcome } from "./miner-core.js";
import type { Backend } from "./worker-messages.js";

/** Numbers of a session. Accepted and rejected are what the pool said, nothing else. */
export interface MinerStats {
  /** Over the last {@link WINDOW_MS} of mining. */
  readonly solutionsPerSecond: number;
  /** Finished runs; a run is one nonce. */
  readonly runs: number;
  /** Solutions found, whether or not they meet the target. */
  readonly solutions: number;
  readonly submitted: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Solver threads; 1 for the back end `single`, 0 while there is no solver. */
  readonly threads: number;
  readonly backend: Backend | null;
  /** Linear memory of the solver in bytes. */
  readonly memoryBytes: number;
}

/** The span over which the rate is taken, in milliseconds. */
export const WINDOW_MS = 30_000;

/** Counts what happens and gives {@link MinerStats}. */
export class StatsCounter {
  #counts = { runs: 0, solutions: 0, submitted: 0, accepted: 0, rejected: 0 };
  #solver: Pick<MinerStats, "threads" | "backend" | "memoryBytes"> = {
    threads: 0,
    backend: null,
    memoryBytes: 0,
  };
  #miningSince: number | undefined;
  #recent: { at: number; solutions: number }[] = [];

  /** The solver is there, or (null) gone. */
  solver(solver: Pick<MinerStats, "threads" | "backend" | "memoryBytes"> | null): void {
    this.#solver = solver ?? { threads: 0, backend: null, memoryBytes: 0 };
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

  /** A run finished at `now`. */
  finished({ solutions }: RunOutcome, memoryBytes: number, now: number): void {
    this.#counts.runs++;
    this.#counts.solutions += solutions;
    this.#solver = { ...this.#solver, memoryBytes };
    this.#recent.push({ at: now, solutions });
  }

  submitted(): void {
    this.#counts.submitted++;
  }

  /** The pool has answered. */
  judged(accepted: boolean): void {
    this.#counts[accepted ? "accepted" : "rejected"]++;
  }

  at(now: number): MinerStats {
    this.#recent = this.#recent.filter(({ at }) => now - at < WINDOW_MS);
    const found = this.#recent.reduce((sum, { solutions }) => sum + solutions, 0);
    const span = Math.min(WINDOW_MS, now - (this.#miningSince ?? now));
    return { solutionsPerSecond: span > 0 ? (1000 * found) / span : 0, ...this.#counts, ...this.#solver };
  }
}
