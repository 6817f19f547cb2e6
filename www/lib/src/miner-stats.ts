import type { RunOutcome } from "./miner-core.js";
import type { Backend } from "./worker-messages.js";

/**
 * Numbers of a session. Accepted, rejected and stale are what the pool said, nothing else; with those unanswered and those
 * still on their way they are the submitted ones, each counted once.
 */
export interface MinerStats {
  /** Over the last {@link WINDOW_MS} of mining. */
  readonly solutionsPerSecond: number;
  /** Finished runs; a run is one nonce. */
  readonly runs: number;
  /** Solutions found, whether or not they meet the target. */
  readonly solutions: number;
  readonly submitted: number;
  readonly accepted: number;
  /** Rejected for any other reason than that they came too late. */
  readonly rejected: number;
  /** Rejected because they came too late for their job. */
  readonly stale: number;
  /** The pool never said: the connection or the deadline ended first. */
  readonly unanswered: number;
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
  #counts = { runs: 0, solutions: 0, submitted: 0, accepted: 0, rejected: 0, stale: 0, unanswered: 0 };
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
    const found = this.#recent.reduce((sum, { solutions }) => sum + solutions, 0);
    const span = Math.min(WINDOW_MS, now - (this.#miningSince ?? now));
    return { solutionsPerSecond: span > 0 ? (1000 * found) / span : 0, ...this.#counts, ...this.#solver };
  }
}
