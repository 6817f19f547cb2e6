import { capabilities, chooseBackend, defaultThreads } from "./environment.js";
import { bytesFromHex } from "./hex.js";
import type { Job } from "./job-book.js";
import { MinerError, messageOf } from "./miner-error.js";
import type { MinerEvents, MinerState } from "./miner-events.js";
import { checkMinerOptions, checkThrottle, type MinerOptions, type StartOptions } from "./miner-options.js";
import { type MinerStats, StatsCounter } from "./miner-stats.js";
import { NoncePlan } from "./nonce-plan.js";
import { checkGesture } from "./policies/gesture.js";
import { Policies } from "./policies/policies.js";
import type { PauseReason } from "./policies/policy.js";
import { type MinerPolicies, policiesFrom } from "./policies/policy-options.js";
import { ShareLedger } from "./share-ledger.js";
import { Solvers } from "./solvers.js";
import { StratumClient } from "./stratum-client.js";
import { StratumError } from "./stratum-error.js";
import { isBelow } from "./target.js";
import { TypedEventTarget } from "./typed-events.js";
import { type Feed, GPU_NONCES, WorkFeed } from "./work-feed.js";
import type { Backend, CpuBackend, FromSolver } from "./worker-messages.js";

/** What belongs to one start and ends with it. */
interface Session {
  readonly solvers: Solvers;
  readonly feed: WorkFeed;
  readonly client: StratumClient;
  readonly policies: Policies;
  /** True from when the solver can work. */
  solverReady: boolean;
  /** Where the miner is, or will be once the solver can work and nothing speaks against it. */
  phase: MinerState;
  /** Rejects the start; undefined once it was complete. */
  refuse: ((error: StratumError) => void) | undefined;
}

/**
 * Mines for one account at one pool, from {@link start} to {@link stop}. One nonce brings about two solutions; of those
 * that meet the job's target the one with the lowest powhash is submitted, and no other, because pools know a share by
 * its nonce.
 */
