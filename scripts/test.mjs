// `npm test`: everything that must hold before a change lands.
import { bootstrap } from "./bootstrap.mjs";
import { findChromium } from "./bootstrap/chromium.mjs";
import { ensureClippy } from "./bootstrap/clippy.mjs";
import { thisMachine } from "./bootstrap/machine.mjs";
import { findVulkan } from "./bootstrap/vulkan.mjs";
import { npmPackages, page, program, wasmArtifacts } from "./builds.mjs";
import { readRust, readTypeScript } from "./docs.mjs";
import { run } from "./run.mjs";
import { gpuTests, rustTests } from "./rust-tests.mjs";
import { runSteps } from "./steps.mjs";
import { supply } from "./supply.mjs";

const npm = (script, env) => run("npm", ["run", "--silent", script], env);
const clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
const gpuPackages = ["--package", "aion-pow", "--package", "aion-pow-cli"];
const gpuClippy = [
  "clippy",
  ...gpuPackages,
  "--features",
  "gpu",
  "--all-targets",
  "--locked",
  "--",
  "-D",
  "warnings",
];
let chromium;

const passed = await runSteps([
  {
    name: "toolchains and browser",
    run: () => {
      ensureClippy(thisMachine, bootstrap());
      chromium = findChromium(thisMachine, process.env);
      console.log(`browser: ${chromium}`);
      findVulkan(thisMachine);
    },
  },
  { name: "npm packages", run: npmPackages },
  { name: "supply chain", run: supply },
  { name: "Rust format", run: () => run("cargo", ["fmt", "--all", "--check"]) },
  { name: "Rust lints", run: () => run("cargo", clippy) },
  { name: "Rust tests", run: rustTests },
  { name: "GPU lints", run: () => run("cargo", gpuClippy) },
  { name: "GPU tests", run: gpuTests },
  { name: "wasm lints", run: () => run("cargo", ["xtask", "wasm", "--check"]) },
  { name: "wasm artifacts", run: wasmArtifacts },
  { name: "TypeScript and the page", run: page },
  {
    name: "references from the comments",
    run: async () => {
      await readTypeScript();
      await readRust();
    },
  },
  { name: "JavaScript lints and format", run: () => npm("lint") },
  { name: "unit and wasm tests", run: () => npm("test:unit") },
  {
    name: "end to end in Chromium",
    run: async () => npm("test:e2e", { CHROMIUM: chromium, STRATUM_PROXY: await program("stratum-proxy") }),
  },
]);
process.exitCode = passed ? 0 : 1;
