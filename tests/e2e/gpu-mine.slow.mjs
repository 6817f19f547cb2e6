/* global miner */
// The miner on Chromium's own adapter, at full size: opening it takes about 20 s on two processors, a nonce 10 s.
import assert from "node:assert/strict";
import { test } from "node:test";
import { poolVerdicts, SOFTWARE_GPU, startBrowser, until } from "./browser.mjs";
import { startIsolatedServer } from "./isolated-server.mjs";
import { startProxy } from "./proxy.mjs";

/** Waits on a machine that does much else besides. */
const PATIENCE_S = 240;

/** How soon the CPU must mine once the GPU is gone. */
const BACK_WITHIN_S = 5;

/** Starts a miner in a page; `told` collects its error events. */
async function startMiner(page, options) {
  await page.evaluate(async (options) => {
    const { Miner } = await import("/www/lib/dist/miner.js");
    globalThis.miner = new Miner(options);
    miner.told = [];
    miner.addEventListener("error", ({ detail }) => miner.told.push(detail.error.code));
    void miner.start();
  }, options);
}

test("a GPU mines shares, and when its process dies the CPU goes on", async () => {
  const server = await startIsolatedServer();
  // Every solution is a share, and no new block comes while a nonce takes the adapter its time.
  const proxy = await startProxy(
    ...["--dev", "--dev-difficulty", "1", "--dev-block-seconds", "3600"],
    ...["--allow-origin", server.url],
  );
  const browser = await startBrowser(SOFTWARE_GPU);
  try {
    const { host } = new URL(proxy.url);
    const tab = await browser.open(`${server.url}/`, { expected: [host] });
    const { page, frames, faults, workers } = tab;
    const accepted = () => poolVerdicts(frames).filter((verdict) => verdict).length;
    const stats = () => page.evaluate(() => miner.stats);
    await startMiner(page, {
      pool: `ws://${host}/pool/local`,
      worker: `0xa0${"ab".repeat(31)}`,
      backend: "gpu",
      threads: 1,
    });
    await until("the pool accepts a share of the GPU", () => accepted() > 0, PATIENCE_S);
    const onGpu = await stats();
    assert.equal(onGpu.backend, "gpu");
    assert.equal(onGpu.threads, 0, "no CPU solver runs beside it");
    assert.ok(onGpu.gpu.solutionsPerSecond > 0);
    assert.equal(onGpu.gpu.solutionsPerSecond, onGpu.solutionsPerSecond);
    assert.match(onGpu.gpu.adapter, /swiftshader/i);
    assert.deepEqual(await page.evaluate(() => miner.told), []);

    await browser.crashGpuProcess();
    const before = accepted();
    await until(
      "the CPU mines",
      async () => (await stats()).gpu === null && (await stats()).backend !== null,
      BACK_WITHIN_S,
    );
    assert.deepEqual(await page.evaluate(() => miner.told), ["gpu-failed"]);
    assert.equal(await page.evaluate(() => miner.state), "mining");
    await until("the pool accepts shares of the CPU", () => accepted() > before + 1, 60);
    await page.evaluate(() => miner.stop());
    assert.deepEqual(workers.names, []);
    assert.deepEqual(faults, []);
    await tab.close();
  } finally {
    await browser.close();
    await proxy.stop();
    await server.stop();
  }
});
