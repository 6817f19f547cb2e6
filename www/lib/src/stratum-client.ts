import { Backoff } from "./backoff.js";
import { type ConnectionInput, type ConnectionState, stateAfter } from "./connection-state.js";
import type { Job } from "./job-book.js";
import { PoolList } from "./pool-list.js";
import { PoolScout } from "./pool-scout.js";
import { PoolSession, type SessionListener, type SessionSettings } from "./pool-session.js";
import type { WebSocketClass } from "./pool-socket.js";
import { quote } from "./server-message.js";
import type { Share, Verdict } from "./share.js";
import { StratumError } from "./stratum-error.js";
import type { StratumClientEvents } from "./stratum-events.js";
import {
  checkStratumOptions,
  DEFAULT_DEADLINES,
  DEFAULT_RETURN_AFTER_MS,
  poolAddresses,
  type StratumOptions,
} from "./stratum-options.js";
import { SubmittedShares } from "./submitted-shares.js";
import { describeSubscription } from "./subscription.js";
import { TypedEventTarget } from "./typed-events.js";

/** A connection with a job that ended before it had one for this long counts as a try that failed. */
export const LASTING_MS = 60_000;

/**
 * A miner's side of stratum over a WebSocket, at the first pool of a list that will have it. Both families of servers are
 * recognised from what they say; see {@link TRANSITIONS} for the life of a connection and {@link StratumErrorCode} for
 * what can go wrong in it.
 *
 * A connection that worked and is lost is made again; a try that fails is followed by one at the next pool. While a later
 * pool is in use, earlier ones are looked for beside it, and the first that gives a job takes over: the later one is left
 * once it has answered what was submitted to it.
 */
export class StratumClient extends TypedEventTarget<StratumClientEvents> {
  readonly #options: StratumOptions;
  readonly #pools: PoolList;
  readonly #backoff: Backoff;
  #state: ConnectionState = "idle";
  #settings: SessionSettings | undefined;
  #session: PoolSession | undefined;
  readonly #scout: PoolScout;
  /** Connections that were replaced, until their shares are answered. */
  readonly #leaving = new Set<PoolSession>();
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #triedAt = 0;
  #suspended = false;
  #readySince = 0;

