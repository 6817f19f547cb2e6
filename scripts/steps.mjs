// Runs a command's steps in order and says how each went.
import { performance } from "node:perf_hooks";
import { ProgramFailed } from "./run.mjs";
import { BootstrapError } from "./bootstrap/machine.mjs";

/**
 * Runs steps until one fails. Prints a table of times, the name of the failing step, and as its last line
 * "N passed, N failed". Returns whether all passed.
 *
 * @param {{ name: string, run: () => unknown }[]} steps
 */
export async function runSteps(steps, say = console.log) {
  const rows = [];
  let failed;
  for (const { name, run } of steps) {
    say(`\n== ${name}`);
    const began = performance.now();
    try {
      await run();
    } catch (error) {
      failed = { name, reason: reason(error) };
    }
    rows.push(`${seconds(performance.now() - began)}  ${failed ? "FAILED  " : ""}${name}`);
    if (failed) break;
  }
  say(`\n${rows.join("\n")}`);
  const passed = rows.length - (failed ? 1 : 0);
  if (failed) {
    say(`\nfailed: ${failed.name}: ${failed.reason}`);
    if (rows.length < steps.length) say(`${steps.length - rows.length} later steps did not run`);
  }
  say(`${passed} passed, ${failed ? 1 : 0} failed`);
  return failed === undefined;
}

function reason(error) {
  const expected = error instanceof ProgramFailed || error instanceof BootstrapError;
  return expected ? error.message : (error?.stack ?? String(error));
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1).padStart(7)} s`;
}
