// Runs one program after another, on this terminal, and takes it along when it is itself told to stop.
import { spawn } from "node:child_process";
import { root } from "./checkout.mjs";

/** A program that failed; what it said is already on the terminal. */
export class ProgramFailed extends Error {}

/** Runs a program in the checkout, or in `cwd`, until it ends, its output on this terminal. */
export async function run(program, args, env = {}, cwd = root) {
  const stdio = ["ignore", "inherit", "inherit"];
  await succeeded(spawn(program, args, { cwd, stdio, env: { ...process.env, ...env } }));
}

/** Runs a program and returns what it writes to stdout; its errors go to the terminal. */
export async function output(program, args) {
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => (text += chunk));
  await succeeded(child);
  return text;
}

/** Waits for `child`; throws `ProgramFailed` where its status is not 0 or this process was interrupted. */
export async function succeeded(child) {
  const { code, signal, interrupted } = await ended(child);
  const called = child.spawnargs.join(" ");
  if (interrupted) throw new ProgramFailed(`interrupted: ${called}`);
  if (code !== 0) throw new ProgramFailed(`${signal ? `ended by ${signal}` : `status ${code}`}: ${called}`);
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Milliseconds that a program has to end after it was told to. */
const GRACE = 10_000;

/**
 * Waits for `child`, handing it the signals that this process gets. `interrupted` says that there was one: no
 * further program may start then, however well this one ended.
 */
export function ended(child) {
  return new Promise((resolve, reject) => {
    let deadline;
    const forward = (signal) => {
      child.kill(signal);
      deadline ??= setTimeout(() => child.kill("SIGKILL"), GRACE);
    };
    const stopListening = () => {
      clearTimeout(deadline);
      for (const signal of SIGNALS) process.off(signal, forward);
    };
    for (const signal of SIGNALS) process.on(signal, forward);
    child.once("error", (error) => {
      stopListening();
      reject(new ProgramFailed(`cannot run ${child.spawnfile}: ${error.message}`));
    });
    child.once("close", (code, signal) => {
      stopListening();
      resolve({ code, signal, interrupted: deadline !== undefined });
    });
  });
}
