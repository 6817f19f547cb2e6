import { hexFromBytes } from "./hex.js";
import type { Dialect } from "./subscription.js";
import type { Hash256 } from "./target.js";

/** Work from a pool. A change of its target gives a new object with the same `sequence`. */
export interface Job {
  /** Counts the jobs of a client from 1; unlike `id` it never comes twice. */
  readonly sequence: number;
  /** The pool's name for it, hex. */
  readonly id: string;
  /** The 32-byte mine hash. */
  readonly headerHash: Uint8Array;
  /** A share's powhash must be strictly below this. */
  readonly target: Hash256;
  /** True: drop the work that runs. False: what runs may finish. */
  readonly clean: boolean;
  /** The first bytes of every nonce for this job. */
  readonly extraNonce1: Uint8Array;
}

// A pool that never says clean must not make the page's memory grow.
const MAX_LIVE_JOBS = 32;

/**
 * The jobs of one connection that shares may still be submitted for, and the rule for their targets.
 *
 * In the MiningCore dialect the target in a notify is the network's; the share target is what `set_target` or
 * `set_difficulty` said last, and until one came, the network target is the only safe choice. In the solo dialect the
 * notify's own target counts, unless the server has shown itself to use `set_target`. In both, a target that arrives
 * applies to the job just sent and to later ones.
 */
export class JobBook {
  readonly #jobs = new Map<number, Job>();
  #announced: Hash256 | undefined;
  #announcedGoverns: boolean;
  #extraNonce1: Uint8Array;
  #current: Job | undefined;

  constructor(dialect: Dialect, extraNonce1: Uint8Array) {
    this.#announcedGoverns = dialect === "mining-core";
    this.#extraNonce1 = extraNonce1;
  }

  /** The job sent last, if there is one. */
  get current(): Job | undefined {
    return this.#current;
  }

  /**
   * Enters a job, numbered by `sequence` where it is a new one; a clean job ends all others. `target` is the one in the
   * notify. A pool that sends the current job again, letter for letter, changes nothing and gets the same object.
   */
  enter(work: Omit<Job, "sequence" | "extraNonce1">, sequence: () => number): Job {
    const target = this.#announcedGoverns ? (this.#announced ?? work.target) : work.target;
    const job = { ...work, target, extraNonce1: this.#extraNonce1 };
    const current = this.#current;
    if (work.clean) this.#jobs.clear();
    if (current !== undefined && isSameWork(current, job)) {
      this.#jobs.set(current.sequence, current);
      return current;
    }
    const entered = { ...job, sequence: sequence() };
    this.#current = entered;
    this.#jobs.set(entered.sequence, entered);
    for (const oldest of this.#jobs.keys()) {
      if (this.#jobs.size <= MAX_LIVE_JOBS) break;
      this.#jobs.delete(oldest);
    }
    return entered;
  }

  /** Takes a target for the current job and later ones; returns the current job as it now is. */
  retarget(target: Hash256, explicit: boolean): Job | undefined {
    this.#announced = target;
    if (explicit) this.#announcedGoverns = true;
    if (this.#current === undefined) return undefined;
    this.#current = { ...this.#current, target };
    this.#jobs.set(this.#current.sequence, this.#current);
    return this.#current;
  }

  /** Takes a new extraNonce1 for the jobs that are still to come; jobs already sent keep theirs. */
  setExtraNonce1(extraNonce1: Uint8Array): void {
    this.#extraNonce1 = extraNonce1;
  }

  /** The job of that sequence as it now is, or undefined when no share for it would count. */
  live(sequence: number): Job | undefined {
    return this.#jobs.get(sequence);
  }
}

function isSameWork(a: Omit<Job, "sequence">, b: Omit<Job, "sequence">): boolean {
  return (
    a.id === b.id &&
    hexFromBytes(a.headerHash) === hexFromBytes(b.headerHash) &&
    hexFromBytes(a.target) === hexFromBytes(b.target) &&
    hexFromBytes(a.extraNonce1) === hexFromBytes(b.extraNonce1)
  );
}
