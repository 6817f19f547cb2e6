import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./browser.mjs";
import { stage } from "./stage.mjs";

const on = stage();

const status = (page) => page.locator("#mine-status").textContent();

test("a solver thread that dies in the middle of its work is an error by name, and nothing goes on", async () => {
  const { page, workers, close } = await on.browser.open(`${on.proxy.url}/`);
  await page.locator("#threads").fill("2");
  await page.locator("#start-stop").click();
  await until("the page says that it mines", async () => /^Mining at local/.test(await status(page)));
  await until(
    "a run was finished",
    async () => (await page.locator("#figure-runs").textContent()) !== "0",
    60,
  );

  await workers.breakOff("aion-pow-thread");
  await until("the page has stopped", async () => !/^Mining/.test(await status(page)), 60);
  assert.match(await page.locator("#log").textContent(), /solver-(silent|trapped)/);
  await until("no worker is left", () => workers.names.length === 0, 30);
  assert.equal(await page.title(), "Aion web miner");

  await page.locator("#start-stop").click();
  await until("a new start mines again", async () => /^Mining at local/.test(await status(page)));
  await page.locator("#start-stop").click();
  await until("it stopped", async () => /^Stopped\./.test(await status(page)));
  await close();
});
