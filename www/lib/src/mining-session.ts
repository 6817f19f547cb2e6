import { capabilities } from "./environment.js";
import { bytesFromHex } from "./hex.js";
import type { Job } from "./job-book.js";
import { MinerError } from "./miner-error.js";
import type { MinerEvents, MinerState } from "./miner-events.js";
import type { MinerOptions } from "./miner-options.js";
import type { StatsCounter } from "./miner-stats.js";
import type { NoncePlan } from "./nonce-plan.js";
import { isOnThisMachine } from "./policies/offline.js";
import { Policies } from "./policies/policies.js";
import type { PauseReason } from "./policies/policy.js";
import { policiesFrom } from "./policies/policy-options.js";
import type { ShareLedger } from "./share-ledger.js";
import { Solvers } from "./solvers.js";
import { StratumClient } from "./stratum-client.js";
import type { StratumError } from "./stratum-error.js";
import { poolAddresses } from "./stratum-options.js";
import { isBelow } from "./target.js";
import { type Feed, GPU_NONCES, WorkFeed } from "./work-feed.js";
import type { Backend, CpuBackend, FromSolver } from "./worker-messages.js";

/** What a session is made of. */
export interface SessionParts {
  readonly options: MinerOptions;
  /** How the CPU's solver runs here, and on how many threads. */
  readonly cpu: CpuBackend;
  readonly threads: number;
  /** The part of the time that the solver works, at the start. */
  readonly throttle: number;
  /** These go on over the sessions of a miner. */
  readonly plan: NoncePlan;
  readonly stats: StatsCounter;
  readonly shares: ShareLedger;
}

/** What a session tells the miner it belongs to; after its end it tells nothing more. */
export interface SessionListener {
  moved(state: MinerState): void;
  /** Something that the miner's own listeners are to hear. */
  tell<Name extends keyof MinerEvents>(name: Name, detail: MinerEvents[Name]): void;
  /** The session cannot go on; `pool` is the address that the error is about, if it is about one. */
  failed(error: MinerError | StratumError, pool: string | null): void;
}

/** After a pause of so many milliseconds the workers are ended, and so their memory is given back. */
export const LONG_PAUSE_MS = 600_000;

/** One start of a miner: its solvers, its connection, what there is to do for them, and what speaks against doing it. */
export class MiningSession {
  readonly #parts: SessionParts;
  readonly #listener: SessionListener;
  readonly #feed: WorkFeed;
  readonly #client: StratumClient;
  #solvers: Solvers;
  readonly #policies: Policies;
  #throttle: number;
  #pauseTimer: ReturnType<typeof setTimeout> | undefined;
  /** The end of the solvers that a long pause ended, until there are others. */
  #parked: Promise<void> | undefined;
  /** What speaks against working, as it was told last. */
  #reasons: readonly PauseReason[] = [];
  /** True from when the solver can work. */
  #solverReady = false;
  /** Where the miner is, or will be once the solver can work and nothing speaks against it. */
  #phase: MinerState = "connecting";
  /** Rejects the start; undefined before it began and once it was complete. */
  #refuse: ((error: StratumError) => void) | undefined;
  #over = false;

