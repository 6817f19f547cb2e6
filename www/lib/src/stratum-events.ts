import type { ConnectionState } from "./connection-state.js";
import type { Job } from "./job-book.js";
import type { Share, Verdict } from "./share.js";
import type { StratumError } from "./stratum-error.js";

/** What a {@link StratumClient} tells; each is the `detail` of an event of that name. */
export interface StratumClientEvents {
  state: { readonly state: ConnectionState; readonly previous: ConnectionState };
  /** New work, from `ready` on. */
  job: Job;
  /** The current job with a new target. */
  target: Job;
  /** A verdict that nobody waits for: the submit of that share has failed with `reply-timeout`, or by its signal. */
  late: { readonly share: Share; readonly verdict: Verdict };
  /** Something worth a line in a log. */
  notice: {
    readonly code:
      | "subscribed"
      | "reconnect-followed"
      | "reconnect-ignored"
      /** An earlier pool of the list was looked for in vain. */
      | "pool-still-away"
      /** An earlier pool of the list is back and in use. */
      | "pool-returned";
    readonly message: string;
  };
  /** `retryInMs` is null where no new connection follows from it. `pool` is the address it is about. */
  error: { readonly error: StratumError; readonly retryInMs: number | null; readonly pool: string };
}
