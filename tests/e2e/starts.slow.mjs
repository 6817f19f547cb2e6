// How long a visitor waits for the first share: five starts, each with a page of its own.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser, until } from "./browser.mjs";
import { SITE, startProxy } from "./proxy.mjs";

let proxy;
let browser;

before(async () => {
  proxy = await startProxy("--dev", "--site", SITE);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await proxy?.stop();
});

test("a share is accepted within 60 s of pressing Start, five times out of five", async () => {
  const seconds = [];
  for (let start = 0; start < 5; start++) {
    const { page, close } = await browser.open(`${proxy.url}/`);
    const pressed = Date.now();
    await page.locator("#start-stop").click();
    const accepted = async () => (await page.locator("#figure-accepted").textContent()) !== "0";
    await until("a share is accepted", accepted, 60);
    seconds.push((Date.now() - pressed) / 1000);
    await close();
  }
  console.log(
    `seconds from Start to the first accepted share: ${seconds.map((s) => s.toFixed(1)).join(", ")}`,
  );
  assert.equal(seconds.length, 5);
});
