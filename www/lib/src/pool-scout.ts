import type { PoolList } from "./pool-list.js";
import type { PoolSession } from "./pool-session.js";
import { StratumError } from "./stratum-error.js";

/** What a scout needs of the client it belongs to. */
export interface ScoutHost {
  /** Begins a session with the pool at that index; tells `ended` once where it ends before it is taken over. */
  connect(index: number, ended: (error: StratumError) => void): PoolSession | undefined;
  /** An earlier pool was looked for in vain. */
  stillAway(index: number, error: StratumError): void;
}

/**
 * Looks from time to time whether a pool before the one in use is back, by a connection beside the one in use, so that
 * nothing is given up for a pool that will not have us.
 */
export class PoolScout {
  readonly #pools: PoolList;
  readonly #host: ScoutHost;
  readonly #waitMs: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #session: PoolSession | undefined;

  /** `waitMs` gives the time until the next look. */
  constructor(pools: PoolList, waitMs: () => number, host: ScoutHost) {
    this.#pools = pools;
    this.#waitMs = waitMs;
    this.#host = host;
  }

  /** Begins to look after the next wait, where there is anything to look for. */
  watch(): void {
    this.rest();
    if (this.#pools.earlier.length === 0) return;
    this.#timer = setTimeout(() => {
      this.#look(this.#pools.earlier);
    }, this.#waitMs());
  }

  /** Looks no more, and ends a connection that is under way. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#session?.close((method) => new StratumError("stopped", `stopped before the reply to ${method}`));
    this.#session = undefined;
  }

  /** Gives the session that was under way away: it is the one in use now. */
  release(): void {
    this.#session = undefined;
  }

  #look([index, ...others]: readonly number[]): void {
    this.#session = undefined;
    if (index === undefined) {
      this.watch();
      return;
    }
    this.#session = this.#host.connect(index, (error) => {
      if (error.final) this.#pools.refuse(index);
      // Whoever is told may stop the client, and so this scout.
      this.#timer = setTimeout(() => {
        this.#look(others);
      });
      this.#session = undefined;
      this.#host.stillAway(index, error);
    });
  }
}
