import type { PoolError } from "./server-message.js";
import { StratumError } from "./stratum-error.js";

/** A pool's answer to one request. */
export interface Reply {
  readonly result: unknown;
  readonly error: PoolError | null;
}

/** Who waits for a reply. Called at once when the line is read, so that the next line finds the state changed. */
export interface Requester {
  replied(reply: Reply): void;
  failed(error: StratumError): void;
  /** The reply came after all, once `failed` was told `reply-timeout`. */
  late?(reply: Reply): void;
}

interface Pending {
  readonly method: string;
  readonly timer: ReturnType<typeof setTimeout>;
  readonly requester: Requester;
}

// Late replies are recognised as such for this many requests; older ids count as unexpected.
const REMEMBERED_EXPIRED = 64;

/** The requests of one connection that wait for a reply, matched by id in whatever order the replies come. */
export class PendingRequests {
  readonly #pending = new Map<number, Pending>();
  readonly #expired = new Map<number, Requester>();

  /** How many requests wait. */
  get size(): number {
    return this.#pending.size;
  }

  /** Waits for the reply to request `id`; the requester is told `reply-timeout` after `deadlineMs`. */
  expect(id: number, method: string, deadlineMs: number, requester: Requester): void {
    const timer = setTimeout(() => {
      this.#pending.delete(id);
      this.#expired.set(id, requester);
      for (const oldest of this.#expired.keys()) {
        if (this.#expired.size <= REMEMBERED_EXPIRED) break;
        this.#expired.delete(oldest);
      }
      requester.failed(
        new StratumError("reply-timeout", `no reply to ${method} within ${deadlineMs / 1000} s`),
      );
    }, deadlineMs);
    this.#pending.set(id, { method, timer, requester });
  }

  /**
   * Hands a reply to its request; false where it has none. One without an id belongs to the only open request if it is an
   * error, as some servers send it; a success without an id is never taken for anybody's.
   */
  settle(id: number | null, reply: Reply): boolean {
    const key =
      id ?? (reply.error !== null && this.#pending.size === 1 ? [...this.#pending.keys()][0] : undefined);
    if (key === undefined) return false;
    const pending = this.#pending.get(key);
    if (pending === undefined) {
      const expired = this.#expired.get(key);
      this.#expired.delete(key);
      expired?.late?.(reply);
      return expired !== undefined;
    }
    this.#pending.delete(key);
    clearTimeout(pending.timer);
    pending.requester.replied(reply);
    return true;
  }

  /** Ends every open request with an error of its own. */
  failAll(reason: (method: string) => StratumError): void {
    const open = [...this.#pending.values()];
    this.#pending.clear();
    for (const { method, timer, requester } of open) {
      clearTimeout(timer);
      requester.failed(reason(method));
    }
  }
}
