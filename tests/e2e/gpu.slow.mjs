/* global location, miner, told, BroadcastChannel */
// The miner on a GPU at full size, on the program that Chromium brings as an adapter: a share that the pool accepts, then
// a lost device, and the CPU that goes on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SOFTWARE_GPU, startBrowser, until } from "./browser.mjs";
import { startIsolatedServer } from "./isolated-server.mjs";
import { startProxy } from "./proxy.mjs";

const ADDRESS = `0xa0${"11".repeat(31)}`;

test("the pool accepts a share of the GPU's, and where the device is lost the CPU mines within five seconds", async () => {
  const server = await startIsolatedServer();
  const proxy = await startProxy("--dev", "--allow-origin", server.url);
  const browser = await startBrowser(SOFTWARE_GPU);
  try {
    const expected = [new URL(proxy.url).host];
    const { page, faults, workers, close } = await browser.open(`${server.url}/`, { expected });
    await page.evaluate(
      async ([pool, worker]) => {
        const { Miner } = await import("/www/lib/dist/miner.js");
        globalThis.miner = new Miner({
          pool,
          worker,
          backend: "gpu",
          threads: 1,
          gpuWorkerUrl: "/tests/e2e/gpu-losing-worker.js",
          wasmBase: new URL("/www/lib/wasm/", location.href),
        });
        globalThis.told = { shares: [], errors: [] };
        miner.addEventListener("share", ({ detail }) => told.shares.push(detail.status));
        miner.addEventListener("error", ({ detail }) =>
          told.errors.push(`${detail.error.code}: ${detail.error.message}`),
        );
        await miner.start();
      },
      [`${proxy.url.replace("http:", "ws:")}/pool/local`, ADDRESS],
    );
    const { backend, threads, gpu } = await page.evaluate(() => miner.stats);
    assert.deepEqual([backend, threads], ["gpu", 0]);
    assert.ok(gpu.memoryBytes > 490 * 2 ** 20 && gpu.memoryBytes < 520 * 2 ** 20, `${gpu.memoryBytes} bytes`);
    const acceptedOrFailed = () =>
      page.evaluate(() => told.shares.includes("accepted") || told.errors.length > 0);
    await until("a share is accepted", acceptedOrFailed, 240);
    assert.deepEqual(await page.evaluate(() => told.errors), []);

    await page.evaluate(() => new BroadcastChannel("lose").postMessage(null));
    const onCpu = () => page.evaluate(() => miner.stats.backend !== "gpu" && miner.stats.threads === 1);
    await until("the CPU mines", onCpu, 5);
    const [errors, state] = await page.evaluate(() => [told.errors, miner.state]);
    assert.match(errors.join(), /^gpu-failed: the CPU goes on without the GPU: the GPU was lost/);
    assert.equal(state, "mining");
    const before = (await page.evaluate(() => miner.stats)).runs;
    await until("mining goes on", () => page.evaluate((before) => miner.stats.runs > before, before));
    await page.evaluate(() => miner.stop());
    await until("no worker is left", () => workers.names.length === 0, 5);
    assert.deepEqual(faults, []);
    await close();
  } finally {
    await browser.close();
    await proxy.stop();
    await server.stop();
  }
});
