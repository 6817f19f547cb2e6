/**
 * Why an item is not valid, or why there was nothing to judge: the names that the library and the command line use too.
 *
 * | reason | |
 * |---|---|
 * | `solution-length` | the solution is not 1408 bytes |
 * | `duplicate-index` | an index occurs twice |
 * | `index-order` | the halves of a node are in the wrong order |
 * | `digit-not-zero` | the leaves below a node do not cancel as they must |
 * | `target-missed` | the powhash is not below the boundary |
 * | `mine-hash-mismatch` | the header does not hash to the mine hash that came along |
 * | `block-hash-mismatch` | the block does not hash to the block hash that came along |
 * | `expected-hash-mismatch` | the block does not hash to the `expectedHash` of the options |
 * | `below-min-difficulty` | the difficulty declared is below the `minDifficulty` of the options |
 * | `malformed` | a field is missing, ill-sized or not of its type |
 * | `rpc-error` | the kernel answered with an error in place of a block |
 * | `not-proof-of-work` | sealed by proof of stake: nothing to judge |
 * | `unknown-block` | the kernel knows no such block: nothing to judge |
 */
export type Reason =
  | "solution-length"
  | "duplicate-index"
  | "index-order"
  | "digit-not-zero"
  | "target-missed"
  | "mine-hash-mismatch"
  | "block-hash-mismatch"
  | "expected-hash-mismatch"
  | "below-min-difficulty"
  | "malformed"
  | "rpc-error"
  | "not-proof-of-work"
  | "unknown-block";

/** The steps of a verdict. Level 1 are the pairs of a solution's tree, level 9 is its root. */
export type CheckName =
  | "mine-hash"
  | "solution-length"
  | "distinct"
  | "order"
  | `level-${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`
  | "target"
  | "block-hash"
  | "expected-hash"
  | "min-difficulty";

/** One step, and what it found, in words. */
export interface Check {
  /** Which step. */
  readonly name: CheckName;
  /** Whether it holds. */
  readonly ok: boolean;
  /** What was found, in a sentence. */
  readonly detail: string;
}

/** Something that a reader might take for checked, and why it was not. */
export interface NotChecked {
  /** What was left unchecked. */
  readonly name: "on-chain" | "declared-difficulty" | "stake-half" | "block-hash" | "target";
  /** Why, in a sentence. */
  readonly detail: string;
}

/** What was found for one item. Hashes are hex without `0x`. */
export interface VerifyResult {
  /** The item's place in the input, from zero. */
  readonly index: number;
  /** The block's number, where one came along. */
  readonly number?: number;
  /** Whether everything that the item claims holds; null where there was nothing to judge. */
  readonly ok: boolean | null;
  /** Where checks were made, that of the first which did not hold. */
  readonly reason?: Reason;
  /** The level of the solution's tree at which it failed, from 1 for pairs. */
  readonly level?: number;
  /** The reason in a sentence. */
  readonly detail?: string;
  /** Missing, as is what follows up to `indices`, where nothing could be computed. */
  readonly mineHash?: string;
  /** Present where a whole header came along. */
  readonly blockHash?: string;
  /** BLAKE2b-256 of mine hash, nonce and solution: what lies below the boundary or does not. */
  readonly powHash?: string;
  /** Whether the solution keeps the whole rule. */
  readonly equihash?: boolean;
  /** Whether the powhash is below the boundary; null where no boundary is known. */
  readonly target?: boolean | null;
  /** The boundary, big-endian. Missing where none is known, and for difficulty 1, whose boundary of 2^256 does not fit. */
  readonly boundary?: string;
  /** The difficulty declared, in decimal: it may exceed what a number can hold. */
  readonly difficulty?: string;
  /** The steps in their order. A solution's end at the first that fails; the steps after do not depend on it. */
  readonly checks?: readonly Check[];
  /** The solution's 512 indices, where they were asked for. */
  readonly indices?: readonly number[];
  /** What was left unchecked. */
  readonly notChecked?: readonly NotChecked[];
}

/** What was found for one block, and how long it took. */
export interface BlockResult extends VerifyResult {
  /** How long it took. */
  readonly timings: {
    /** The whole call, in milliseconds. */
    readonly totalMs: number;
  };
}

/**
 * Why nothing could be verified at all.
 *
 * | code | |
 * |---|---|
 * | `not-initialised` | `init()` has not resolved |
 * | `unreadable` | the text is no JSON; the message says where |
 * | `bad-argument` | an option or an argument is wrong; the message names it |
 */
export type VerifyErrorCode = "not-initialised" | "unreadable" | "bad-argument";

/** Thrown for misuse. A block that is bad gives a result instead. */
export class VerifyError extends Error {
  /** Always `VerifyError`. */
  override readonly name = "VerifyError";
  /** What kind of misuse; the message says which. */
  readonly code: VerifyErrorCode;

  /** Made by the package; `message` names value and limit. */
  constructor(code: VerifyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
