import { capabilities, chooseBackend, defaultThreads } from "./environment.js";
import type { RunOutcome } from "./miner-core.js";
import { MinerError } from "./miner-error.js";
import { checkThreads } from "./miner-options.js";
import { SolverHost } from "./solver-host.js";
import type { CpuBackend } from "./worker-messages.js";

/**
 * How many solutions each nonce has: nonce 0, 1, 2 …, written as 32 little-endian bytes, under the mine hash 5a5a…5a.
 * What `aion-pow solve --header 5a…5a --first 0 --count 12` finds.
 */
const KNOWN_SOLUTIONS: readonly number[] = [1, 2, 0, 3, 3, 1, 1, 1, 2, 0, 3, 0];

const MINE_HASH = new Uint8Array(32).fill(0x5a);
// Met by nothing, so that no solution has to be carried to the page.
const NO_TARGET = new Uint8Array(32);

/** The most runs that a benchmark takes: of so many nonces the solutions are known. */
export const MAX_BENCHMARK_RUNS = KNOWN_SOLUTIONS.length - 1;

/** What to measure, and how to follow it. */
export interface BenchmarkOptions {
  /** Solver threads; half of the processors by default, one without cross-origin isolation. */
  readonly threads?: number;
  /** Timed runs, 1 to {@link MAX_BENCHMARK_RUNS}, 5 by default. One more comes first and is told apart. */
  readonly runs?: number;
  /** Ends the benchmark: the promise rejects with the signal's reason once no worker is left. */
  readonly signal?: AbortSignal;
  /** Called after every run, the first included. */
  readonly onProgress?: (progress: BenchmarkProgress) => void;
  /** The solver worker's script, where the bundle does not place it by itself. */
  readonly workerUrl?: string | URL;
  /** The absolute address of the folder of `miner-mt/` and `miner-st/`, likewise. */
  readonly wasmBase?: string | URL;
}

/** How far a benchmark has come. */
export interface BenchmarkProgress {
  /** Finished runs. */
  readonly done: number;
  /** Runs in all: the timed ones and the first. */
  readonly total: number;
}

/** What a benchmark measured. Times are in milliseconds. */
export interface BenchmarkResult {
  /** Which artifact solved. */
  readonly backend: CpuBackend;
  /** Threads that solved; 1 for the back end `single`. */
  readonly threads: number;
  /** Timed runs. A run is one nonce; everybody's are the same. */
  readonly runs: number;
  /** The run before them, in which the engine still compiles. */
  readonly firstMs: number;
  /** The median of the timed runs. */
  readonly ms: number;
  /** The shortest of the timed runs. */
  readonly minMs: number;
  /** The longest of the timed runs. */
  readonly maxMs: number;
  /** The medians by stage: leaves, then nine rounds. */
  readonly roundsMs: readonly number[];
  /** Of the timed runs, all of them counted. */
  readonly solutions: number;
  /** Those solutions by the sum of the timed runs. */
  readonly solutionsPerSecond: number;
  /** Whether every run found as many solutions as its nonce has. */
  readonly correct: boolean;
  /** Linear memory of the solver in bytes. */
  readonly memoryBytes: number;
}

/**
 * Times the CPU's solver on nonces that are the same everywhere, without a pool; nothing is submitted. Takes what mining
 * takes of the machine, so call it on a person's gesture only. Rejects with a {@link MinerError} where there is no solver
 * or an option cannot be used, and when `signal` aborts; in each case no worker is left.
 */
export async function benchmark(options: BenchmarkOptions = {}): Promise<BenchmarkResult> {
  const { runs = 5, threads: wanted, signal, onProgress, workerUrl, wasmBase } = options;
  if (!Number.isInteger(runs) || runs < 1 || runs > MAX_BENCHMARK_RUNS)
    throw new MinerError(
      "bad-options",
      `runs must be a whole number from 1 to ${MAX_BENCHMARK_RUNS}, not ${runs}`,
    );
  if (wanted !== undefined) checkThreads(wanted);
  signal?.throwIfAborted();
  const environment = capabilities();
  const backend = chooseBackend(environment);
  const threads = backend === "threads" ? (wanted ?? defaultThreads(environment)) : 1;

  const nonces = Array.from({ length: runs + 1 }, (_, number) => nonceOf(number));
  const outcomes: RunOutcome[] = [];
  let memoryBytes = 0;
  let settle: { resolve: () => void; reject: (reason: unknown) => void } | undefined;
  const measured = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  measured.catch(() => undefined);
  const host = new SolverHost(
    { backend, threads, throttle: 1, workerUrl, wasmBase },
    {
      low: () => undefined,
      outcome: (message) => {
        outcomes.push(message.outcome);
        memoryBytes = message.memoryBytes;
        onProgress?.({ done: outcomes.length, total: nonces.length });
        if (outcomes.length === nonces.length) settle?.resolve();
      },
      failed: (error) => settle?.reject(error),
    },
  );
  const abort = (): void => settle?.reject(signal?.reason);
  signal?.addEventListener("abort", abort);
  try {
    host.work({
      generation: 1,
      sequence: 1,
      headerHash: MINE_HASH,
      target: NO_TARGET,
      nonces,
      drop: true,
    });
    await Promise.race([measured, host.ready.then(() => measured)]);
    const [first, ...timed] = outcomes;
    if (first === undefined) throw new Error("a benchmark without runs");
    return {
      backend,
      threads,
      memoryBytes,
      firstMs: first.ms,
      ...figuresOf(timed),
      correct: correct(outcomes),
    };
  } finally {
    signal?.removeEventListener("abort", abort);
    await host.end();
  }
}

function figuresOf(
  timed: readonly RunOutcome[],
): Pick<
  BenchmarkResult,
  "runs" | "ms" | "minMs" | "maxMs" | "roundsMs" | "solutions" | "solutionsPerSecond"
> {
  const times = timed.map(({ ms }) => ms);
  const solutions = sum(timed.map((outcome) => outcome.solutions));
  return {
    runs: timed.length,
    ms: median(times),
    minMs: Math.min(...times),
    maxMs: Math.max(...times),
    roundsMs: (timed[0]?.roundsMs ?? []).map((_, round) =>
      median(timed.map(({ roundsMs }) => roundsMs[round] ?? 0)),
    ),
    solutions,
    solutionsPerSecond: (1000 * solutions) / sum(times),
  };
}

function correct(outcomes: readonly RunOutcome[]): boolean {
  return outcomes.every(
    ({ solutions, dropped }, number) => solutions === KNOWN_SOLUTIONS[number] && dropped === 0,
  );
}

function nonceOf(number: number): Uint8Array {
  const nonce = new Uint8Array(32);
  new DataView(nonce.buffer).setUint32(0, number, true);
  return nonce;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The middle one, the higher of two. */
function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