  /** Begins to load the solver, and connects nowhere yet. */
  constructor(parts: SessionParts, listener: SessionListener) {
    this.#parts = parts;
    this.#listener = listener;
    this.#throttle = parts.throttle;
    const { options, plan } = parts;
    this.#feed = (options.backend ?? "cpu") === "cpu" ? new WorkFeed(plan) : new WorkFeed(plan, GPU_NONCES);
    this.#client = new StratumClient(options);
    this.#solvers = this.#openSolvers();
    this.#policies = new Policies(policiesFrom(options.policies), {
      needsNetwork: !poolAddresses(options).some(isOnThisMachine),
      ownShare: () => (this.#stats.at(Date.now()).threads * this.#throttle) / capabilities().processors,
      changed: () => {
        this.#reconsider();
      },
      woke: (sleptMs) => {
        this.#wake(sleptMs);
      },
    });
    this.#follow();
  }

  /** The address of the pool in use, or of the next try. */
  get pool(): string {
    return this.#client.pool;
  }

  /** What speaks against working now. */
  get reasons(): readonly PauseReason[] {
    return this.#reasons;
  }

  /** Changes the part of the time that the solver works. */
  throttle(throttle: number): void {
    this.#throttle = throttle;
    this.#solvers.throttle(throttle);
  }

  /**
   * Begins to connect; resolves when the solver is there and the policies know where things stand. Rejects where the
   * solver does not come up, or the pools refuse before it has.
   */
  async start(): Promise<void> {
    const refused = new Promise<never>((_, reject) => (this.#refuse = reject));
    const settled = this.#policies.start();
    this.#client.start();
    await Promise.race([Promise.all([this.#solvers.ready, settled]), refused]);
    this.#refuse = undefined;
    this.#solverReady = true;
    this.#enter(this.#phase);
  }

  /** Ends everything; resolves when no worker is left. */
  async end(): Promise<void> {
    this.#over = true;
    clearTimeout(this.#pauseTimer);
    this.#client.stop();
    await Promise.all([this.#solvers.end(), this.#parked]);
    // Last, so that no other tab is told to work while this one still does.
    this.#policies.end();
  }

  get #stats(): StatsCounter {
    return this.#parts.stats;
  }

  #openSolvers(): Solvers {
    const { cpu, threads, options } = this.#parts;
    const throttle = this.#throttle;
    const { backend: wanted = "cpu", workerUrl, gpuWorkerUrl, wasmBase } = options;
    return new Solvers(
      { wanted, cpu, threads, throttle, workerUrl, gpuWorkerUrl, wasmBase },
      {
        more: (generation) => this.#feed.more(generation),
        outcome: (backend, message) => {
          this.#finish(backend, message);
        },
        ready: (backend, ready) => {
          if (backend !== "gpu")
            this.#stats.solver(ready && { backend, threads, memoryBytes: ready.memoryBytes });
          else this.#stats.gpu(ready && { adapter: ready.adapter ?? "", memoryBytes: ready.memoryBytes });
          this.#tellStats();
        },
        fellBack: (error) => {
          this.#listener.tell("error", { error, retryInMs: null, pool: null });
        },
        restarted: ({ message }) => {
          const words = `${message}: another one takes its place`;
          this.#listener.tell("notice", { code: "solver-restarted", message: words });
        },
        failed: (error) => {
          this.#listener.failed(error, null);
        },
      },
    );
  }

  /** Listens to the pool. */
  #follow(): void {
    const feed = this.#feed;
    const client = this.#client;
    client.addEventListener("state", ({ detail: { state, previous } }) => {
      if (previous === "ready") this.#rest(feed.clear());
      if (state === "authorized") this.#enter("waiting-for-job");
      else if (state === "waiting") this.#enter("reconnecting");
      else if (state === "connecting") this.#enter("connecting");
    });
    client.addEventListener("job", ({ detail: job }) => {
      this.#listener.tell("job", job);
      if (this.#policies.allow) this.#assign(feed.job(job));
      else this.#keep(job);
    });
    client.addEventListener("target", ({ detail: job }) => {
      if (!this.#policies.allow) {
        this.#keep(job);
        return;
      }
      const work = feed.retarget(job);
      if (work !== undefined) this.#assign(work);
    });
    client.addEventListener("late", ({ detail: { share, verdict } }) => {
      this.#parts.shares.late(share, verdict);
    });
    client.addEventListener("notice", ({ detail }) => {
      this.#listener.tell("notice", detail);
    });
    client.addEventListener("error", ({ detail: { error, retryInMs, pool } }) => {
      if (!error.final || retryInMs !== null) this.#listener.tell("error", { error, retryInMs, pool });
      else if (this.#refuse !== undefined) this.#refuse(error);
      else this.#listener.failed(error, pool);
    });
  }

  /** What speaks against working has changed: takes the work away, or takes it up again with the newest job. */
  #reconsider(): void {
    if (this.#over) return;
    const { reasons, allow } = this.#policies;
    const told = this.#reasons;
    this.#reasons = reasons;
    if (reasons.includes("offline")) this.#client.suspend();
    else this.#client.resume();
    if (allow) {
      this.#unpark();
      const feeding = this.#feed.resume();
      if (feeding !== undefined) this.#assign(feeding);
    } else if (told.length === 0) {
      this.#rest(this.#feed.pause());
      this.#pauseTimer = setTimeout(() => {
        this.#park();
      }, LONG_PAUSE_MS);
    }
    this.#enter(this.#phase);
    if (reasons.join() !== told.join()) this.#listener.tell("pause", { reasons });
  }

  /** Ends the solvers and keeps the rest of the session. */
  #park(): void {
    this.#parked = this.#solvers.end();
    this.#stats.solver(null);
    this.#stats.gpu(null);
    this.#tellStats();
  }

  /** The pause is over: there are solvers, or there will be. */
  #unpark(): void {
    clearTimeout(this.#pauseTimer);
    if (this.#parked === undefined) return;
    this.#parked = undefined;
    this.#solvers = this.#openSolvers();
    this.#solvers.ready.catch((error: unknown) => {
      if (!this.#over && error instanceof MinerError) this.#listener.failed(error, null);
    });
  }

  /** What the connection is after a sleep nobody knows, and what was worked on is too old. */
  #wake(sleptMs: number): void {
    if (this.#over) return;
    const message = `the machine slept for about ${(sleptMs / 1000).toFixed(0)} s: the connection is made anew`;
    this.#listener.tell("notice", { code: "woke", message });
    this.#client.reconnect();
  }

  /** Moves to where the pool has brought the session, as soon as the solver can work, unless it is to pause. */
  #enter(phase: MinerState): void {
    this.#phase = phase;
    if (!this.#solverReady || this.#over) return;
    const paused = !this.#policies.allow;
    if (phase === "mining" && !paused) this.#stats.mining(Date.now());
    this.#listener.moved(paused ? "paused" : phase);
  }

  /** There is a job, and it waits until nothing speaks against working. */
  #keep(job: Job): void {
    this.#feed.keep(job);
    this.#enter("mining");
  }

  #assign(feed: Feed): void {
    if ("work" in feed) {
      this.#solvers.work(feed.work);
      this.#enter("mining");
      return;
    }
    this.#exhausted(feed.generation);
  }

  #exhausted(generation: number): void {
    this.#rest(generation);
    this.#enter("waiting-for-job");
    const error = new MinerError(
      "nonces-exhausted",
      "every nonce that the pool's extraNonce1 leaves was tried",
    );
    this.#listener.tell("error", { error, retryInMs: null, pool: null });
  }

  #rest(generation: number): void {
    this.#solvers.idle(generation);
    this.#stats.paused();
    this.#tellStats();
  }

  #finish(backend: Backend, message: Extract<FromSolver, { type: "outcome" }>): void {
    const { generation, sequence, nonce, outcome, memoryBytes } = message;
    if (!this.#feed.isCurrent(generation)) return;
    this.#stats.finished(outcome, backend === "gpu" ? null : memoryBytes, Date.now());
    const { ms, roundsMs, solutions } = outcome;
    this.#listener.tell("run", { backend, ms, roundsMs, solutions });
    const job = this.#client.liveJob(sequence);
    const best = outcome.shares[0];
    if (job !== undefined && best !== undefined) {
      // The target may have changed while the run went on: the newest counts.
      const powHash = bytesFromHex(best.powHash);
      if (powHash !== undefined && isBelow(powHash, job.target)) {
        const extraNonce2 = nonce.slice(job.extraNonce1.length);
        void this.#parts.shares.submit(this.#client, { ...best, job, extraNonce2 });
      }
    }
    this.#tellStats();
    if (this.#feed.isLast(nonce)) this.#exhausted(generation);
  }

  #tellStats(): void {
    this.#listener.tell("stats", this.#stats.at(Date.now()));
  }
}
