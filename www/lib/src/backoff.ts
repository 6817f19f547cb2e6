/** No wait between two tries is longer than this, in milliseconds. */
export const MAX_WAIT_MS = 8_000;

const FIRST_CEILING_MS = 500;

/**
 * Waits between tries: exponential with full jitter. The n-th wait is drawn evenly from 0 to a ceiling that doubles from
 * half a second up to {@link MAX_WAIT_MS}, so that the browsers a pool lost together do not come back together.
 */
export class Backoff {
  #tries = 0;
  readonly #random: () => number;

  /** `random` gives numbers from 0 up to, not including, 1. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** The next wait in whole milliseconds. */
  next(): number {
    const ceiling = Math.min(MAX_WAIT_MS, FIRST_CEILING_MS * 2 ** Math.min(this.#tries, 10));
    this.#tries++;
    return Math.floor(this.#random() * ceiling);
  }

  /** Starts over; called when a pool has authorized, not when a socket merely opened. */
  reset(): void {
    this.#tries = 0;
  }
}
