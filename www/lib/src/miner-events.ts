import type { Job } from "./job-book.js";
import type { MinerError } from "./miner-error.js";
import type { MinerStats } from "./miner-stats.js";
import type { PauseReason } from "./policies/policy.js";
import type { StratumError } from "./stratum-error.js";
import type { StratumClientEvents } from "./stratum-events.js";
import type { Backend } from "./worker-messages.js";

/** Where a miner is in its life. */
export type MinerState =
  | "idle"
  /** The solver worker and its threads come up, while the pool is connected to. */
  | "starting"
  /** Until the pool has authorized. */
  | "connecting"
  /** Authorized, and nothing to work on. */
  | "waiting-for-job"
  | "mining"
  /** Nothing is worked on, for {@link Miner.pauseReasons}; the workers stay, for ten minutes, and so does the connection where it can. */
  | "paused"
  /** The connection is lost; the next try is scheduled. */
  | "reconnecting"
  | "stopping"
  | "stopped"
  /** Ended by an error that was told in an `error` event, or by a rejected `start()`. */
  | "failed";

/** What became of a share. */
export interface ShareEvent {
  /**
   * `stale`: the pool said that it came too late. `unanswered`: the pool never said, because the connection or the
   * deadline ended first; a verdict that comes after its deadline is told as another event of the same share.
   */
  readonly status: "submitted" | "accepted" | "rejected" | "stale" | "unanswered";
  /** The pool's name for the job. */
  readonly jobId: string;
  /** Hex of 32 bytes, big-endian. */
  readonly powHash: string;
  /** The pool's code for a rejection, or the name of the error that ended the waiting; null where there is none. */
  readonly code: number | string | null;
  /** The pool's words for a rejection, or those of the error that ended the waiting. */
  readonly reason: string | null;
}

/** A finished run: one nonce. */
export interface RunEvent {
  /** Where it was solved. */
  readonly backend: Backend;
  /** Time it took, in milliseconds; of a GPU's batch each run's part. */
  readonly ms: number;
  /** The same by stage: leaves, then nine rounds. Empty for a GPU, which tells the whole only. */
  readonly roundsMs: readonly number[];
  /** Solutions found, whether or not they meet the target. */
  readonly solutions: number;
}

/** What a miner says beside what its connection does. */
export interface MinerNotice {
  /** Which of the two. */
  readonly code:
    /** The machine slept; the connection is made anew. */
    | "woke"
    /** The solver was silent, and another one takes its place. */
    | "solver-restarted";
  /** The same in a sentence. */
  readonly message: string;
}

/** What a miner tells; each is the `detail` of an event of that name. */
export interface MinerEvents {
  /** A share was submitted, or something became of one. */
  share: ShareEvent;
  /** New work from the pool. */
  job: Job;
  /** A run is done. */
  run: RunEvent;
  /** After every run and every verdict. */
  stats: MinerStats;
  /** The miner has moved on in its life. */
  state: {
    /** Where it is now. */
    readonly state: MinerState;
    /** Where it was. */
    readonly previous: MinerState;
  };
  /** What speaks against working has changed; nothing does any more where `reasons` is empty. Not told when the miner ends. */
  pause: {
    /** In the order in which they began. */
    readonly reasons: readonly PauseReason[];
  };
  /** Something worth a line in a log. */
  notice: StratumClientEvents["notice"] | MinerNotice;
  /** Something went wrong. Whether it ended the miner is told by its state. */
  error: {
    /** What. */
    readonly error: MinerError | StratumError;
    /** Milliseconds to the next try at a pool; null where no new connection follows from it. */
    readonly retryInMs: number | null;
    /** The address of the pool it is about, where it is about one. */
    readonly pool: string | null;
  };
}
