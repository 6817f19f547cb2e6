// `npm run test:slow [-- --ci]`: what takes longer than `npm test` may.
import { bootstrap } from "./bootstrap.mjs";
import { thisMachine } from "./bootstrap/machine.mjs";
import { findVulkan } from "./bootstrap/vulkan.mjs";
import { npmPackages, page, wasmArtifacts } from "./builds.mjs";
import { fuzz } from "./fuzz.mjs";
import { run } from "./run.mjs";
import { SLOW_FEATURE, slowTest, slowTests } from "./rust-tests.mjs";
import { runSteps } from "./steps.mjs";
import { reproducible } from "./supply/reproducible.mjs";

/**
 * Keeps `.ci/run` within the 50 minutes it has for all its tests: tells tests over many nonces to take fewer, 6 instead
 * of 20 for the oracle, 4 instead of 20 for the GPU, 40 instead of 200 for the rest.
 */
const FEWER = { AION_SLOW_CI: "1" };

/** Seconds for each fuzz target; longer by hand, with `npm run fuzz`. */
const FUZZ_SECONDS = 30;

const ci = process.argv.includes("--ci");
bootstrap();
findVulkan(thisMachine);
const tests = await slowTests();
if (ci) console.log("--ci: fewer nonces a test");
// A run that tests nothing must not look like one that passed.
if (tests.length === 0) throw new Error(`no test binary requires the feature ${SLOW_FEATURE}`);
const passed = await runSteps([
  ...tests.map((test) => ({ name: test.name, run: () => slowTest(test, ci ? FEWER : {}) })),
  { name: `fuzz targets, ${FUZZ_SECONDS} s each`, run: () => fuzz(FUZZ_SECONDS) },
  { name: "wasm artifacts, the same bytes in another folder", run: () => reproducible() },
  {
    name: "second verifier, 10,000 mutations",
    run: async () => {
      await npmPackages();
      await wasmArtifacts();
      await run("npx", ["vitest", "run", "tests/second-verifier"], { AION_MUTATIONS: "10000" });
    },
  },
  {
    name: "slow end to end in Chromium",
    run: async () => {
      await npmPackages();
      await wasmArtifacts();
      await page();
      await run("npm", ["run", "--silent", "test:e2e", "--", "--slow"]);
    },
  },
]);
process.exitCode = passed ? 0 : 1;
