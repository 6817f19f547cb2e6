import { DutyCycle } from "./duty-cycle.js";
import { ABANDONED, type GpuCore, type NonceOutcome } from "./gpu-core.js";
import { messageOf } from "./miner-error.js";
import type { Assignment, FromSolver } from "./worker-messages.js";
import type { Rest } from "./worker-pauses.js";

// One that the device works on, and one that waits for it: the device never waits for the page.
const IN_FLIGHT = 2;

// A solver that rests at a small share of the time still gives signs of life.
const LONGEST_REST_MS = 1_000;
const HEARTBEAT_MS = 1_000;

/** A batch takes no longer than this, in milliseconds, or the device is taken to hang; software adapters take long. */
export const LONGEST_BATCH_MS = 120_000;

/** What the loop needs of the worker it runs in. */
export interface GpuLoopHost {
  send(message: FromSolver): void;
  /** Leaves the device to others for a time; messages are handled. */
  rest(ms: number): Rest;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
}

interface Batch {
  readonly assignment: Assignment;
  readonly nonces: readonly Uint8Array[];
  readonly submitted: number;
  readonly outcomes: Promise<string>;
}

/**
 * Runs batch after batch of the newest assignment on a GPU. What is with the device cannot be called back: a new job waits
 * for it, some 150 ms on a device that is not very slow, and the rest of the batches in flight is given up.
 */
export class GpuLoop {
  readonly #core: GpuCore;
  readonly #host: GpuLoopHost;
  readonly #memoryBytes: number;
  readonly #duty: DutyCycle;
  #share: number;
  readonly #flying: Batch[] = [];
  #assignment: Assignment | undefined;
  #next = 0;
  #generation = 0;
  #rest: Rest | undefined;
  #working: Promise<void> | undefined;
  #failed = false;
  #lastEnd = 0;

  /** `share`: the part of the time that the device may work, above 0 and at most 1. */
  constructor(core: GpuCore, memoryBytes: number, host: GpuLoopHost, share = 1) {
    this.#core = core;
    this.#memoryBytes = memoryBytes;
    this.#host = host;
    this.#share = share;
    this.#duty = new DutyCycle(share, host.now());
  }

  /** Takes an assignment; resolves when the loop has nothing left to do. */
  async take(assignment: Assignment): Promise<void> {
    if (assignment.generation < this.#generation || this.#failed) return;
    this.#generation = assignment.generation;
    this.#assignment = assignment;
    this.#next = 0;
    if (assignment.drop) this.#core.abandon();
    if (this.#working === undefined) {
      this.#duty.begin(this.#host.now());
      this.#working = this.#work();
    } else if (this.#rest === undefined) {
      // The second place does not wait for the first batch to come back.
      try {
        this.#fill();
      } catch (error) {
        this.#fail(error);
      }
    } else if (assignment.drop) this.#rest.cut();
    await this.#working;
  }

  /** Takes away all work of earlier generations. */
  idle(generation: number): void {
    if (generation < this.#generation) return;
    this.#generation = generation;
    this.#assignment = undefined;
    this.#core.abandon();
    this.#rest?.cut();
  }

  /** Changes the part of the time that the device may work, from now on. */
  throttle(share: number): void {
    this.#share = share;
    this.#duty.change(share, this.#host.now());
    this.#rest?.cut();
  }

  /** Takes away all work for good; resolves when the device rests. */
  async end(): Promise<void> {
    this.idle(Number.MAX_SAFE_INTEGER);
    await this.#working;
  }

  async #work(): Promise<void> {
    try {
      for (;;) {
        await this.#pause();
        this.#fill();
        const batch = this.#flying[0];
        if (batch === undefined) break;
        const outcomes = await this.#watched(batch);
        // Until now it had its place, and nothing else could take it.
        this.#flying.shift();
        this.#report(batch, outcomes);
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#working = undefined;
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#assignment = undefined;
    this.#host.send({ type: "failed", code: "gpu-failed", message: messageOf(error) });
  }

  /** Submits as many batches as may be in flight. Where rests are taken it is one, so that the device rests too. */
  #fill(): void {
    const most = this.#share < 1 ? 1 : IN_FLIGHT;
    while (this.#flying.length < most) {
      const assignment = this.#assignment;
      const nonces = assignment?.nonces.slice(this.#next, this.#next + this.#core.batchNonces()) ?? [];
      if (assignment === undefined || nonces.length === 0) return;
      this.#next += nonces.length;
      const { headerHash, target, generation } = assignment;
      const outcomes = this.#core.submit(headerHash, joined(nonces), target);
      // Whoever comes to await it hears of a failure; until then it is not unheard.
      outcomes.catch(() => undefined);
      this.#flying.push({ assignment, nonces, submitted: this.#host.now(), outcomes });
      if (this.#next === assignment.nonces.length) {
        this.#assignment = undefined;
        this.#host.send({ type: "low", generation });
      }
    }
  }

  /**
   * The batch's outcomes, or undefined where it was given up, with a sign of life every now and then while they are waited
   * for, up to a limit.
   */
  async #watched({ outcomes, submitted }: Batch): Promise<NonceOutcome[] | undefined> {
    const beat = setInterval(() => {
      const waited = this.#host.now() - Math.max(submitted, this.#lastEnd);
      if (waited < LONGEST_BATCH_MS) this.#host.send({ type: "alive" });
    }, HEARTBEAT_MS);
    try {
      return JSON.parse(await outcomes) as NonceOutcome[];
    } catch (error) {
      if (error instanceof Error && error.name === ABANDONED) return undefined;
      throw error;
    } finally {
      clearInterval(beat);
    }
  }

  #report({ assignment, nonces, submitted }: Batch, outcomes: readonly NonceOutcome[] | undefined): void {
    const now = this.#host.now();
    // A batch that waited for the one before began when that ended.
    const began = Math.max(submitted, this.#lastEnd);
    this.#lastEnd = now;
    this.#duty.worked(began, now);
    if (outcomes === undefined || assignment.generation !== this.#generation) return;
    const { generation, sequence } = assignment;
    const ms = (now - began) / nonces.length;
    for (const [at, nonce] of nonces.entries()) {
      const found = outcomes[at];
      if (found === undefined)
        throw new Error(`a batch of ${nonces.length} nonces gave ${outcomes.length} outcomes`);
      const outcome = { ...found, ms, roundsMs: [] };
      const memoryBytes = this.#memoryBytes;
      this.#host.send({ type: "outcome", generation, sequence, nonce, outcome, memoryBytes });
    }
  }

  /** Rests as long as any rest is owed and there is work to come. */
  async #pause(): Promise<void> {
    for (;;) {
      const owed = this.#duty.restMs(this.#host.now());
      if (owed === 0 || this.#assignment === undefined) return;
      this.#rest = this.#host.rest(Math.min(owed, LONGEST_REST_MS));
      await this.#rest.over;
      this.#rest = undefined;
      this.#host.send({ type: "alive" });
    }
  }
}

function joined(nonces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(nonces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const nonce of nonces) {
    bytes.set(nonce, at);
    at += nonce.length;
  }
  return bytes;
}