  /** Throws a `bad-options` {@link StratumError} where an option cannot be used. Connects nowhere yet. */
  constructor(options: StratumOptions) {
    super();
    checkStratumOptions(options);
    this.#options = options;
    this.#pools = new PoolList([...poolAddresses(options)]);
    const random = options.random ?? Math.random;
    this.#backoff = new Backoff(random);
    const after = options.returnAfter ?? DEFAULT_RETURN_AFTER_MS;
    this.#scout = new PoolScout(this.#pools, () => after * (1 + random() / 2), {
      connect: (index, ended) => this.#connectBeside(index, ended),
      stillAway: (index, { message, code }) => {
        const pool = this.#pools.address(index);
        this.emit("notice", { code: "pool-still-away", message: `${pool}: ${message} (${code})` });
      },
    });
  }

  /** Where the connection is in its life. */
  get state(): ConnectionState {
    return this.#state;
  }

  /** The address of the pool in use, or of the next try. */
  get pool(): string {
    return this.#pools.current;
  }

  /** Begins to connect. Throws `no-websocket` where the environment has none; does nothing after the first call. */
  start(): void {
    if (this.#state !== "idle") return;
    const socketClass = this.#options.WebSocket ?? environmentWebSocket();
    if (socketClass === undefined) {
      throw new StratumError("no-websocket", "this environment has no WebSocket: pass one in the options");
    }
    this.#settings = settingsFrom(this.#options, socketClass);
    this.#move("start");
    this.#connect();
  }

  /** Ends the connection for good. Open submits fail with `stopped`. */
  stop(): void {
    if (this.#state !== "stopped") this.#end("stop");
  }

  /**
   * Ends the connection and makes no other until {@link resume}; what was submitted and not answered fails with
   * `connection-lost`. For when there is no network: tries would be in vain.
   */
  suspend(): void {
    this.#suspended = true;
    this.#drop("the network is gone");
  }

  /** Tries at once, at the pool that was in use; does nothing where it was not suspended. */
  resume(): void {
    if (!this.#suspended) return;
    this.#suspended = false;
    this.#tryNow();
  }

  /** Ends the connection, or the wait for the next try, and makes another at once, unless suspended. */
  reconnect(): void {
    this.#drop("a new connection is made");
    if (!this.#suspended) this.#tryNow();
  }

  /** The job of that sequence with its newest target, or undefined where no share for it would count any more. */
  liveJob(sequence: number): Job | undefined {
    return this.#session?.liveJob(sequence);
  }

  /**
   * Submits a share and resolves with the pool's verdict. Rejects with a {@link StratumError}: `not-ready`, `stale-job`,
   * `duplicate-share` or `bad-share` where it was not sent; `reply-timeout`, `connection-lost` or `stopped` where the
   * pool never said. A `signal` ends the waiting, not what was sent: the promise rejects with its reason, and a verdict that
   * comes all the same is told as `late`. Whether a share meets the target is the caller's to check: {@link liveJob} has the newest.
   */
  async submit(share: Share, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Verdict> {
    if (this.#session === undefined)
      throw new StratumError("not-ready", `cannot submit while ${this.#state}`);
    return this.#session.submit(share, signal);
  }

  /** Tries the pool whose turn it is. */
  #connect(): void {
    // Whoever was told of the state may have stopped the client.
    if (this.#state !== "connecting") return;
    if (this.#suspended) {
      this.#move("lost");
      return;
    }
    this.#triedAt = Date.now();
    this.#session = this.#open(
      this.pool,
      (_, input) => {
        this.#move(input);
        if (input === "authorized") this.#backoff.reset();
        if (input === "job") this.#settle();
      },
      (_, error) => {
        this.#lose(error);
      },
    );
  }

  #open(
    pool: string,
    moved: (session: PoolSession, input: ConnectionInput) => void,
    ended: (session: PoolSession | undefined, error: StratumError) => void,
  ): PoolSession | undefined {
    if (this.#settings === undefined) return undefined;
    try {
      const session: PoolSession = new PoolSession(pool, this.#settings, {
        ...this.#listenerFor(pool, () => session),
        moved: (input) => {
          moved(session, input);
        },
        ended: (error) => {
          ended(session, error);
        },
      });
      return session;
    } catch (cause) {
      // Browsers throw here for what a page may not open at all, such as ws: from a page served over https.
      const message = `the browser refuses to connect to ${pool}`;
      ended(undefined, new StratumError("not-allowed", message, { cause }));
      return undefined;
    }
  }

  /** What is done alike for every connection; most of it only while it is the one in use. */
  #listenerFor(pool: string, session: () => PoolSession): Omit<SessionListener, "moved" | "ended"> {
    const inUse = (): boolean => this.#session === session();
    return {
      subscribed: (subscription) => {
        this.emit("notice", { code: "subscribed", message: describeSubscription(subscription) });
      },
      job: (job) => {
        if (inUse()) this.emit("job", job);
      },
      target: (job) => {
        if (inUse()) this.emit("target", job);
      },
      late: (share, verdict) => {
        this.emit("late", { share, verdict });
      },
      unexpected: (error) => {
        this.emit("error", { error, retryInMs: null, pool });
      },
      reconnect: (host, port) => {
        if (inUse()) this.#reconnect(session(), host, port);
      },
    };
  }

  /**
   * Pools name hosts, pages know paths of their proxy: what comes here is what the proxy made of it. Without a host the
   * same pool is meant; a path alone, `/pool/NAME`, is a pool of this proxy, and followed where it is in the list.
   */
  #reconnect(session: PoolSession, host: string | null, port: string | null): void {
    const bare = host === null && (port === null || port === "0");
    const index = host !== null && port === null ? this.#pools.at(host) : undefined;
    if (!bare && index === undefined) {
      const wanted = quote(port === null ? (host ?? "") : `${host ?? ""}:${port}`);
      const message = `the pool asks to move to ${wanted}: only the chosen pools are used`;
      this.emit("notice", { code: "reconnect-ignored", message });
      return;
    }
    const { pool } = this;
    if (index !== undefined) this.#pools.select(index);
    const message = bare
      ? "the pool asks to connect anew"
      : `the pool asks to move to ${quote(host ?? "")}, which is in the list`;
    this.emit("notice", { code: "reconnect-followed", message });
    const error = new StratumError("connection-lost", message);
    session.close((method) => new StratumError("connection-lost", `no reply to ${method}: ${message}`));
    // A pool that moves its miners has not failed them: the next try is not another pool's.
    this.#retry(error, pool);
  }

  /** After a connection in use has ended: goes on to the next pool where this one has failed, or stops at the last. */
  #lose(error: StratumError): void {
    const { pool } = this;
    const lasted = this.#state === "ready" && Date.now() - this.#readySince >= LASTING_MS;
    if (error.final && !this.#pools.refuse()) {
      this.#end("refused", error);
      this.emit("error", { error, retryInMs: null, pool });
      return;
    }
    if (error.final || !lasted) this.#pools.advance();
    this.#retry(error, pool);
  }

  /** Ends every connection, and waits without a next try. */
  #drop(why: string): void {
    clearTimeout(this.#retryTimer);
    if (this.#state === "idle" || this.#state === "waiting" || this.#state === "stopped") return;
    this.#scout.rest();
    this.#closeAll((method) => new StratumError("connection-lost", `no reply to ${method}: ${why}`));
    this.#move("lost");
  }

  #tryNow(): void {
    if (this.#state !== "waiting") return;
    this.#backoff.reset();
    this.#move("retry");
    this.#connect();
  }

  #closeAll(reason: (method: string) => StratumError): void {
    const sessions = [this.#session, ...this.#leaving];
    this.#session = undefined;
    this.#leaving.clear();
    for (const session of sessions) session?.close(reason);
  }

  /** Waits for the next try. */
  #retry(error: StratumError, pool: string): void {
    this.#scout.rest();
    this.#session = undefined;
    const waitMs = this.#backoff.next(this.#state === "connecting" ? Date.now() - this.#triedAt : 0);
    this.#move("lost");
    // Whoever was told of the state may have stopped the client.
    if (this.state !== "waiting") return;
    this.#retryTimer = setTimeout(() => {
      this.#move("retry");
      this.#connect();
    }, waitMs);
    this.emit("error", { error, retryInMs: waitMs, pool });
  }

  /** A connection with a job is in use: from here on earlier pools are looked for, if there are any. */
  #settle(): void {
    if (this.#state !== "ready") return;
    this.#readySince = Date.now();
    this.#scout.watch();
  }

  /** Connects to an earlier pool, beside the connection in use, whose place it takes with its first job. */
  #connectBeside(index: number, ended: (error: StratumError) => void): PoolSession | undefined {
    return this.#open(
      this.#pools.address(index),
      (session, input) => {
        if (input === "job") this.#return(index, session);
      },
      (session, error) => {
        if (session !== undefined && session === this.#session) this.#lose(error);
        else ended(error);
      },
    );
  }

  /** The job that brought the earlier pool back is told right after. */
  #return(index: number, session: PoolSession): void {
    this.#scout.release();
    if (this.#session !== undefined) this.#leave(this.#session);
    this.#session = session;
    this.#pools.select(index);
    this.#backoff.reset();
    this.#move("returned");
    this.emit("notice", { code: "pool-returned", message: `${this.pool} is back` });
    this.#settle();
  }

  /** Leaves a connection that was replaced: it lives on until its shares are answered. */
  #leave(session: PoolSession): void {
    for (const left of this.#leaving) if (left.over) this.#leaving.delete(left);
    this.#leaving.add(session);
    session.leave();
  }

  #end(input: "refused" | "stop", error?: StratumError): void {
    clearTimeout(this.#retryTimer);
    this.#scout.rest();
    const reason = (method: string): StratumError =>
      error === undefined
        ? new StratumError("stopped", `stopped before the reply to ${method}`)
        : new StratumError("connection-lost", `no reply to ${method}: ${error.message}`);
    this.#closeAll(reason);
    this.#move(input);
  }

  #move(input: ConnectionInput): void {
    const previous = this.#state;
    this.#state = stateAfter(previous, input);
    this.emit("state", { state: this.#state, previous });
  }
}

function settingsFrom(options: StratumOptions, socketClass: WebSocketClass): SessionSettings {
  const { worker, password } = options;
  let jobSequence = 0;
  return {
    socketClass,
    worker,
    password: password ?? "x",
    deadlines: { ...DEFAULT_DEADLINES, ...options.deadlines },
    submitted: new SubmittedShares(),
    nextJobSequence: () => ++jobSequence,
  };
}

function environmentWebSocket(): WebSocketClass | undefined {
  return (globalThis as { WebSocket?: WebSocketClass }).WebSocket;
}
