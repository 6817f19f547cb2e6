import type { Watch } from "./policy.js";

interface LockOptions {
  readonly steal?: boolean;
  readonly ifAvailable?: boolean;
  readonly signal?: AbortSignal;
}

/** The part of the Web Locks API that is used. Pages in an insecure context have none. */
interface Locks {
  request(
    name: string,
    options: LockOptions,
    held: (lock: object | null) => Promise<void> | undefined,
  ): Promise<unknown>;
}

/** Whoever holds it is the tab that was started last and still runs. A start takes it from whoever has it. */
export const TURN_LOCK = "aion-web-miner/turn";

/** Whoever holds it works. It is never taken, only given back by a tab whose solver was told to rest. */
export const WORK_LOCK = "aion-web-miner/work";

/**
 * Lets one tab of a site work at a time: the one where a miner was started last. The browser hands both locks on, so no
 * message can be lost, and a tab that crashes, closes or hangs is known as that. A tab that lost its turn ends its work and
 * waits behind the others that lost theirs; when the tab in turn stops or is gone, the one that has waited longest goes on.
 */
export function watchOtherTabs(tell: (pause: boolean) => void): Watch {
  const locks = (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
  if (locks === undefined) return { end: () => undefined };
  const tab = new TabTurns(locks, tell);
  return {
    settled: tab.settled,
    end: () => {
      tab.end();
    },
  };
}

class TabTurns {
  readonly #locks: Locks;
  readonly #tell: (pause: boolean) => void;
  readonly #over = new AbortController();
  #settle: () => void = () => undefined;
  #turn = new AbortController();

  /** Resolves when it is known whether this tab may work. */
  readonly settled: Promise<void>;

  constructor(locks: Locks, tell: (pause: boolean) => void) {
    this.#locks = locks;
    this.#tell = tell;
    this.settled = new Promise((resolve) => (this.#settle = resolve));
    void this.#live();
  }

  #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  end(): void {
    this.#over.abort();
    this.#turn.abort();
    this.#settle();
  }

  async #live(): Promise<void> {
    const waiting: LockOptions = { signal: this.#over.signal };
    for (let options: LockOptions = { steal: true }; !this.#isOver(); options = waiting) {
      const turn = new AbortController();
      this.#turn = turn;
      try {
        await this.#locks.request(TURN_LOCK, options, () => this.#work(turn.signal));
      } catch (error) {
        if (this.#isOver()) return;
        if (!isAbort(error)) {
          // A page that may not use locks, such as one of an opaque origin, cannot know of other tabs.
          this.#tell(false);
          this.#settle();
          return;
        }
      }
      // Another tab has the turn. It waits for the other lock until this one's solver was told to rest.
      if (!this.#isOver()) this.#tell(true);
      turn.abort();
    }
  }

  /** Works in turn, as soon as whoever had it before does not any more; resolves when the turn is over. */
  async #work(turn: AbortSignal): Promise<void> {
    const untilOver = (lock: object | null): Promise<void> | undefined => {
      if (lock === null || turn.aborted) return undefined;
      this.#tell(false);
      this.#settle();
      return new Promise((resolve) => {
        turn.addEventListener("abort", () => {
          resolve();
        });
      });
    };
    await this.#locks.request(WORK_LOCK, { ifAvailable: true }, untilOver);
    if (turn.aborted) return;
    this.#tell(true);
    this.#settle();
    await this.#locks.request(WORK_LOCK, { signal: turn }, untilOver);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
