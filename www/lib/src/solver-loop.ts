import { type MinerCore, Progress, type RunOutcome } from "./miner-core.js";
import { messageOf } from "./miner-error.js";
import type { Assignment, FromSolver } from "./worker-messages.js";

/** The longest the solver works before it looks for messages, in milliseconds: a cancel acts within 50. */
export const SLICE_MS = 40;

const HEARTBEAT_MS = 250;

/** What the loop needs of the worker it runs in. */
export interface LoopHost {
  send(message: FromSolver): void;
  /** Lets waiting messages be handled. */
  yieldToMessages(): Promise<void>;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
}

/** Runs nonce after nonce of the newest assignment on one core, in slices between which messages are read. */
export class SolverLoop {
  readonly #core: MinerCore;
  readonly #host: LoopHost;
  #assignment: Assignment | undefined;
  #next = 0;
  #generation = 0;
  #running = false;
  #working: Promise<void> | undefined;
  #lastBeat = 0;

  constructor(core: MinerCore, host: LoopHost) {
    this.#core = core;
    this.#host = host;
  }

  /** Takes an assignment; resolves when the loop has nothing left to do, at once if it is already at work. */
  async take(assignment: Assignment): Promise<void> {
    if (assignment.generation < this.#generation) return;
    this.#generation = assignment.generation;
    this.#assignment = assignment;
    this.#next = 0;
    if (!this.#running) await (this.#working = this.#work());
    else if (assignment.drop) this.#core.cancel();
  }

  /** Drops all work of earlier generations. */
  idle(generation: number): void {
    if (generation < this.#generation) return;
    this.#generation = generation;
    this.#assignment = undefined;
    if (this.#running) this.#core.cancel();
  }

  /** Drops all work for good; resolves when the core rests. */
  async end(): Promise<void> {
    this.idle(Number.MAX_SAFE_INTEGER);
    await this.#working;
  }

  async #work(): Promise<void> {
    this.#running = true;
    try {
      for (let run = this.#nextRun(); run !== undefined; run = this.#nextRun()) {
        await this.#run(run.assignment, run.nonce);
      }
      this.#running = false;
    } catch (error) {
      // A core that has thrown may be in any state: it stays marked as running, so that nothing more is started on it.
      this.#host.send({ type: "failed", code: "solver-trapped", message: messageOf(error) });
    }
  }

  #nextRun(): { assignment: Assignment; nonce: Uint8Array } | undefined {
    const assignment = this.#assignment;
    const nonce = assignment?.nonces[this.#next];
    if (assignment === undefined || nonce === undefined) return undefined;
    this.#next++;
    if (this.#next === assignment.nonces.length)
      this.#host.send({ type: "low", generation: assignment.generation });
    return { assignment, nonce };
  }

  async #run({ generation, sequence, headerHash, target }: Assignment, nonce: Uint8Array): Promise<void> {
    this.#core.start(headerHash, nonce, target);
    let progress: number;
    do {
      progress = this.#core.advance(SLICE_MS);
      this.#beat();
      await this.#host.yieldToMessages();
    } while (progress === Progress.running);
    if (progress !== Progress.done || generation !== this.#generation) return;
    const outcome = JSON.parse(this.#core.outcome()) as RunOutcome;
    const memoryBytes = this.#core.memoryBytes();
    this.#host.send({ type: "outcome", generation, sequence, nonce, outcome, memoryBytes });
  }

  #beat(): void {
    const now = this.#host.now();
    if (now - this.#lastBeat < HEARTBEAT_MS) return;
    this.#lastBeat = now;
    this.#host.send({ type: "alive" });
  }
}
