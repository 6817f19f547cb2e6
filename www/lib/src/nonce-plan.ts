import { hexFromBytes } from "./hex.js";
import { UsedNonces } from "./used-nonces.js";

const NONCE_BYTES = 32;

/**
 * Which nonces to try. A nonce is the pool's extraNonce1 followed by extraNonce2; extraNonce2 begins at a random point,
 * so that two pages on one connection or one page twice do not repeat each other's work, and counts up from there,
 * around the end. Within a session no nonce comes twice: not across jobs, workers and connections, not when an
 * extraNonce1 comes again, and not when one begins with another.
 */
export class NoncePlan {
  readonly #used: UsedNonces;
  readonly #randomBytes: (count: number) => Uint8Array;

  /** `randomBytes` is the browser's cryptographic source by default. */
  constructor(
    randomBytes: (count: number) => Uint8Array = cryptographicBytes,
    used: UsedNonces = new UsedNonces(),
  ) {
    this.#randomBytes = randomBytes;
    this.#used = used;
  }

  /** The next nonces, at most `count`; fewer, or none, when extraNonce1 of 0 to 31 bytes leaves no more. */
  take(extraNonce1: Uint8Array, count: number): Uint8Array[] {
    const width = NONCE_BYTES - extraNonce1.length;
    const size = 1n << BigInt(8 * width);
    const start = integerFrom(extraNonce1) * size;
    const end = start + size;
    const nonces: Uint8Array[] = [];
    // Where the space was used before, right behind; a random point would only leave more pieces to remember.
    let next = this.#used.firstEnd(start, end) ?? start + integerFrom(this.#randomBytes(width));
    while (nonces.length < count) {
      const nonce = this.#used.firstFree(next, end) ?? this.#used.firstFree(start, end);
      if (nonce === undefined) break;
      this.#used.add(nonce);
      nonces.push(bytesFrom(nonce));
      next = nonce + 1n;
    }
    return nonces;
  }
}

function integerFrom(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${hexFromBytes(bytes)}`);
}

function bytesFrom(nonce: bigint): Uint8Array {
  const bytes = new Uint8Array(NONCE_BYTES);
  let rest = nonce;
  for (let i = NONCE_BYTES - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

function cryptographicBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}
