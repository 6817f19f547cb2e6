import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "./browser.mjs";
import { launchChromium } from "./chromium.mjs";
import { SITE, startProxy } from "./proxy.mjs";
import { Tab } from "./tab.mjs";

let proxy, browser;
before(async () => {
  proxy = await startProxy("--dev", "--site", SITE);
  browser = await launchChromium();
});
after(async () => {
  await browser?.stop();
  await proxy?.stop();
});

test("the page behind another tab says that it pauses and why, and mines again when it is in front", async () => {
  const tab = await Tab.open(browser.endpoint, `${proxy.url}/`);
  const text = (id) => tab.evaluate((id) => globalThis.document.getElementById(id).textContent, id);
  const says = (pattern) =>
    until(`the page says ${pattern}`, async () => pattern.test(await text("mine-status")));
  await says(/^Stopped/);
  const press = async () => {
    await tab.evaluate(`document.getElementById("start-stop").scrollIntoView({ block: "center" })`);
    await tab.click("#start-stop");
  };
  await press();
  await says(/^Mining at local/);
  const other = await Tab.open(browser.endpoint, `${proxy.url}/index.html#about`);
  await says(/^Paused: this tab is hidden\. Goes on by itself when that ends\. /);
  assert.match(await tab.evaluate("document.title"), /^Mining \(paused\)/);
  assert.equal(await text("start-stop"), "Stop mining");
  assert.match(await text("log"), /Paused: this tab is hidden/);
  await tab.front();
  await says(/^Mining at local/);
  await press();
  await says(/^Stopped\. /);
  await other.close();
  await tab.close();
});
