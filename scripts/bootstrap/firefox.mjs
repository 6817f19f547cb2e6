// The second browser of the slow tests and the bench: a Firefox.
import { install } from "./apt.mjs";
import { BootstrapError } from "./machine.mjs";

const NAMES = ["firefox-esr", "firefox"];

/** A program that runs as Firefox: the one that FIREFOX names, or one on PATH. Undefined where there is none. */
export function firefoxHere(machine, env) {
  const runs = (name) => machine.run(name, ["--version"]).status === 0;
  if (!env.FIREFOX) return NAMES.find(runs);
  if (runs(env.FIREFOX)) return env.FIREFOX;
  throw new BootstrapError(`FIREFOX is set to ${env.FIREFOX}, which does not run.`);
}

/** The same, or Debian's package, installed. Its lack is said and no error: the tests skip, and say so. */
export function findFirefox(machine, env) {
  const found = firefoxHere(machine, env);
  if (found) return found;
  const failed = install(machine, ["firefox-esr"]);
  const installed = failed ? undefined : firefoxHere(machine, env);
  if (!installed)
    machine.say(`no Firefox (${failed ?? "the package firefox-esr does not run"}): its tests will skip`);
  return installed;
}
