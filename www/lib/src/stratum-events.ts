import type { ConnectionState } from "./connection-state.js";
import type { Job } from "./job-book.js";
import type { Share, Verdict } from "./share.js";
import type { StratumError } from "./stratum-error.js";

/** What a {@link StratumClient} tells; each is the `detail` of an event of that name. */
export interface StratumClientEvents {
  /** The connection has moved on in its life. */
  state: {
    /** Where it is now. */
    readonly state: ConnectionState;
    /** Where it was. */
    readonly previous: ConnectionState;
  };
  /** New work, from `ready` on. */
  job: Job;
  /** The current job with a new target. */
  target: Job;
  /** A verdict that nobody waits for: the submit of that share has failed with `reply-timeout`, or by its signal. */
  late: {
    /** The share, as it was given to `submit`. */
    readonly share: Share;
    /** What the pool said. */
    readonly verdict: Verdict;
  };
  /** Something worth a line in a log. */
  notice: {
    /** What it is about. */
    readonly code:
      /** The pool has answered subscribe; the message names dialect and extraNonce1. */
      | "subscribed"
      /** The pool asked to connect anew, and that is done. */
      | "reconnect-followed"
      /** The pool asked to connect to where this client does not go. */
      | "reconnect-ignored"
      /** An earlier pool of the list was looked for in vain. */
      | "pool-still-away"
      /** An earlier pool of the list is back and in use. */
      | "pool-returned";
    /** The same in a sentence. */
    readonly message: string;
  };
  /** Something went wrong between this client and a pool. */
  error: {
    /** What. */
    readonly error: StratumError;
    /** Milliseconds to the next try; null where no new connection follows from it. */
    readonly retryInMs: number | null;
    /** The address of the pool it is about. */
    readonly pool: string;
  };
}
