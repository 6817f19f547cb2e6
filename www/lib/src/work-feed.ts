import { hexFromBytes } from "./hex.js";
import type { Job } from "./job-book.js";
import type { NoncePlan } from "./nonce-plan.js";
import { isBelow } from "./target.js";
import type { Assignment } from "./worker-messages.js";

// Few, so that a dropped job wastes little of a small nonce space; enough that the worker never waits for the page.
const NONCES = 4;

/** Nonces of an assignment where a GPU works, whose batches have up to so many. */
export const GPU_NONCES = 64;

/** What to do with a solver: give it work, or take all work away because there are no nonces left. */
export type Feed = { readonly work: Assignment } | { readonly exhausted: true; readonly generation: number };

/** Turns jobs into assignments, and knows which answers are stale. */
export class WorkFeed {
  readonly #plan: NoncePlan;
  readonly #nonces: number;
  #job: Job | undefined;
  #generation = 0;
  #lastNonce = "";

  /** `nonces`: how many an assignment has at the most. */
  constructor(plan: NoncePlan, nonces = NONCES) {
    this.#plan = plan;
    this.#nonces = nonces;
  }

  /** The work for a new job: a clean one drops what runs, any other lets it finish. */
  job(job: Job): Feed {
    const drop = job.clean || this.#job === undefined;
    this.#job = job;
    return this.#assign(drop);
  }

  /**
   * The current job has a new target. A run keeps the target it began with and reports nothing above it, so an easier
   * target needs a new run; after a harder one the shares in between are held back when they are submitted.
   */
  retarget(job: Job): Feed | undefined {
    const eased = this.#job !== undefined && isBelow(this.#job.target, job.target);
    this.#job = job;
    return eased ? this.#assign(true) : undefined;
  }

  /** The same job with as many nonces anew, or undefined where there is no job; what ran is dropped. */
  resume(): Feed | undefined {
    return this.#job === undefined ? undefined : this.#assign(true);
  }

  /** Remembers the newest job and gives no work for it until {@link resume}. */
  keep(job: Job): void {
    this.#job = job;
  }

  /** More of the same, or undefined where the request is stale or there is nothing more. */
  more(generation: number): Assignment | undefined {
    if (generation !== this.#generation) return undefined;
    const feed = this.#assign(false);
    return "work" in feed ? feed.work : undefined;
  }

  /** Takes all work away, and the job with it; returns the generation before which every answer is stale. */
  clear(): number {
    this.#job = undefined;
    return this.pause();
  }

  /** Takes all work away and remembers the job; returns the same as {@link clear}. */
  pause(): number {
    return ++this.#generation;
  }

  /** True for the answers of work that was not dropped since. */
  isCurrent(generation: number): boolean {
    return generation === this.#generation;
  }

  /** True where that nonce was the last one given: the solver has nothing more to do. */
  isLast(nonce: Uint8Array): boolean {
    return hexFromBytes(nonce) === this.#lastNonce;
  }

  #assign(drop: boolean): Feed {
    const job = this.#job;
    if (drop) this.#generation++;
    const generation = this.#generation;
    const nonces = job === undefined ? [] : this.#plan.take(job.extraNonce1, this.#nonces);
    const last = nonces.at(-1);
    if (job === undefined || last === undefined) return { exhausted: true, generation };
    this.#lastNonce = hexFromBytes(last);
    const { sequence, headerHash, target } = job;
    return { work: { generation, sequence, headerHash, target, nonces, drop } };
  }
}
