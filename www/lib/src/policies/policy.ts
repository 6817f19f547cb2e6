/**
 * Why a miner that was started does not work just now.
 *
 * | reason | begins when | ends when |
 * |---|---|---|
 * | `hidden` | the page cannot be seen | it can be seen |
 * | `battery` | the machine runs on a battery, and on which the option says not to | it is charged, or above 20 % where that is asked |
 * | `pressure` | the browser calls the load of the processors critical | it calls it fair or nominal |
 * | `metered` | the connection is paid by volume, or the person asked to save data | it is neither |
 * | `other-tab` | another tab of this site mines | it stopped or is gone |
 * | `offline` | the browser has no network | it has one |
 */
export type PauseReason = "hidden" | "battery" | "pressure" | "metered" | "other-tab" | "offline";

/** One policy at work, from when it was made until {@link Watch.end}. */
export interface Watch {
  /** Resolves when the policy knows where things stand; before that nothing may be worked on. Undefined: it knows. */
  readonly settled?: Promise<void>;
  /** Ends the watching: no listener, timer or lock is left, and nothing more is told. */
  end(): void;
}

/** Begins to watch; `tell` is called with true where the reason to pause begins, and with false where it ends. */
export type Policy = (tell: (pause: boolean) => void) => Watch;
