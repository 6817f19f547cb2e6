import initWasm from "../wasm/verify/aion_pow.js";
import { VerifyError, type VerifyErrorCode } from "./result.js";

/** The verifier's wasm: a module, its bytes, a response, or where to fetch it. */
export type WasmInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

/** The same, at once or later. */
export type WasmSource = WasmInput | Promise<WasmInput>;

let loading: Promise<void> | undefined;
let loaded = false;

/** Loads the verifier once, from `source()`. A failure can be retried. */
export function load(source: () => WasmSource): Promise<void> {
  loading ??= instantiate(source).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function instantiate(source: () => WasmSource): Promise<void> {
  await initWasm({ module_or_path: await source() });
  loaded = true;
}

/** Throws a {@link VerifyError} before `init()` has resolved. */
export function needLoaded(caller: string): void {
  if (!loaded) throw new VerifyError("not-initialised", `await init() before ${caller}()`);
}

/** What the wasm threw, as an error of this package. */
export function verifyError(code: VerifyErrorCode, cause: unknown): VerifyError {
  return new VerifyError(code, cause instanceof Error ? cause.message : String(cause), { cause });
}
