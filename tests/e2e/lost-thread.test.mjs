import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./browser.mjs";
import { stage } from "./stage.mjs";

const on = stage();

const status = (page) => page.locator("#mine-status").textContent();
const log = (page) => page.locator("#log").textContent();
const runs = async (page) => Number(await page.locator("#figure-runs").textContent());

test("a solver thread that dies in the middle of its work costs a restart, a second one is an error by name, and nothing goes on", async () => {
  const { page, workers, close } = await on.browser.open(`${on.proxy.url}/`);
  await page.locator("#threads").fill("2");
  await page.locator("#start-stop").click();
  await until("the page says that it mines", async () => /^Mining at local/.test(await status(page)));
  await until("a run was finished", async () => (await runs(page)) > 0, 60);

  await workers.breakOff("aion-pow-thread");
  await until("another solver takes its place", async () => /another one takes/.test(await log(page)), 60);
  const before = await runs(page);
  await until("it finishes runs", async () => (await runs(page)) > before, 60);
  assert.match(await status(page), /^Mining at local/);
  assert.deepEqual(workers.names, ["aion-pow-thread", "aion-solver"], "nothing is left of the first");

  await workers.breakOff("aion-pow-thread");
  await until("the page has stopped", async () => !/^Mining/.test(await status(page)), 60);
  assert.match(await log(page), /solver-(silent|trapped)/);
  await until("no worker is left", () => workers.names.length === 0, 30);
  assert.equal(await page.title(), "Aion web miner");

  await page.locator("#start-stop").click();
  await until("a new start mines again", async () => /^Mining at local/.test(await status(page)));
  await page.locator("#start-stop").click();
  await until("it stopped", async () => /^Stopped\./.test(await status(page)));
  await close();
});
