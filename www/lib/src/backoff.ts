/** No wait between two tries is longer than this, in milliseconds. */
export const MAX_WAIT_MS = 8_000;

const FIRST_CEILING_MS = 500;

/**
 * The most that a browser holds back a WebSocket whose predecessors failed: Chromium, by 1 to 5 s once about sixteen
 * have, and by a power of two less for each one fewer.
 */
const BROWSERS_OWN_WAIT_MS = 5_000;

/** A socket that took longer than this to fail was held back, and the next may be held back for the whole time. */
const HELD_BACK_MS = 250;

/**
 * Waits between tries: exponential with full jitter. The n-th wait is drawn evenly from 0 to a ceiling that doubles from
 * half a second up to {@link MAX_WAIT_MS}, so that the browsers a pool lost together do not come back together. Where
 * the browser itself makes a page wait, the ceiling makes room for that, so that tries stay as close.
 */
export class Backoff {
  #tries = 0;
  readonly #random: () => number;

  /** `random` gives numbers from 0 up to, not including, 1. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** The next wait in whole milliseconds, after a try that took `openingMs` without opening; 0 where it opened. */
  next(openingMs = 0): number {
    const most = openingMs > HELD_BACK_MS ? MAX_WAIT_MS - BROWSERS_OWN_WAIT_MS : MAX_WAIT_MS;
    const ceiling = Math.min(most, FIRST_CEILING_MS * 2 ** Math.min(this.#tries, 10));
    this.#tries++;
    return Math.floor(this.#random() * ceiling);
  }

  /** Starts over; called when a pool has authorized, not when a socket merely opened. */
  reset(): void {
    this.#tries = 0;
  }
}
