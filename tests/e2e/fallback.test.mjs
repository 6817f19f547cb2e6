import assert from "node:assert/strict";
import { test } from "node:test";
import { poolVerdicts, startBrowser, until } from "./browser.mjs";
import { startPlainServer } from "./plain-server.mjs";
import { SITE, startProxy } from "./proxy.mjs";

test("without isolation headers a single thread mines, the page says why, and the pool accepts its share", async () => {
  let socket;
  const site = await startPlainServer(SITE, () => ({ pools: [{ name: "local", url: socket }] }));
  const proxy = await startProxy("--dev", "--allow-origin", site.url);
  socket = `${proxy.url.replace("http:", "ws:")}/pool/local`;
  const browser = await startBrowser();
  try {
    const { page, faults, frames, workers, close } = await browser.open(`${site.url}/`, {
      expected: [new URL(proxy.url).host],
    });
    assert.equal(await page.evaluate("crossOriginIsolated"), false);
    assert.match(
      await page.locator("#environment").textContent(),
      /^Not cross-origin isolated.*single thread/,
    );
    await page.locator("#start-stop").click();
    const accepted = page.locator("#figure-accepted");
    await until("a share is accepted", async () => Number(await accepted.textContent()) > 0, 120);
    assert.ok(poolVerdicts(frames).includes(true), "the pool itself said so");
    assert.deepEqual(workers.names, ["aion-solver"]);
    assert.equal(await page.locator("#figure-solver").textContent(), "single thread");
    const memories = await workers.memories("aion-solver");
    assert.deepEqual(
      memories.map(({ shared }) => shared),
      [false],
    );
    await page.locator("#start-stop").click();
    const status = page.locator("#mine-status");
    await until("it stopped", async () => /^Stopped\./.test(await status.textContent()));
    await until("no worker is left", () => workers.names.length === 0, 1);
    assert.deepEqual(faults, []);
    await close();
  } finally {
    await browser.close();
    await proxy.stop();
    await site.stop();
  }
});