export class Miner extends TypedEventTarget<MinerEvents> {
  readonly #options: MinerOptions;
  readonly #policies: Required<MinerPolicies>;
  #throttle: number;
  readonly #plan = new NoncePlan();
  readonly #stats = new StatsCounter();
  readonly #shares = new ShareLedger(this.#stats, (share) => {
    this.emit("share", share);
    if (share.status !== "submitted") this.#tellStats();
  });
  #state: MinerState = "idle";
  #session: Session | undefined;
  #starting: Promise<void> | undefined;
  #ending: Promise<void> | undefined;
  #startRequests = 0;
  /** What speaks against working, as it was told last. */
  #pauseReasons: readonly PauseReason[] = [];
  /** Take the listeners off the signals that this start is under. */
  readonly #signals = new Set<() => void>();

  /** Throws `bad-options` where an option cannot be used. Starts nothing. */
  constructor(options: MinerOptions) {
    super();
    checkMinerOptions(options);
    this.#options = options;
    this.#policies = policiesFrom(options.policies);
    this.#throttle = options.throttle ?? 1;
  }

  get state(): MinerState {
    return this.#state;
  }

  get stats(): MinerStats {
    return this.#stats.at(Date.now());
  }

  /** The address of the pool in use, or of the next try; null while nothing runs. */
  get pool(): string | null {
    return this.#session?.client.pool ?? null;
  }

  /** What speaks against working now; empty while nothing does, and while nothing runs. */
  get pauseReasons(): readonly PauseReason[] {
    return this.#pauseReasons;
  }

  /** The part of the time that the solver works, above 0 and at most 1. May be changed at any time. */
  get throttle(): number {
    return this.#throttle;
  }

  /** Throws `bad-options` where the solver cannot work that part of the time, and changes nothing. */
  set throttle(throttle: number) {
    checkThrottle(throttle);
    this.#throttle = throttle;
    this.#session?.solvers.throttle(throttle);
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
      if (this.#policies.requireGesture) checkGesture();
      const environment = capabilities();
      const backend = chooseBackend(environment);
      const threads = backend === "threads" ? (this.#options.threads ?? defaultThreads(environment)) : 1;
      const session = this.#openSession(backend, threads);
      const refused = new Promise<never>((_, reject) => (session.refuse = reject));
      const settled = session.policies.start();
      session.client.start();
      await Promise.race([Promise.all([session.solvers.ready, settled]), refused]);
      check();
      session.refuse = undefined;
      session.solverReady = true;
      this.#enter(session, session.phase);
    } catch (cause) {
      // A stop that came in between has ended the session already.
      if (request === this.#startRequests) await this.#end("failed");
      if (cause instanceof MinerError || cause instanceof StratumError) throw cause;
      throw new MinerError("solver-unavailable", `the solver could not be started: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  #openSession(cpu: CpuBackend, threads: number): Session {
    const { backend: wanted = "cpu", workerUrl, gpuWorkerUrl, wasmBase } = this.#options;
    const feed = wanted === "cpu" ? new WorkFeed(this.#plan) : new WorkFeed(this.#plan, GPU_NONCES);
    const client = new StratumClient(this.#options);
    const throttle = this.#throttle;
    const solvers = new Solvers(
      { wanted, cpu, threads, throttle, workerUrl, gpuWorkerUrl, wasmBase },
      {
        more: (generation) => feed.more(generation),
        outcome: (backend, message) => {
          this.#finish(session, backend, message);
        },
        ready: (backend, ready) => {
          if (backend !== "gpu")
            this.#stats.solver(ready && { backend, threads, memoryBytes: ready.memoryBytes });
          else this.#stats.gpu(ready && { adapter: ready.adapter ?? "", memoryBytes: ready.memoryBytes });
          this.#tellStats();
        },
        fellBack: (error) => {
          this.emit("error", { error, retryInMs: null, pool: null });
        },
        failed: (error) => {
          void this.#end("failed");
          this.emit("error", { error, retryInMs: null, pool: null });
        },
      },
    );
    const session: Session = {
      solvers,
      feed,
      client,
      policies: new Policies(this.#policies, () => {
        this.#reconsider(session);
      }),
      solverReady: false,
      phase: "connecting",
      refuse: undefined,
    };
    this.#session = session;
    this.#follow(session);
    return session;
  }

  /** Listens to the session's pool. */
  #follow(session: Session): void {
    const { solvers, feed, client } = session;
    client.addEventListener("state", ({ detail: { state, previous } }) => {
      if (previous === "ready") this.#rest(solvers, feed.clear());
      if (state === "authorized") this.#enter(session, "waiting-for-job");
      else if (state === "waiting") this.#enter(session, "reconnecting");
      else if (state === "connecting") this.#enter(session, "connecting");
    });
    client.addEventListener("job", ({ detail: job }) => {
      this.emit("job", job);
      if (session.policies.allow) this.#assign(session, feed.job(job));
      else this.#keep(session, job);
    });
    client.addEventListener("target", ({ detail: job }) => {
      if (!session.policies.allow) {
        this.#keep(session, job);
        return;
      }
      const work = feed.retarget(job);
      if (work !== undefined) this.#assign(session, work);
    });
    client.addEventListener("late", ({ detail: { share, verdict } }) => {
      this.#shares.late(share, verdict);
    });
    client.addEventListener("notice", ({ detail }) => {
      this.emit("notice", detail);
    });
    client.addEventListener("error", ({ detail: { error, retryInMs, pool } }) => {
      const over = error.final && retryInMs === null;
      if (over && session.refuse !== undefined) {
        session.refuse(error);
        return;
      }
      if (over) void this.#end("failed");
      this.emit("error", { error, retryInMs, pool });
    });
  }

  /** What speaks against working has changed: takes the work away, or takes it up again with the newest job. */
  #reconsider(session: Session): void {
    if (session !== this.#session) return;
    const { policies, solvers, feed } = session;
    const { reasons, allow } = policies;
    const told = this.#pauseReasons;
    this.#pauseReasons = reasons;
    if (allow) {
      const feeding = feed.resume();
      if (feeding !== undefined) this.#assign(session, feeding);
    } else if (told.length === 0) this.#rest(solvers, feed.pause());
    this.#enter(session, session.phase);
    if (reasons.join() !== told.join()) this.emit("pause", { reasons });
  }

  /** Moves to where the pool has brought the session, as soon as the solver can work, unless it is to pause. */
  #enter(session: Session, phase: MinerState): void {
    session.phase = phase;
    if (!session.solverReady || session !== this.#session) return;
    const paused = !session.policies.allow;
    if (phase === "mining" && !paused) this.#stats.mining(Date.now());
    this.#move(paused ? "paused" : phase);
  }

  /** There is a job, and it waits until nothing speaks against working. */
  #keep(session: Session, job: Job): void {
    session.feed.keep(job);
    this.#enter(session, "mining");
  }

  #assign(session: Session, feed: Feed): void {
    if ("work" in feed) {
      session.solvers.work(feed.work);
      this.#enter(session, "mining");
      return;
    }
    this.#exhausted(session, feed.generation);
  }

  #exhausted(session: Session, generation: number): void {
    this.#rest(session.solvers, generation);
    this.#enter(session, "waiting-for-job");
    const error = new MinerError(
      "nonces-exhausted",
      "every nonce that the pool's extraNonce1 leaves was tried",
    );
    this.emit("error", { error, retryInMs: null, pool: null });
  }

  #rest(solvers: Solvers, generation: number): void {
    solvers.idle(generation);
    this.#stats.paused();
    this.#tellStats();
  }

  #finish(session: Session, backend: Backend, message: Extract<FromSolver, { type: "outcome" }>): void {
    const { feed, client } = session;
    const { generation, sequence, nonce, outcome, memoryBytes } = message;
    if (!feed.isCurrent(generation)) return;
    this.#stats.finished(outcome, backend === "gpu" ? null : memoryBytes, Date.now());
    const { ms, roundsMs, solutions } = outcome;
    this.emit("run", { backend, ms, roundsMs, solutions });
    const job = client.liveJob(sequence);
    const best = outcome.shares[0];
    if (job !== undefined && best !== undefined) {
      // The target may have changed while the run went on: the newest counts.
      const powHash = bytesFromHex(best.powHash);
      if (powHash !== undefined && isBelow(powHash, job.target)) {
        const extraNonce2 = nonce.slice(job.extraNonce1.length);
        void this.#shares.submit(client, { ...best, job, extraNonce2 });
      }
    }
    this.#tellStats();
    if (feed.isLast(nonce)) this.#exhausted(session, generation);
  }

  #tellStats(): void {
    this.emit("stats", this.stats);
  }

  #end(state: "stopped" | "failed"): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (state === "stopped") this.#move("stopping");
    session?.client.stop();
    session?.policies.end();
    this.#pauseReasons = [];
    this.#leaveSignals();
    const ending = (session?.solvers.end() ?? Promise.resolve()).then(() => {
      this.#stats.solver(null);
      this.#stats.gpu(null);
      this.#stats.paused();
      this.#starting = undefined;
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
