// Finds, or installs, what the builds need. Uses nothing but Node: it runs before the first install.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { thisMachine } from "./bootstrap/machine.mjs";
import { checkPrerequisites } from "./bootstrap/prerequisites.mjs";
import { whyItCannotBuild } from "./bootstrap/probe.mjs";
import { chooseToolchain, isStillThere, sources } from "./bootstrap/toolchain.mjs";
import { root } from "./checkout.mjs";
import { exitCleanly } from "./exit.mjs";

const buildDir = join(root, ".build");
const remembered = join(buildDir, "toolchain.json");

/** Checks what every build needs and settles the wasm toolchain, by `.build/toolchain.json` if it still holds. */
export function bootstrap(machine = thisMachine) {
  const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
  const minimumRust = /^rust-version = "([\d.]+)"$/m.exec(manifest)[1];
  checkPrerequisites(machine, process.versions.node, minimumRust);
  const known = readRemembered();
  if (known && isStillThere(machine, known, minimumRust)) return known;
  const probeDir = join(buildDir, "probe");
  const canBuild = (toolchain) => whyItCannotBuild(machine, toolchain, probeDir);
  const chosen = chooseToolchain(sources(machine, minimumRust), canBuild, machine.say);
  mkdirSync(buildDir, { recursive: true });
  writeFileSync(remembered, `${JSON.stringify(chosen, null, 2)}\n`);
  return chosen;
}

function readRemembered() {
  try {
    return JSON.parse(readFileSync(remembered, "utf8"));
  } catch {
    // Never chosen, or a file cut short: choose again.
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await exitCleanly(() => bootstrap());
