import { type Bytes, exactBytes } from "./bytes.js";
import { VerifyError } from "./result.js";

/** A difficulty: a string is decimal, or hex with `0x`. */
export type Difficulty = bigint | number | string;

const WIDTH = 32;

/**
 * The lower of the boundaries that are given, 32 bytes, big-endian; undefined where every hash is below, or none is given.
 * The boundary of a difficulty is 2^256 divided by it, rounded down.
 */
export function boundary(difficulty?: Difficulty, target?: Bytes): Uint8Array | undefined {
  const given = target === undefined ? undefined : exactBytes("target", target, WIDTH);
  const derived = difficulty === undefined ? undefined : quotient(difficulty);
  if (given === undefined || derived === undefined) return given ?? derived;
  return isBelow(given, derived) ? given : derived;
}

function quotient(difficulty: Difficulty): Uint8Array | undefined {
  const divisor = toInteger(difficulty);
  if (divisor < 1n || divisor >> 128n !== 0n) {
    throw new VerifyError("bad-argument", `the difficulty is ${divisor}, and must be from 1 to 2^128 - 1`);
  }
  if (divisor === 1n) return undefined;
  let rest = (1n << 256n) / divisor;
  const bytes = new Uint8Array(WIDTH);
  for (let i = WIDTH - 1; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

function toInteger(difficulty: Difficulty): bigint {
  try {
    return BigInt(difficulty);
  } catch (cause) {
    throw new VerifyError("bad-argument", `the difficulty is ${difficulty}, and must be an integer`, {
      cause,
    });
  }
}

function isBelow(left: Uint8Array, right: Uint8Array): boolean {
  const at = left.findIndex((byte, i) => byte !== right[i]);
  return at >= 0 && (left[at] ?? 0) < (right[at] ?? 0);
}
