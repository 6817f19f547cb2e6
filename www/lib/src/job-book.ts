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

interface Entry {
  job: Job;
  readonly submitted: Set<string>;
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
  readonly #entries = new Map<number, Entry>();
  #announced: Hash256 | undefined;
  #announcedGoverns: boolean;
  #extraNonce1: Uint8Array;
  #current: Entry | undefined;

  constructor(dialect: Dialect, extraNonce1: Uint8Array) {
    this.#announcedGoverns = dialect === "mining-core";
    this.#extraNonce1 = extraNonce1;
  }

  /** The job sent last, if there is one. */
  get current(): Job | undefined {
    return this.#current?.job;
  }

  /** Enters a job; a clean one ends all others. `target` is the one in the notify. */
  enter(work: Pick<Job, "sequence" | "id" | "headerHash" | "target" | "clean">): Job {
    if (work.clean) this.#entries.clear();
    const target = this.#announcedGoverns ? (this.#announced ?? work.target) : work.target;
    const job = { ...work, target, extraNonce1: this.#extraNonce1 };
    this.#current = { job, submitted: new Set() };
    this.#entries.set(job.sequence, this.#current);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= MAX_LIVE_JOBS) break;
      this.#entries.delete(oldest);
    }
    return job;
  }

  /** Takes a target for the current job and later ones; returns the current job as it now is. */
  retarget(target: Hash256, explicit: boolean): Job | undefined {
    this.#announced = target;
    if (explicit) this.#announcedGoverns = true;
    if (this.#current === undefined) return undefined;
    this.#current.job = { ...this.#current.job, target };
    return this.#current.job;
  }

  /** Takes a new extraNonce1 for the jobs that are still to come; jobs already sent keep theirs. */
  setExtraNonce1(extraNonce1: Uint8Array): void {
    this.#extraNonce1 = extraNonce1;
  }

  /** The job of that sequence as it now is, or undefined when no share for it would count. */
  live(sequence: number): Job | undefined {
    return this.#entries.get(sequence)?.job;
  }

  /** Notes a submitted nonce; false when that job and nonce were submitted before. */
  claim(sequence: number, extraNonce2Hex: string): boolean {
    const submitted = this.#entries.get(sequence)?.submitted;
    if (submitted === undefined || submitted.has(extraNonce2Hex)) return false;
    submitted.add(extraNonce2Hex);
    return true;
  }
}
