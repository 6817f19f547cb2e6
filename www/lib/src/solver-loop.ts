import { DutyCycle } from "./duty-cycle.js";
import { type MinerCore, Progress, type RunOutcome } from "./miner-core.js";
import { messageOf } from "./miner-error.js";
import type { Assignment, FromSolver } from "./worker-messages.js";
import type { Rest } from "./worker-pauses.js";

const HEARTBEAT_MS = 250;

// A solver that rests at a small share of the time still gives signs of life.
const LONGEST_REST_MS = 1_000;

/** What the loop needs of the worker it runs in. */
export interface LoopHost {
  send(message: FromSolver): void;
  /** Lets waiting messages be handled. */
  yieldToMessages(): Promise<void>;
  /** Leaves the processor to others for a time; messages are handled. */
  rest(ms: number): Rest;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
}

/** One nonce to try; without an assignment its outcome is of no use to anybody. */
interface Run {
  readonly headerHash: Uint8Array;
  readonly nonce: Uint8Array;
  readonly target: Uint8Array;
  readonly assignment?: Assignment;
}

// Any header does; a target of zero is met by nothing.
const WARM_UP: Run = {
  headerHash: new Uint8Array(32).fill(0xa1),
  nonce: new Uint8Array(32),
  target: new Uint8Array(32),
};

/**
 * Runs nonce after nonce of the newest assignment on one core, in slices between which messages are read and, where the
 * solver may have a share of the time only, rests are taken.
 */
export class SolverLoop {
  readonly #core: MinerCore;
  readonly #host: LoopHost;
  readonly #duty: DutyCycle;
  #assignment: Assignment | undefined;
  #next = 0;
  #generation = 0;
  #warmUp = false;
  #current: Run | undefined;
  #rest: Rest | undefined;
  #running = false;
  #working: Promise<void> | undefined;
  #lastBeat = 0;

  /** `share`: the part of the time that the solver may work, above 0 and at most 1. */
  constructor(core: MinerCore, host: LoopHost, share = 1) {
    this.#core = core;
    this.#host = host;
    this.#duty = new DutyCycle(share, host.now());
  }

  /**
   * Makes one run that nobody asked for, unless there is work: engines compile what runs often anew and faster, and so
   * the first run would be the slowest. Resolves when it ended; the first work, or an idle, ends it.
   */
  async warmUp(): Promise<void> {
    if (this.#running || this.#generation > 0) return;
    this.#warmUp = true;
    await (this.#working = this.#work());
  }

  /** Takes an assignment; resolves when the loop has nothing left to do, at once if it is already at work. */
  async take(assignment: Assignment): Promise<void> {
    if (assignment.generation < this.#generation) return;
    this.#generation = assignment.generation;
    this.#assignment = assignment;
    this.#next = 0;
    if (!this.#running) await (this.#working = this.#work());
    else if (assignment.drop || this.#current?.assignment === undefined) this.#drop();
  }

  /** Drops all work of earlier generations. */
  idle(generation: number): void {
    if (generation < this.#generation) return;
    this.#generation = generation;
    this.#assignment = undefined;
    if (this.#running) this.#drop();
  }

  /** Changes the part of the time that the solver may work, from now on. */
  throttle(share: number): void {
    this.#duty.change(share, this.#host.now());
    this.#rest?.cut();
  }

  /** Drops all work for good; resolves when the core rests. */
  async end(): Promise<void> {
    this.idle(Number.MAX_SAFE_INTEGER);
    await this.#working;
  }

  #drop(): void {
    this.#core.cancel();
    this.#current = undefined;
    this.#rest?.cut();
  }

  async #work(): Promise<void> {
    this.#running = true;
    this.#duty.begin(this.#host.now());
    try {
      for (let run = this.#nextRun(); run !== undefined; run = this.#nextRun()) await this.#run(run);
      this.#running = false;
    } catch (error) {
      // A core that has thrown may be in any state: it stays marked as running, so that nothing more is started on it.
      this.#host.send({ type: "failed", code: "solver-trapped", message: messageOf(error) });
    }
  }

  #nextRun(): Run | undefined {
    const warmUp = this.#warmUp;
    this.#warmUp = false;
    const assignment = this.#assignment;
    const nonce = assignment?.nonces[this.#next];
    if (assignment === undefined || nonce === undefined) return warmUp ? WARM_UP : undefined;
    this.#next++;
    if (this.#next === assignment.nonces.length)
      this.#host.send({ type: "low", generation: assignment.generation });
    const { headerHash, target } = assignment;
    return { headerHash, nonce, target, assignment };
  }

  async #run(run: Run): Promise<void> {
    this.#core.start(run.headerHash, run.nonce, run.target);
    this.#current = run;
    let progress: number;
    do {
      await this.#pause(run);
      const from = this.#host.now();
      progress = this.#core.advance(this.#duty.sliceMs);
      this.#duty.worked(from, this.#host.now());
      this.#beat();
    } while (progress === Progress.running);
    await this.#host.yieldToMessages();
    const { assignment, nonce } = run;
    if (progress !== Progress.done || assignment?.generation !== this.#generation) return;
    const { generation, sequence } = assignment;
    const outcome = JSON.parse(this.#core.outcome()) as RunOutcome;
    const memoryBytes = this.#core.memoryBytes();
    this.#host.send({ type: "outcome", generation, sequence, nonce, outcome, memoryBytes });
  }

  /** Between two slices: messages are handled, and rest is taken as long as any is owed and the run is still wanted. */
  async #pause(run: Run): Promise<void> {
    await this.#host.yieldToMessages();
    for (;;) {
      const owed = this.#duty.restMs(this.#host.now());
      if (owed === 0 || this.#current !== run) return;
      this.#rest = this.#host.rest(Math.min(owed, LONGEST_REST_MS));
      await this.#rest.over;
      this.#rest = undefined;
      this.#beat();
    }
  }

  #beat(): void {
    const now = this.#host.now();
    if (now - this.#lastBeat < HEARTBEAT_MS) return;
    this.#lastBeat = now;
    this.#host.send({ type: "alive" });
  }
}
