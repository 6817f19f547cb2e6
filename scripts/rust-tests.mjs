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

/**
 * All tests that need the feature `gpu`: it is not among the default ones, so that only those who want a GPU build
 * what talks to it.
 */
export async function gpuTests() {
  const tool = hasNextest() ? ["nextest", "run", "--no-fail-fast"] : ["test"];
  // Both at once: apart, cargo chooses other features for what they share, and builds it twice.
  const packages = ["--package", "aion-pow", "--package", "aion-pow-cli", "--features", "gpu", "--locked"];
  await run("cargo", [...tool, ...packages, "--lib", "--test", "gpu"]);
}

/** Runs one test binary of the root package that requires the slow feature; its tests read `env`. */
export function slowTest({ name, features }, env) {
  const tool = hasNextest() ? ["nextest", "run"] : ["test"];
  const selected = ["--package", "aion-pow", "--locked", "--features", features.join(","), "--test", name];
  return run("cargo", [...tool, ...selected], env);
}

/** The test binaries that require the slow feature: their names, and all features that they require. */
export async function slowTests() {
  const metadata = JSON.parse(
    await output("cargo", ["metadata", "--format-version", "1", "--no-deps", "--locked"]),
  );
  return metadata.packages
    .flatMap((pack) => pack.targets)
    .filter((target) => target.kind[0] === "test" && target["required-features"]?.includes(SLOW_FEATURE))
    .map((target) => ({ name: target.name, features: target["required-features"] }));
}
