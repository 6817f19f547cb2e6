import {
  mineHash as mineHashInWasm,
  solutionTree as treeInWasm,
  verifySolution as solutionInWasm,
} from "../wasm/verify/aion_pow.js";
import { boundary, type Difficulty } from "./boundary.js";
import { type Bytes, exactBytes, toBytes } from "./bytes.js";
import type { Reason } from "./result.js";
import { needLoaded, verifyError } from "./verifier.js";

/** What a solution was found for: the header's 497 bytes, or their hash. */
export type Subject =
  | {
      /** The 497 bytes that are hashed: the header's fields one after the other, integers big-endian. */
      readonly header: Bytes;
      /** Not beside a header. */
      readonly mineHash?: never;
    }
  | {
      /** The 32 bytes that a job calls header hash. */
      readonly mineHash: Bytes;
      /** Not beside a mine hash. */
      readonly header?: never;
    };

/** A solution and what it has to meet. Strings are hex, with or without `0x`. */
export type SolutionClaim = Subject & {
  /** 32 bytes. */
  readonly nonce: Bytes;
  /** 1408 bytes; another count is the solution's fault, not the caller's. */
  readonly solution: Bytes;
  /** From 1 to 2^128 - 1. */
  readonly difficulty?: Difficulty;
  /** 32 bytes, big-endian. Where a difficulty is given too, the lower of the two boundaries counts. */
  readonly target?: Bytes;
};

/** Whether a solution keeps the whole rule, and its hash lies below the boundary where one was given. */
export interface SolutionResult {
  /** Whether all that was asked about holds. */
  readonly ok: boolean;
  /** Of the first step that does not hold. */
  readonly reason?: Reason;
}

/**
 * Verifies one Equihash solution. Without `difficulty` and `target` only the solution is judged. A bad solution gives a
 * result; arguments of a wrong size or that are no hex throw a {@link VerifyError}.
 */
export function verifySolution(claim: SolutionClaim): SolutionResult {
  needLoaded("verifySolution");
  const mineHash =
    claim.header === undefined
      ? exactBytes("mineHash", claim.mineHash, 32)
      : mineHashInWasm(exactBytes("header", claim.header, 497));
  const nonce = exactBytes("nonce", claim.nonce, 32);
  const solution = toBytes("solution", claim.solution);
  const target = boundary(claim.difficulty, claim.target);
  const reason = solutionInWasm(mineHash, nonce, solution, target) as Reason | undefined;
  return reason === undefined ? { ok: true } : { ok: false, reason };
}

/**
 * How far the leaves below each node of a solution's tree cancel: the leading zero bits of its XOR, level by level from
 * the 512 leaves (entries 0 to 511) to the root (entry 1022). The root of a valid solution has 210, a node of level r at
 * least 21·r. False solutions have a tree too. Throws a {@link VerifyError} where an argument has a wrong size.
 */
export function solutionTree(mineHash: Bytes, nonce: Bytes, solution: Bytes): Uint16Array {
  needLoaded("solutionTree");
  const hash = exactBytes("mineHash", mineHash, 32);
  try {
    return treeInWasm(hash, exactBytes("nonce", nonce, 32), toBytes("solution", solution));
  } catch (cause) {
    throw verifyError("bad-argument", cause);
  }
}
