import { readFile } from "node:fs/promises";
import { load, type WasmSource } from "./verifier.js";

export * from "./exports.js";

/** Loads the verifier: from `source`, or from the package's own file, which Node reads because its fetch does not. */
export function init(source?: WasmSource): Promise<void> {
  return load(() => source ?? readFile(new URL("../wasm/verify/aion_pow_bg.wasm", import.meta.url)));
}
