// The browser of the end-to-end tests: a real Chromium.
import { install } from "./apt.mjs";
import { BootstrapError } from "./machine.mjs";

const NAMES = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"];

/** A program that runs as Chromium: the one that CHROMIUM or CHROME names, one on PATH, or Debian's package. */
export function findChromium(machine, env) {
  for (const variable of ["CHROMIUM", "CHROME"]) {
    const path = env[variable];
    if (!path) continue;
    if (runs(machine, path)) return path;
    throw new BootstrapError(`${variable} is set to ${path}, which does not run.`);
  }
  const onPath = () => NAMES.find((name) => runs(machine, name));
  const found = onPath();
  if (found) return found;
  const failed = install(machine, ["chromium"]);
  const installed = failed ? undefined : onPath();
  if (installed) return installed;
  throw new BootstrapError(
    `No Chromium for the end-to-end tests (${failed ?? "the package chromium does not run"}). Install chromium or google-chrome, or set CHROMIUM to its path.`,
  );
}

function runs(machine, program) {
  return machine.run(program, ["--version"]).status === 0;
}
