import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { capabilities, type Capabilities, chooseBackend, defaultThreads } from "../src/environment.js";

const FULL: Capabilities = {
  secureContext: true,
  crossOriginIsolated: true,
  simd: true,
  workers: true,
  processors: 8,
};

test("this engine has SIMD, and the probe says so", () => {
  expect(capabilities().simd).toBe(true);
});

test.each([
  ["threads where the page is isolated", {}, "threads"],
  ["one thread where it is not", { crossOriginIsolated: false }, "single"],
])("%s", (_, change, backend) => {
  expect(chooseBackend({ ...FULL, ...change })).toBe(backend);
});

test.each([
  ["no workers", { workers: false }, "no-workers"],
  ["no SIMD", { simd: false }, "no-simd"],
])("%s is a named error", (_, change, code) => {
  expect(() => chooseBackend({ ...FULL, ...change })).toThrow(expect.objectContaining({ code }));
});

test.each([
  [1, 1],
  [2, 1],
  [3, 1],
  [8, 4],
])("of %i processors, %i mine by default", (processors, threads) => {
  expect(defaultThreads({ ...FULL, processors })).toBe(threads);
});

const DIST = fileURLToPath(new URL("../dist/index.js", import.meta.url));

test("the built package can be imported where there is no browser, and makes a miner that names what is missing", () => {
  expect(existsSync(DIST), "built by npm run build:ts").toBe(true);
  const script = `
    for (const name of ["WebSocket", "EventTarget", "CustomEvent"]) delete globalThis[name];
    const { Miner, StratumClient, verifyJson } = await import(${JSON.stringify(DIST)});
    console.log([Miner, StratumClient, verifyJson].map((item) => typeof item).join());
  `;
  expect(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" })).toBe(
    "function,function,function\n",
  );
  const start = `
    const { Miner } = await import(${JSON.stringify(DIST)});
    const miner = new Miner({ pool: "ws://127.0.0.1:9/pool/x", worker: "0xa0" + "00".repeat(31) });
    await miner.start().catch((error) => console.log(error.name, error.code, miner.state));
    await miner.stop();
  `;
  expect(execFileSync(process.execPath, ["--input-type=module", "-e", start], { encoding: "utf8" })).toBe(
    "MinerError no-workers failed\n",
  );
});
