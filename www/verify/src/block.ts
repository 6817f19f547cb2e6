import { verifyBlock as blockInWasm, verifyJson as jsonInWasm } from "../wasm/verify/aion_pow.js";
import type { BlockResult, VerifyResult } from "./result.js";
import { needLoaded, verifyError } from "./verifier.js";

/** What a caller knows beforehand, and what it wants to see. */
export interface BlockOptions {
  /** The block hash that the block must have, in hex. It vouches for the whole block. */
  readonly expectedHash?: string;
  /** The least difficulty that the block must declare; a string is decimal, or hex with `0x`. */
  readonly minDifficulty?: bigint | number | string;
  /** Whether the result lists the solution's indices. */
  readonly indices?: boolean;
}

/**
 * Verifies what a JSON text holds: a block or a header in the shapes of the kernels' RPC or of the old dashboard, a plain
 * object of mine hash, nonce and solution, an array of these, JSON lines, or JSON-RPC envelopes around them. One result
 * per item, in order. Throws a {@link VerifyError}; a malformed item throws nothing, its result says what is wrong.
 */
export function verifyJson(text: string): VerifyResult[] {
  needLoaded("verifyJson");
  let results: string;
  try {
    results = jsonInWasm(text);
  } catch (cause) {
    throw verifyError("unreadable", cause);
  }
  return JSON.parse(results) as VerifyResult[];
}

/**
 * Verifies one block of any of those shapes, given as JSON or as the object that was parsed from it. Bad blocks give a
 * result; a text that is no JSON and bad options throw a {@link VerifyError}.
 *
 * Integers above 2^53 are exact in a text and as bigints. An object that came from `JSON.parse` has lost their last
 * digits where they were numbers; no kernel writes a header's field so, but `timestamp` and the like may be.
 */
export function verifyBlock(block: string | object, options: BlockOptions = {}): BlockResult {
  needLoaded("verifyBlock");
  const started = performance.now();
  const wanted = optionsText(options);
  let result: string;
  try {
    result = blockInWasm(typeof block === "string" ? block : toJson(block), wanted);
  } catch (cause) {
    needGoodOptions(wanted);
    throw verifyError("unreadable", cause);
  }
  const found = JSON.parse(result) as VerifyResult;
  return { ...found, timings: { totalMs: performance.now() - started } };
}

/** Throws a {@link VerifyError} that names the option, where one is wrong. */
function needGoodOptions(text: string): void {
  try {
    blockInWasm("null", text);
  } catch (cause) {
    throw verifyError("bad-argument", cause);
  }
}

/** The options by name: an object that carries others too is taken. */
function optionsText({ expectedHash, minDifficulty, indices }: BlockOptions): string {
  return toJson({ expectedHash, minDifficulty, indices });
}

function toJson(value: object): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "bigint" ? `0x${part.toString(16)}` : part,
  );
}
