import initWasm, { type InitInput } from "../wasm/verify/aion_pow.js";
import { VerifyError, type VerifyErrorCode } from "./result.js";

/** The verifier's wasm: a module, its bytes, a response, or where to fetch it. */
export type WasmSource = InitInput | Promise<InitInput>;

let loading: Promise<void> | undefined;
let loaded = false;

/** Loads the verifier once, from `source()` or, where that is undefined, from beside the script. A failure can be retried. */
export function load(source: () => WasmSource | undefined): Promise<void> {
  loading ??= instantiate(source).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function instantiate(source: () => WasmSource | undefined): Promise<void> {
  const given = await source();
  await (given === undefined ? (initWasm as () => Promise<unknown>)() : initWasm({ module_or_path: given }));
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
