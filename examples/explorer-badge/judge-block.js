// Fetches a block and has its proof of work checked here. With a bundler, import from "aion-pow-verify".
import { init, VerifyError, verifyBlock } from "./vendor/aion-pow-verify/dist/index.js";

/** Reasons that are no fault, and come without words. */
const WHY_NOTHING = {
  "unknown-block": "the explorer knows no such block",
  "not-proof-of-work": "it is a block of proof of stake",
};

/**
 * What became of a block. One of these is its `state`:
 *
 * - `valid`, `invalid`: the proof of work was checked; `result` has every step.
 * - `another`: likewise, and it is not the block of `options.expectedHash`.
 * - `malformed`: what came is no block's header.
 * - `nothing`: there is no such block, or one of proof of stake, which has no proof of work.
 * - `not-fetched`: the block did not come.
 * - `not-checked`: it came, but the verifier could not be loaded, or `options` are wrong.
 *
 * @typedef {object} Verdict
 * @property {"valid" | "invalid" | "another" | "malformed" | "nothing" | "not-fetched" | "not-checked"} state
 * @property {string} [why] in words, where it is not valid
 * @property {string} [text] the block as it came
 * @property {import("aion-pow-verify").BlockResult} [result]
 */

/**
 * Never throws: everything that can happen is a verdict. `options` are those of `verifyBlock`.
 *
 * @param {string | URL} address
 * @returns {Promise<Verdict>}
 */
export async function judgeBlock(address, options = {}) {
  // The verifier comes while the block does. If it cannot, that is met below, when it is awaited.
  const verifier = init();
  verifier.catch(() => undefined);

  let text;
  try {
    const response = await fetch(address);
    if (!response.ok)
      return { state: "not-fetched", why: `the explorer answered with status ${response.status}` };
    text = await response.text();
  } catch (error) {
    return { state: "not-fetched", why: error.message };
  }

  try {
    await verifier;
  } catch (error) {
    return { state: "not-checked", why: `the verifier could not be loaded: ${error.message}`, text };
  }

  try {
    // As text: JSON.parse would round what is above 2^53.
    const result = verifyBlock(text, options);
    return { state: stateOf(result), why: WHY_NOTHING[result.reason] ?? result.detail, text, result };
  } catch (error) {
    if (error instanceof VerifyError && error.code === "unreadable")
      return { state: "malformed", why: `it is no JSON: ${error.message}`, text };
    return { state: "not-checked", why: `the verifier cannot use an option: ${error.message}`, text };
  }
}

function stateOf({ ok, reason }) {
  if (ok === true) return "valid";
  if (ok === null) return "nothing";
  if (reason === "malformed") return "malformed";
  // The explorer passed on what its node said instead of a block.
  if (reason === "rpc-error") return "not-fetched";
  return reason === "expected-hash-mismatch" ? "another" : "invalid";
}
