// What the bootstrap asks of the machine it runs on. Tests give it a machine made of written answers.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Something that is missing here and that the reader can do something about: shown without a stack trace. */
export class BootstrapError extends Error {}

/**
 * @typedef {{ status: number | null, stdout: string, stderr: string }} Outcome
 *   `status` is null where the program could not be started or was ended by a signal.
 * @typedef {{
 *   run(program: string, args: string[], options?: RunOptions): Outcome,
 *   exists(path: string): boolean,
 *   say(line: string): void,
 *   isRoot: boolean,
 * }} Machine
 * @typedef {{ env?: NodeJS.ProcessEnv, cwd?: string, minutes?: number, show?: boolean }} RunOptions
 *   `show` passes the program's output on to the terminal as well as its errors back to the caller.
 */

/** @type {Machine} */
export const thisMachine = {
  run(program, args, { env, cwd, minutes = 10, show = false } = {}) {
    const outcome = spawnSync(program, args, {
      cwd,
      env: { ...process.env, ...env },
      timeout: minutes * 60_000,
      encoding: "utf8",
      maxBuffer: 64 << 20,
      stdio: ["ignore", show ? "inherit" : "pipe", "pipe"],
    });
    return { status: outcome.status, stdout: outcome.stdout ?? "", stderr: outcome.stderr ?? "" };
  },
  exists: existsSync,
  say: (line) => console.log(line),
  isRoot: process.getuid?.() === 0,
};

/** The line of a failed program's errors that says most: the first that begins with "error", or the last. */
export function complaint({ status, stdout, stderr }) {
  const lines = `${stdout}\n${stderr}`
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const said = lines.find((line) => /^(error|E:)/i.test(line)) ?? lines.at(-1);
  return said ?? (status === null ? "it could not be run" : `it ended with status ${status}`);
}
