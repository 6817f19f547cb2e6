// Debian's packages, where this is Debian or its kin and we may install.
import { complaint } from "./machine.mjs";

const QUIET = { DEBIAN_FRONTEND: "noninteractive" };

/** Machines whose package lists were brought up to date by this process. */
const fresh = new WeakSet();

/** How apt-get is called here, or why it is not. */
export function aptGet(machine) {
  if (machine.run("apt-get", ["--version"]).status !== 0) {
    return { refusal: "there is no apt-get: this is not Debian or its kin" };
  }
  if (machine.isRoot) return { prefix: [] };
  if (machine.run("sudo", ["-n", "true"]).status === 0) return { prefix: ["sudo", "-n"] };
  return { refusal: "installing needs root, or sudo without a password" };
}

/** Brings the package lists up to date, once in a process. Returns why it failed, or nothing. */
export function refreshLists(machine) {
  const apt = aptGet(machine);
  if (apt.refusal) return apt.refusal;
  if (fresh.has(machine)) return undefined;
  const outcome = call(machine, apt.prefix, ["update", "-q"]);
  if (outcome.status !== 0) return `apt-get update: ${complaint(outcome)}`;
  fresh.add(machine);
  return undefined;
}

/** Installs packages, saying which. Returns why it failed, or nothing. */
export function install(machine, packages) {
  const stale = refreshLists(machine);
  if (stale) return stale;
  machine.say(`about to install Debian packages: ${packages.join(" ")}`);
  const outcome = call(machine, aptGet(machine).prefix, [
    "install",
    "-y",
    "-q",
    "--no-install-recommends",
    ...packages,
  ]);
  return outcome.status === 0 ? undefined : `apt-get install: ${complaint(outcome)}`;
}

/** The newest version N of the packages `lld-N` that the lists offer. */
export function newestLld(machine) {
  const { stdout } = machine.run("apt-cache", ["search", "--names-only", "^lld-[0-9]+$"]);
  const versions = [...stdout.matchAll(/^lld-(\d+)\b/gm)].map(([, version]) => Number(version));
  return versions.length === 0 ? undefined : Math.max(...versions);
}

function call(machine, prefix, args) {
  const [program, ...rest] = [...prefix, "apt-get", ...args];
  return machine.run(program, rest, { env: QUIET, minutes: 20 });
}
