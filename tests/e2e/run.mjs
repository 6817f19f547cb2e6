// `npm run test:e2e [-- --slow]`: the page, the proxy and the pool together, in a real Chromium.
// CHROMIUM, FIREFOX, STRATUM_PROXY and SOLO_POOL name the programs; without them they are looked for and built.
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { findChromium } from "../../scripts/bootstrap/chromium.mjs";
import { findFirefox } from "../../scripts/bootstrap/firefox.mjs";
import { thisMachine } from "../../scripts/bootstrap/machine.mjs";
import { program } from "../../scripts/builds.mjs";

const folder = new URL("./", import.meta.url);
const slow = process.argv.includes("--slow");
const ending = slow ? ".slow.mjs" : ".test.mjs";
const tests = (await readdir(folder)).filter((name) => name.endsWith(ending)).sort();
const env = {
  ...process.env,
  CHROMIUM: findChromium(thisMachine, process.env),
  STRATUM_PROXY: process.env.STRATUM_PROXY ?? (await program("stratum-proxy")),
  // Asked for in slow tests alone.
  ...(slow && { FIREFOX: findFirefox(thisMachine, process.env) ?? "" }),
  SOLO_POOL: process.env.SOLO_POOL ?? (await program("solo-pool")),
};
const options = ["--test", "--test-concurrency=1", "--test-reporter=spec", "--test-timeout=300000"];
const child = spawn(process.execPath, [...options, ...tests], { cwd: folder, env, stdio: "inherit" });
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
