/**
 * Verifies Aion's proof of work, Equihash(210,9), without workers and without a network but for one WebAssembly file. Call
 * {@link init} once; then {@link verifyBlock} and {@link verifySolution} answer at once, {@link verifyMany} and
 * {@link verifyEach} yield to the page, and {@link verifyEquihash} judges other coins' parameters.
 *
 * A bad block gives a result with a {@link Reason}. Only misuse throws, a {@link VerifyError}.
 *
 * @module aion-pow-verify
 */
import { load, type WasmSource } from "./verifier.js";

export * from "./exports.js";

/**
 * Loads the verifier: from `source`, or from the file that the package or the bundler placed beside the script; in Node,
 * from the package's own file. Later calls join the first, whatever they name. Rejects as `fetch` and `WebAssembly` do, and
 * may then be called again.
 */
export function init(source?: WasmSource): Promise<void> {
  return load(() => source ?? new URL("../wasm/verify/aion_pow_bg.wasm", import.meta.url));
}
