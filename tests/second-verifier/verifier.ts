/**
 * A verifier written from the rule alone, over another BLAKE2b and without a line of the library: bit strings are
 * strings, leaves are big integers. It witnesses for the library's verifier, so it is plain and slow.
 */
import { blake2b } from "@noble/hashes/blake2.js";

/** A puzzle and a packed solution of it; `input` is all that is hashed before a digest's number. */
export interface Puzzle {
  readonly n: number;
  readonly k: number;
  readonly personalization: Uint8Array;
  readonly input: Uint8Array;
  readonly solution: Uint8Array;
}

/** What a block's seal claims: mine hash and nonce of 32 bytes, the packed solution, 2^256 divided by the difficulty. */
export interface Seal {
  readonly mineHash: Uint8Array;
  readonly nonce: Uint8Array;
  readonly solution: Uint8Array;
  readonly boundary: bigint;
}

export type Refusal =
  "solution-length" | "duplicate-index" | "index-order" | "digit-not-zero" | "target-missed";

/** `AION0PoW` and both parameters as 32-bit little-endian integers. */
const AION = new Uint8Array([...Buffer.from("AION0PoW"), 210, 0, 0, 0, 9, 0, 0, 0]);

/** Why a seal of the chain is not valid, or undefined. */
export function judgeSeal({ mineHash, nonce, solution, boundary }: Seal): Refusal | undefined {
  const input = concat(mineHash, nonce);
  return (
    judgePuzzle({ n: 210, k: 9, personalization: AION, input, solution }) ??
    (powHash({ mineHash, nonce, solution }) < boundary ? undefined : "target-missed")
  );
}

/** BLAKE2b-256 of mine hash, nonce and solution, as a big-endian integer. */
export function powHash({ mineHash, nonce, solution }: Omit<Seal, "boundary">): bigint {
  return integer(blake2b(concat(mineHash, nonce, solution), { dkLen: 32 }));
}

/** Why a solution is not valid, or undefined. */
export function judgePuzzle(puzzle: Puzzle): Refusal | undefined {
  const { n, k } = puzzle;
  const digit = n / (k + 1);
  const bits = bitString(puzzle.solution);
  if (bits.length !== 2 ** k * (digit + 1)) return "solution-length";
  const indices = pieces(bits, digit + 1).map((index) => Number.parseInt(index, 2));
  if (new Set(indices).size !== indices.length) return "duplicate-index";
  for (let level = 1; level <= k; level++) {
    for (const [left, right] of pairs(everyNth(indices, 2 ** (level - 1)))) {
      if (left >= right) return "index-order";
    }
  }
  let nodes: (() => bigint)[] = indices.map((index) => () => leaf(puzzle, index));
  for (let level = 1; level <= k; level++) {
    const zeros = level === k ? n : level * digit;
    const sums: bigint[] = [];
    for (const [left, right] of pairs(nodes)) {
      const sum = left() ^ right();
      if (sum >> BigInt(n - zeros) !== 0n) return "digit-not-zero";
      sums.push(sum);
    }
    nodes = sums.map((sum) => () => sum);
  }
  return undefined;
}

/** A leaf's n bits: its digest is that of the input and of the digest's number, 32 bits little-endian. */
function leaf({ n, personalization, input }: Puzzle, index: number): bigint {
  const size = Math.ceil(n / 8);
  const inDigest = Math.floor(64 / size);
  const number = new Uint8Array(4);
  new DataView(number.buffer).setUint32(0, Math.floor(index / inDigest), true);
  const digest = blake2b(concat(input, number), { dkLen: inDigest * size, personalization });
  const begin = (index % inDigest) * size;
  return integer(digest.subarray(begin, begin + size)) >> BigInt(size * 8 - n);
}

function bitString(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
}

function pieces(bits: string, width: number): string[] {
  return Array.from({ length: bits.length / width }, (_, i) => bits.slice(i * width, (i + 1) * width));
}

function everyNth<T>(items: readonly T[], n: number): T[] {
  return items.filter((_, i) => i % n === 0);
}

function* pairs<T>(items: readonly T[]): Generator<[T, T]> {
  const lefts = everyNth(items, 2);
  const rights = everyNth(items.slice(1), 2);
  for (const [i, left] of lefts.entries()) {
    const right = rights[i];
    if (right !== undefined) yield [left, right];
  }
}

function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
