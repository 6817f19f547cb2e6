// The command line as a place to measure: `aion-pow bench`, paced from here.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { output, succeeded } from "../scripts/run.mjs";
import { BenchError } from "./bench-error.mjs";

/**
 * A solver with so many threads in a process of its own. `solve()` resolves after one run, `facts()`, after the last
 * of `runs` runs, to what the process then prints.
 */
export function nativePlace(program, { threads, runs }) {
  const args = ["bench", "--paced", "--threads", threads, "--runs", runs].map(String);
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const gone = succeeded(child);
  // Whoever asks next hears of an early end; until then nobody need.
  gone.catch(() => undefined);
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (!done) return JSON.parse(value);
    await gone;
    throw new BenchError(`native, ${threads} threads: the program ended before its last line`);
  };
  return {
    solve() {
      child.stdin.write("\n");
      return next();
    },
    async facts() {
      const facts = await next();
      await gone;
      return facts;
    },
  };
}

/** Solutions of the first `nonces` nonces, as items for the verifiers. */
export async function someSolutions(program, nonces) {
  const mineHash = "5a".repeat(32);
  const lines = await output(program, [
    "solve",
    "--header",
    mineHash,
    "--first",
    "0",
    "--count",
    `${nonces}`,
  ]);
  return lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .flatMap(({ nonce, solutions }) =>
      solutions.map((solution) => ({ mine_hash: mineHash, nonce, solution })),
    );
}

/** The verifier's times natively, in a process of its own; `file` holds the items. */
export async function nativeVerifierTimes(program, file) {
  return JSON.parse(await output(program, ["bench", "--verify", file]));
}
