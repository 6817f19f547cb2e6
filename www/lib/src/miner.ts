import { MinerError, messageOf } from "./miner-error.js";
import type { MinerEvents, MinerState } from "./miner-events.js";
import { checkMinerOptions, checkThrottle, type MinerOptions, type StartOptions } from "./miner-options.js";
import { type MinerStats, StatsCounter } from "./miner-stats.js";
import { MiningSession } from "./mining-session.js";
import { NoncePlan } from "./nonce-plan.js";
import type { PauseReason } from "./policies/policy.js";
import { preflight } from "./preflight.js";
import { ShareLedger } from "./share-ledger.js";
import { StratumError } from "./stratum-error.js";
import { TypedEventTarget } from "./typed-events.js";

/**
 * Mines for one account at one pool, from {@link start} to {@link stop}. One nonce brings about two solutions; of those
 * that meet the job's target the one with the lowest powhash is submitted, and no other, because pools know a share by
 * its nonce.
 */
export class Miner extends TypedEventTarget<MinerEvents> {
  readonly #options: MinerOptions;
  #throttle: number;
  readonly #plan = new NoncePlan();
  readonly #stats = new StatsCounter();
  readonly #shares = new ShareLedger(this.#stats, (share) => {
    this.emit("share", share);
    if (share.status !== "submitted") this.#tellStats();
  });
  #state: MinerState = "idle";
  #session: MiningSession | undefined;
  #starting: Promise<void> | undefined;
  #ending: Promise<void> | undefined;
  #startRequests = 0;
  /** Take the listeners off the signals that this start is under. */
  readonly #signals = new Set<() => void>();

  /** Throws `bad-options` where an option cannot be used. Starts nothing. */
  constructor(options: MinerOptions) {
    super();
    checkMinerOptions(options);
    this.#options = options;
    this.#throttle = options.throttle ?? 1;
  }

  /** Where the miner is in its life. */
  get state(): MinerState {
    return this.#state;
  }

  /** What was done so far, and the rate of this moment. */
  get stats(): MinerStats {
    return this.#stats.at(Date.now());
  }

  /** The address of the pool in use, or of the next try; null while nothing runs. */
  get pool(): string | null {
    return this.#session?.pool ?? null;
  }

  /** What speaks against working now; empty while nothing does, and while nothing runs. */
  get pauseReasons(): readonly PauseReason[] {
    return this.#session?.reasons ?? [];
  }

  /** The part of the time that the solver works, above 0 and at most 1. May be changed at any time. */
  get throttle(): number {
    return this.#throttle;
  }

  /** Throws `bad-options` where the solver cannot work that part of the time, and changes nothing. */
  set throttle(throttle: number) {
    checkThrottle(throttle);
    this.#throttle = throttle;
    this.#session?.throttle(throttle);
  }

  /**
   * Resolves when the solver's workers are up and connecting has begun; whether a pool answers is told by events.
   * Rejects with a `MinerError` or a `StratumError`, or with the reason of the `signal` that ended it, and leaves nothing
   * running. A second call joins the first.
   */
  start({ signal }: StartOptions = {}): Promise<void> {
    if (signal !== undefined) return this.#startUnder(signal);
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Resolves when no worker is left. May be called at any time, and again. */
  stop(): Promise<void> {
    this.#startRequests++;
    if (this.#session !== undefined) return this.#end("stopped");
    this.#leaveSignals();
    this.#starting = undefined;
    return this.#ending ?? Promise.resolve();
  }

  async #startUnder(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const abort = (): void => void this.stop();
    signal.addEventListener("abort", abort);
    this.#signals.add(() => {
      signal.removeEventListener("abort", abort);
    });
    try {
      await this.start();
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }

  #leaveSignals(): void {
    for (const leave of this.#signals) leave();
    this.#signals.clear();
  }

  async #start(): Promise<void> {
    const request = ++this.#startRequests;
    const check = (): void => {
      if (request !== this.#startRequests)
        throw new MinerError("stopped", "stopped before the start was complete");
    };
    await this.#ending;
    check();
    try {
      this.#move("starting");
      const session = this.#openSession();
      await session.start();
      check();
    } catch (cause) {
      // A stop that came in between has ended the session already.
      if (request === this.#startRequests) await this.#end("failed");
      if (cause instanceof MinerError || cause instanceof StratumError) throw cause;
      throw new MinerError("solver-unavailable", `the solver could not be started: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  #openSession(): MiningSession {
    const parts = { options: this.#options, throttle: this.#throttle, ...preflight(this.#options) };
    const kept = { plan: this.#plan, stats: this.#stats, shares: this.#shares };
    this.#session = new MiningSession(
      { ...parts, ...kept },
      {
        moved: (state) => {
          this.#move(state);
        },
        tell: (name, detail) => {
          this.emit(name, detail);
        },
        failed: (error, pool) => {
          void this.#end("failed");
          this.emit("error", { error, retryInMs: null, pool });
        },
      },
    );
    return this.#session;
  }

  #tellStats(): void {
    this.emit("stats", this.stats);
  }

  #end(state: "stopped" | "failed"): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (state === "stopped") this.#move("stopping");
    this.#leaveSignals();
    // A start that follows waits for the end, and is another one.
    this.#starting = undefined;
    const ending = (session?.end() ?? Promise.resolve()).then(() => {
      this.#stats.solver(null);
      this.#stats.gpu(null);
      this.#stats.paused();
      this.#ending = undefined;
      this.#move(state);
      this.#tellStats();
    });
    this.#ending = ending;
    return ending;
  }

  #move(state: MinerState): void {
    const previous = this.#state;
    if (state === previous) return;
    this.#state = state;
    this.emit("state", { state, previous });
  }
}
