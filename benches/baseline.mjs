// Any other solver to compare with: a command that prints milliseconds a run.
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { succeeded } from "../scripts/run.mjs";
import { BenchError } from "./bench-error.mjs";

/** Runs the command once, by the shell. Returns the median of the numbers that it prints: a line each, or as words. */
export async function baselineRun(command) {
  const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "inherit"] });
  const [printed] = await Promise.all([text(child.stdout), succeeded(child)]);
  return millisecondsIn(printed);
}

/** The milliseconds a run in what a baseline printed: the median, where it prints several runs. */
export function millisecondsIn(printed) {
  const words = printed.split(/\s+/).filter((word) => word !== "");
  const numbers = words.map(Number);
  if (numbers.length === 0 || !numbers.every((number) => number > 0))
    throw new BenchError(
      `a baseline prints milliseconds a run and nothing else; this one printed ${JSON.stringify(printed.slice(0, 200))}`,
    );
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
