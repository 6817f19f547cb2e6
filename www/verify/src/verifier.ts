import initWasm, {
  type InitInput,
  verifyJson as verifyInWasm,
  verifySolution as verifySolutionInWasm,
} from "../wasm/verify/aion_pow.js";
import { type Reason, VerifyError, type VerifyResult } from "./result.js";

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

/**
 * Verifies what a JSON text holds: a block or a header in the shapes of the kernels' RPC, a plain object of mine hash,
 * nonce and solution, an array of these, JSON lines, or JSON-RPC envelopes around them. One result per item, in order.
 * Throws a {@link VerifyError}; a malformed item throws nothing, its result says what is wrong.
 */
export function verifyJson(text: string): VerifyResult[] {
  if (!loaded) throw new VerifyError("not-initialised", "await init() before verifyJson()");
  let results: string;
  try {
    results = verifyInWasm(text);
  } catch (cause) {
    throw new VerifyError("unreadable", cause instanceof Error ? cause.message : String(cause), { cause });
  }
  return JSON.parse(results) as VerifyResult[];
}

/**
 * Verifies one Equihash solution by itself, without any target: mine hash and nonce of 32 bytes, solution of 1408.
 * Returns undefined where it keeps the whole rule, or the reason why not. Throws a {@link VerifyError} before `init()`.
 */
export function verifySolution(
  mineHash: Uint8Array,
  nonce: Uint8Array,
  solution: Uint8Array,
): Reason | undefined {
  if (!loaded) throw new VerifyError("not-initialised", "await init() before verifySolution()");
  return verifySolutionInWasm(mineHash, nonce, solution) as Reason | undefined;
}
