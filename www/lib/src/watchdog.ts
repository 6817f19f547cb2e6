/** Says when something that should give signs of life has given none for a time. */
export class Watchdog {
  readonly #limitMs: number;
  readonly #silent: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = 0;
  #excused = false;

  /** Calls `silent` once `limitMs` milliseconds have passed without {@link heard}, while watching. */
  constructor(limitMs: number, silent: () => void) {
    this.#limitMs = limitMs;
    this.#silent = silent;
  }

  /** Begins to watch, from now. */
  watch(): void {
    this.#excused = false;
    this.#arm();
  }

  /** A sign of life; without meaning while not watching. */
  heard(): void {
    if (this.#timer !== undefined) this.watch();
  }

  /** Watches no more. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#due = Date.now() + this.#limitMs;
    this.#timer = setTimeout(() => {
      this.#wake();
    }, this.#limitMs);
  }

  #wake(): void {
    // After a suspended page or laptop the timer comes before the messages that waited: they get a turn, once.
    if (!this.#excused && Date.now() - this.#due > this.#limitMs / 2) {
      this.#excused = true;
      this.#arm();
      return;
    }
    this.rest();
    this.#silent();
  }
}
