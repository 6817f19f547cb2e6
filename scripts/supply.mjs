// `npm run supply`: where everything that is built with comes from, and on what terms.
import { ProgramFailed } from "./run.mjs";
import { exitCleanly } from "./exit.mjs";
import { checkCrates } from "./supply/crates.mjs";
import { checkNpm } from "./supply/npm.mjs";

/** Checks crates and npm packages; throws where a rule is broken. */
export async function supply() {
  const [crates, npm] = [await checkCrates(), checkNpm()];
  const faults = [...crates.faults, ...npm.faults];
  if (faults.length > 0) throw new ProgramFailed(faults.join("\n"));
  console.log(`${crates.count} crates and ${npm.count} npm packages keep to the rules`);
}

if (process.argv[1] === import.meta.filename) await exitCleanly(supply);
