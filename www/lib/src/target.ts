import { bytesFromHex, hexFromBytes } from "./hex.js";

/** A share target or a powhash: 32 bytes, a big-endian integer. */
export type Hash256 = Uint8Array;

const TWO_256 = 1n << 256n;

/** A decimal number of JSON: sign-less digits, an optional fraction, an optional exponent. */
const DECIMAL = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

// An exponent beyond this gives a target of 0 or of 2^256 whatever the digits are; building 10^exponent must stay cheap.
const MAX_EXPONENT = 400;

/** The target in 64 hex digits, or undefined where `text` is not that. */
export function targetFromHex(text: string): Hash256 | undefined {
  return text.length === 64 ? bytesFromHex(text) : undefined;
}

/**
 * The target of a difficulty written in decimal: floor(2^256 / difficulty), computed exactly from the digits.
 * Difficulty 1 and below would be 2^256 or more, which 32 bytes cannot hold: the largest 32-byte target stands for it.
 * Undefined where the text is no positive number, or where the target would be 0, which nothing can meet.
 */
export function targetFromDifficulty(text: string): Hash256 | undefined {
  const match = DECIMAL.exec(text);
  if (match === null || text.length > 100) return undefined;
  const [, whole = "", fraction = "", exponentText = "0"] = match;
  const exponent = Number(exponentText) - fraction.length;
  if (Math.abs(exponent) > MAX_EXPONENT) return undefined;
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return undefined;
  // difficulty = digits · 10^exponent
  const power = 10n ** BigInt(Math.abs(exponent));
  const target = exponent >= 0 ? TWO_256 / (digits * power) : (TWO_256 * power) / digits;
  if (target === 0n) return undefined;
  const fitting = target >= TWO_256 ? TWO_256 - 1n : target;
  return bytesFromHex(fitting.toString(16).padStart(64, "0"));
}

/** True where `powHash` is strictly below `target`: the chain's rule for a share as for a block. */
export function isBelow(powHash: Hash256, target: Hash256): boolean {
  return integerFrom(powHash) < integerFrom(target);
}

function integerFrom(bytes: Uint8Array): bigint {
  return BigInt(`0x${hexFromBytes(bytes)}`);
}
