import { hexFromBytes } from "./hex.js";

const NONCE_BYTES = 32;

// A pool that hands out ever new extraNonce1 must not make the page's memory grow.
const MAX_REMEMBERED = 4096;

interface Progress {
  next: bigint;
  left: bigint;
}

/**
 * Which nonces to try. A nonce is the pool's extraNonce1 followed by extraNonce2; extraNonce2 begins at a random point,
 * so that two pages on one connection or one page twice do not repeat each other's work, and counts up from there,
 * around the end. Within a session no nonce comes twice, across jobs and connections too.
 */
export class NoncePlan {
  readonly #progress = new Map<string, Progress>();
  readonly #randomBytes: (count: number) => Uint8Array;

  /** `randomBytes` is the browser's cryptographic source by default. */
  constructor(randomBytes: (count: number) => Uint8Array = cryptographicBytes) {
    this.#randomBytes = randomBytes;
  }

  /** The next nonces, at most `count`; fewer, or none, when extraNonce1 of 0 to 31 bytes leaves no more. */
  take(extraNonce1: Uint8Array, count: number): Uint8Array[] {
    const width = NONCE_BYTES - extraNonce1.length;
    const space = 1n << BigInt(8 * width);
    const progress = this.#progressFor(extraNonce1, width, space);
    const nonces: Uint8Array[] = [];
    while (nonces.length < count && progress.left > 0n) {
      nonces.push(nonceOf(extraNonce1, progress.next));
      progress.next = (progress.next + 1n) % space;
      progress.left--;
    }
    return nonces;
  }

  #progressFor(extraNonce1: Uint8Array, width: number, space: bigint): Progress {
    const key = hexFromBytes(extraNonce1);
    const known = this.#progress.get(key);
    if (known !== undefined) return known;
    const progress = { next: BigInt(`0x${hexFromBytes(this.#randomBytes(width))}`), left: space };
    this.#progress.set(key, progress);
    for (const oldest of this.#progress.keys()) {
      if (this.#progress.size <= MAX_REMEMBERED) break;
      this.#progress.delete(oldest);
    }
    return progress;
  }
}

function nonceOf(extraNonce1: Uint8Array, extraNonce2: bigint): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  nonce.set(extraNonce1);
  let rest = extraNonce2;
  for (let i = NONCE_BYTES - 1; i >= extraNonce1.length; i--) {
    nonce[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return nonce;
}

function cryptographicBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}
