import { solutionTree as treeInWasm, verifySolution as solutionInWasm } from "../wasm/verify/aion_pow.js";
import type { Reason } from "./result.js";
import { needLoaded, verifyError } from "./verifier.js";

/**
 * Verifies one Equihash solution by itself, without any target: mine hash and nonce of 32 bytes, solution of 1408.
 * Returns undefined where it keeps the whole rule, or the reason why not. Throws a {@link VerifyError} before `init()`.
 */
export function verifySolution(
  mineHash: Uint8Array,
  nonce: Uint8Array,
  solution: Uint8Array,
): Reason | undefined {
  needLoaded("verifySolution");
  return solutionInWasm(mineHash, nonce, solution) as Reason | undefined;
}

/**
 * How far the leaves below each node of a solution's tree cancel: the leading zero bits of its XOR, level by level from
 * the 512 leaves (entries 0 to 511) to the root (entry 1022). The root of a valid solution has 210, a node of level r at
 * least 21·r. False solutions have a tree too. Throws a {@link VerifyError} where the solution is not 1408 bytes.
 */
export function solutionTree(mineHash: Uint8Array, nonce: Uint8Array, solution: Uint8Array): Uint16Array {
  needLoaded("solutionTree");
  try {
    return treeInWasm(mineHash, nonce, solution);
  } catch (cause) {
    throw verifyError("bad-argument", cause);
  }
}
