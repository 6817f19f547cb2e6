/** The longest a slice of work lasts, in milliseconds: whatever the solver is told acts within 20. */
export const SLICE_MS = 12;

// Work and rest take turns within this, so that a throttled machine feels even.
const PERIOD_MS = 200;

// The shortest slice that is worth starting the threads for.
const SHORTEST_SLICE_MS = 1;

// No timer is finer; what is owed below it waits for the next rest.
const SHORTEST_REST_MS = 1;

// Time in which nothing ran at all, such as a laptop's sleep, is neither worked off nor rested off.
const MEMORY_MS = 1_000;

/**
 * Shares time out between work and rest, so that work takes the same share of it in the long run, whatever the timers
 * do: a slice that took too long is rested off, a rest that took too long is worked off.
 */
export class DutyCycle {
  #share: number;
  /** Milliseconds of rest that the work done until `#at` still calls for; below 0 when there was too much of it. */
  #owed = 0;
  #at: number;

  /** `share` is above 0 and at most 1; `now` is on a clock in milliseconds that never goes back. */
  constructor(share: number, now: number) {
    this.#share = share;
    this.#at = now;
  }

  /** Takes another share; what was owed before is forgotten. */
  change(share: number, now: number): void {
    this.#share = share;
    this.#owed = 0;
    this.#at = now;
  }

  /** Work begins after a time without any: that time was no rest. What is still owed stays owed. */
  begin(now: number): void {
    this.#settle(now);
    this.#owed = Math.max(0, this.#owed);
  }

  /** How long the next slice may take. */
  get sliceMs(): number {
    return Math.max(SHORTEST_SLICE_MS, Math.min(SLICE_MS, PERIOD_MS * this.#share));
  }

  /** Books a slice. */
  worked(from: number, to: number): void {
    this.#owed += Math.min(to - from, MEMORY_MS) / this.#share;
    this.#settle(to);
  }

  /** How long to rest before the next slice; 0 for not at all. */
  restMs(now: number): number {
    this.#settle(now);
    return this.#owed < SHORTEST_REST_MS ? 0 : this.#owed;
  }

  #settle(now: number): void {
    this.#owed = Math.max(-MEMORY_MS, this.#owed - (now - this.#at));
    this.#at = now;
  }
}
