// Runs Rust tests by nextest where it is installed, by cargo test otherwise.
import { spawnSync } from "node:child_process";
import { root } from "./checkout.mjs";
import { output, run } from "./run.mjs";

/** Feature of the root package that the slow test binaries require. */
export const SLOW_FEATURE = "slow-tests";

const hasNextest = () => spawnSync("cargo", ["nextest", "--version"], { cwd: root }).status === 0;

/** All tests of the workspace that are not slow, examples in the documentation included. */
export async function rustTests() {
  if (!hasNextest()) return run("cargo", ["test", "--workspace", "--locked"]);
  await run("cargo", ["nextest", "run", "--workspace", "--locked", "--no-fail-fast"]);
  // nextest does not run the examples in the documentation.
  await run("cargo", ["test", "--doc", "--workspace", "--locked", "--quiet"]);
}

/** Runs one test binary of the root package that requires the slow feature; its tests read `env`. */
export function slowTest(name, env) {
  const tool = hasNextest() ? ["nextest", "run"] : ["test"];
  const selected = ["--package", "aion-pow", "--locked", "--features", SLOW_FEATURE, "--test", name];
  return run("cargo", [...tool, ...selected], env);
}

/** Names of the test binaries that require the slow feature. */
export async function slowTestNames() {
  const metadata = JSON.parse(
    await output("cargo", ["metadata", "--format-version", "1", "--no-deps", "--locked"]),
  );
  return metadata.packages
    .flatMap((pack) => pack.targets)
    .filter((target) => target.kind[0] === "test" && target["required-features"]?.includes(SLOW_FEATURE))
    .map((target) => target.name);
}
