/* global navigator */
// The service worker that adds the isolation headers, on a server that sends none.
import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { poolVerdicts, startBrowser, until } from "./browser.mjs";
import { startConsumer } from "./consumer.mjs";
import { installPackages } from "./packages.mjs";

const SCRIPT = `
import { isolatePage } from "aion-web-miner/isolation";
import "aion-web-miner/element";

sessionStorage.loads = Number(sessionStorage.loads ?? 0) + 1;
globalThis.isolation = await isolatePage();
`;

let packages, browser;
before(async () => {
  packages = await installPackages();
  const { folder } = packages;
  await copyFile(
    join(folder, "node_modules/aion-web-miner/isolation-worker.js"),
    join(folder, "isolation-worker.js"),
  );
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await packages?.remove();
});

const settled = (page) =>
  page.waitForFunction(() => globalThis.isolation !== undefined && globalThis.isolation !== "reloading");

test("the first visit loads the page twice, and then it is isolated and mines on threads", async (t) => {
  const site = await startConsumer(packages.folder, { script: SCRIPT, headers: () => ({}) });
  t.after(() => site.stop());
  const { page, faults, frames, workers, close } = await browser.open(`${site.url}/`, {
    expected: [site.poolHost],
  });
  t.after(close);
  await settled(page);
  assert.equal(await page.evaluate("isolation"), "isolated");
  assert.equal(await page.evaluate("crossOriginIsolated"), true);
  assert.equal(await page.evaluate("sessionStorage.loads"), "2");
  const button = page.locator("aion-miner [part=button]");
  await button.click();
  await until("the pool accepts a share", () => poolVerdicts(frames).includes(true), 60);
  assert.deepEqual(workers.names, ["aion-pow-thread", "aion-solver"]);
  await button.click();
  await until("no worker is left", () => workers.names.length === 0, 5);

  // A tab that nobody debugs: Chromium holds a reload back where workers wait for their debugger.
  const again = await page.context().newPage();
  await again.goto(`${site.url}/`);
  await settled(again);
  await again.reload();
  await settled(again);
  assert.equal(await again.evaluate("isolation"), "isolated");
  assert.equal(await again.evaluate("sessionStorage.loads"), "2", "later visits load the page once");
  assert.deepEqual(faults, []);
});

test("where the worker cannot be had the page is told why, and is loaded once", async (t) => {
  const script = SCRIPT.replace("isolatePage()", 'isolatePage({ workerUrl: "/none.js" })');
  const site = await startConsumer(packages.folder, { script, headers: () => ({}) });
  t.after(() => site.stop());
  const { page, close } = await browser.open(`${site.url}/`, { expected: [site.poolHost] });
  t.after(close);
  await settled(page);
  assert.equal(await page.evaluate("isolation"), "refused");
  assert.equal(await page.evaluate("sessionStorage.loads"), "1");
});

test("a worker that does not help is not tried for ever", async (t) => {
  // Below the page in its folder, it has no say over the page.
  const script = SCRIPT.replace("isolatePage()", 'isolatePage({ workerUrl: "/plain/isolation-worker.js" })');
  const { folder } = packages;
  await copyFile(join(folder, "isolation-worker.js"), join(folder, "plain/isolation-worker.js"));
  const site = await startConsumer(folder, { script, headers: () => ({}) });
  t.after(() => site.stop());
  const { page, close } = await browser.open(`${site.url}/`, { expected: [site.poolHost] });
  t.after(close);
  await settled(page);
  assert.equal(await page.evaluate("isolation"), "refused");
  assert.equal(await page.evaluate("sessionStorage.loads"), "2");
  assert.equal(await page.evaluate(() => navigator.serviceWorker.controller), null);
});
