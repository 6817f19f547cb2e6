import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { violations } from "./accessibility.mjs";
import { until } from "./browser.mjs";
import { stage } from "./stage.mjs";

const on = stage();
const status = (page) => page.locator("#benchmark-status").textContent();

test("a click measures the solver without a pool, and the result can be shared", async () => {
  const { page, faults, frames, workers, close } = await on.browser.open(`${on.proxy.url}/#benchmark`);
  assert.match(await status(page), /^Nothing runs until you press Run the benchmark\.$/);
  assert.deepEqual(workers.names, []);
  await page.locator("#benchmark-threads").fill("2");
  await page.locator("#benchmark-run").click();
  await page.locator("#benchmark-result").waitFor({ timeout: 60_000 });
  await until("it says so", async () => /^Done: \d+ ms a run on 2 threads/.test(await status(page)));
  await until("no worker is left", () => workers.names.length === 0, 1);
  assert.equal(frames.length, 0, "no pool is asked");

  const shown = JSON.parse(await page.locator("#benchmark-json").textContent());
  assert.match(shown.browser, /^Chromium \d+$/);
  assert.match(shown.version, /^\d+\.\d+\.\d+$/);
  assert.deepEqual([shown.backend, shown.threads, shown.runs], ["threads", 2, 5]);
  assert.equal(shown.solutions, 9, "the nonces' solutions are known");
  assert.equal(shown.correct, true);
  assert.equal(shown.roundsMs.length, 10);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("#benchmark-download").click(),
  ]);
  assert.deepEqual(JSON.parse(await readFile(await download.path(), "utf8")), shown);

  const rows = await page.locator("#machines tr").evaluateAll((all) => all.map(({ className }) => className));
  assert.equal(rows.filter((name) => name === "mine").length, 1);
  const times = (await page.locator("#machines td:nth-child(3)").allTextContents()).map(Number);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), [], colorScheme);
  }
  assert.deepEqual(faults, []);
  await close();
});

test("a benchmark stops on a click, and mining stops it too", async () => {
  const { page, faults, workers, close } = await on.browser.open(`${on.proxy.url}/#benchmark`);
  const begin = async () => {
    await page.locator("#benchmark-run").click();
    await until("it runs", async () => /^Run \d of 6/.test(await status(page)));
  };
  await begin();
  assert.equal(await page.locator("#benchmark-run").textContent(), "Stop");
  await page.locator("#benchmark-run").click();
  await until("it says so", async () => /^Stopped\. Nothing was measured\.$/.test(await status(page)));
  await until("no worker is left", () => workers.names.length === 0, 1);
  await begin();
  await page.locator("#tab-mine").click();
  await page.locator("#start-stop").click();
  const mining = page.locator("#mine-status");
  await until("it mines", async () => /^Mining at/.test(await mining.textContent()));
  assert.match(await status(page), /^Stopped/);
  assert.equal(workers.names.filter((name) => name === "aion-solver").length, 1);
  await page.locator("#start-stop").click();
  await until("it stopped", async () => /^Stopped/.test(await mining.textContent()));
  assert.deepEqual(faults, []);
  await close();
});
