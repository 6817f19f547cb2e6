import { hexFromBytes } from "./hex.js";
import type { Share } from "./share.js";

// More than the jobs of one connection that are alive at a time, so that a reconnect keeps what still counts.
const REMEMBERED_HEADERS = 128;

/**
 * Guards against submitting the same nonce for the same block header twice, whatever the job is called and whichever
 * connection it came by: a pool that sends a job again after a reconnect remembers what it has of it.
 */
export class SubmittedShares {
  readonly #nonces = new Map<string, Set<string>>();

  /** Notes a share; false where its header and nonce were noted before. */
  claim({ job, extraNonce2 }: Share): boolean {
    const header = hexFromBytes(job.headerHash);
    const nonces = this.#nonces.get(header) ?? new Set();
    // Deleted and set again, so that the headers stand in the order of their last use.
    this.#nonces.delete(header);
    this.#nonces.set(header, nonces);
    for (const oldest of this.#nonces.keys()) {
      if (this.#nonces.size <= REMEMBERED_HEADERS) break;
      this.#nonces.delete(oldest);
    }
    const nonce = hexFromBytes(job.extraNonce1) + hexFromBytes(extraNonce2);
    if (nonces.has(nonce)) return false;
    nonces.add(nonce);
    return true;
  }
}
