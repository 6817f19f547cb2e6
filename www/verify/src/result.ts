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
  | "malformed"
  | "rpc-error"
  | "not-proof-of-work"
  | "unknown-block";

/** What was found for one item. Hashes are hex without `0x`. */
export interface VerifyResult {
  /** The item's place in the input, from zero. */
  readonly index: number;
  readonly number?: number;
  /** Whether everything that the item claims holds; null where there was nothing to judge. */
  readonly ok: boolean | null;
  readonly reason?: Reason;
  /** The level of the solution's tree at which it failed, from 1 for pairs. */
  readonly level?: number;
  /** The reason in a sentence. */
  readonly detail?: string;
  /** Missing, as is what follows, where nothing could be computed. */
  readonly mineHash?: string;
  /** Present where a whole header came along. */
  readonly blockHash?: string;
  readonly powHash?: string;
  /** Whether the solution keeps the whole rule. */
  readonly equihash?: boolean;
  /** Whether the powhash is below the boundary; null where no boundary is known. */
  readonly target?: boolean | null;
}

/** Why nothing could be verified at all. */
export class VerifyError extends Error {
  override readonly name = "VerifyError";
  /** `not-initialised`: `init()` has not resolved. `unreadable`: the text is no JSON; the message says where. */
  readonly code: "not-initialised" | "unreadable";

  constructor(code: "not-initialised" | "unreadable", message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
