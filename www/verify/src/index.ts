import { load, type WasmSource } from "./verifier.js";

export * from "./exports.js";

/** Loads the verifier: from `source`, or from the file that the package or the bundler placed beside the script. */
export function init(source?: WasmSource): Promise<void> {
  return load(() => source ?? new URL("../wasm/verify/aion_pow_bg.wasm", import.meta.url));
}
