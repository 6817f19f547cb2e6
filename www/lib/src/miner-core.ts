/** What `MinerCore.advance` returns. */
export const Progress = { running: 0, done: 1, cancelled: 2 } as const;

/** The solver inside a wasm artifact: one run, which is one nonce, at a time. */
export interface MinerCore {
  /** Begins a run. `headerHash` and `nonce` have 32 bytes, `target` 32 bytes, big-endian. */
  start(headerHash: Uint8Array, nonce: Uint8Array, target: Uint8Array): void;
  /** Works for about `maxMs` milliseconds; returns one of {@link Progress}. */
  advance(maxMs: number): number;
  /** Asks the run to end; the next `advance` returns `cancelled`. */
  cancel(): void;
  /** The finished run as JSON of a {@link RunOutcome}. */
  outcome(): string;
  /** The size of the instance's linear memory in bytes. */
  memoryBytes(): number;
  /** Gives the solver's memory back. */
  free(): void;
}

/** A finished run. */
export interface RunOutcome {
  /** Solutions found, whether or not they meet the target. */
  readonly solutions: number;
  /** What the solver could not keep; 0 in a complete run. */
  readonly dropped: number;
  /** Time the run took, in milliseconds. */
  readonly ms: number;
  /** The same by stage: leaves, then nine rounds. */
  readonly roundsMs: readonly number[];
  /** The verified solutions below the target, lowest powhash first. */
  readonly shares: readonly { readonly solution: string; readonly powHash: string }[];
}

/** What an artifact `miner-st` exports; the generated module is checked against this where it is loaded. */
export interface MinerModule {
  default(init?: { module_or_path: string | URL }): Promise<unknown>;
  readonly MinerCore: new (threads: number) => MinerCore;
}

/** What an artifact `miner-mt` exports. */
export interface ThreadedMinerModule extends MinerModule {
  initThreadPool(threads: number): Promise<unknown>;
}
