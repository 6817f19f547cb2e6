import { verifyEquihash as equihashInWasm } from "../wasm/verify/aion_pow.js";
import { type Bytes, exactBytes, toBytes } from "./bytes.js";
import { type Reason, VerifyError } from "./result.js";
import type { SolutionResult } from "./solution.js";
import { needLoaded, verifyError } from "./verifier.js";

/** A solution of any plain Equihash(n, k). Strings are hex, with or without `0x`. */
export interface EquihashClaim {
  /** The bits of a leaf: k + 1 digits of at most 25 bits, 512 at most. */
  readonly n: number;
  /** The levels of the solution's tree, 3 to 15; a solution has 2^k indices. */
  readonly k: number;
  /** The 16 bytes of the leaves' BLAKE2b: `ZcashPoW` ‖ LE32(n) ‖ LE32(k), for instance. */
  readonly personalization: Bytes;
  /** All that is hashed before an index: header and nonce, one after the other. */
  readonly input: Bytes;
  /** 2^k indices of n / (k + 1) + 1 bits, most significant bit first. */
  readonly solution: Bytes;
}

/**
 * Verifies a solution of a plain Equihash: no leaves that a coin has changed. A bad solution gives a result; parameters
 * that make no puzzle, and arguments of a wrong size, throw a {@link VerifyError} that says the rule.
 */
export function verifyEquihash(claim: EquihashClaim): SolutionResult {
  needLoaded("verifyEquihash");
  const [n, k] = [parameter("n", claim.n), parameter("k", claim.k)];
  const personalization = exactBytes("personalization", claim.personalization, 16);
  const [input, solution] = [toBytes("input", claim.input), toBytes("solution", claim.solution)];
  let reason: Reason | undefined;
  try {
    reason = equihashInWasm(n, k, personalization, input, solution) as Reason | undefined;
  } catch (cause) {
    throw verifyError("bad-argument", cause);
  }
  return reason === undefined ? { ok: true } : { ok: false, reason };
}

/** WebAssembly would cut a fraction off, and wrap a number beyond its 32 bits: another puzzle than was asked about. */
function parameter(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) return value;
  throw new VerifyError("bad-argument", `${name} is ${value}, and must be a whole number below 2^32`);
}
