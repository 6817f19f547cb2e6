/* global PerformanceObserver, document, getComputedStyle, localStorage */
// The page as a whole: what it loads, how it looks to those who do not see it, what it keeps and what it forgets.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { until } from "./browser.mjs";
import { startPlainServer } from "./plain-server.mjs";
import { SITE } from "./proxy.mjs";
import { stage } from "./stage.mjs";

const on = stage();
const WALLET = `0xa0${"ab".repeat(31)}`;

const text = (page, id) => page.locator(`#${id}`).textContent();
const says = (page, pattern) =>
  until(`the page says ${pattern}`, async () => pattern.test(await text(page, "mine-status")));

test("the first load takes at most 250 KiB gzipped, without wasm, and asks nobody else", async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/`);
  await until("all is loaded", () => page.evaluate("document.readyState === 'complete'"));
  const urls = await page.evaluate(() => [
    document.URL,
    ...globalThis.performance.getEntriesByType("resource").map(({ name }) => name),
  ]);
  const loaded = urls.filter((url) => !url.endsWith(".wasm"));
  assert.ok(loaded.length >= 8, `only ${loaded.join()}`);
  let bytes = 0;
  for (const url of new Set(loaded))
    bytes += gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer())).length;
  assert.ok(bytes <= 250 * 1024, `${bytes} bytes`);
  console.log(`first load: ${(bytes / 1024).toFixed(1)} KiB gzipped in ${loaded.length} responses`);
  assert.deepEqual(faults, []);
  await close();
});

test("a page says what it is, does not jump as it loads, and fits a phone", async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/`, {
    viewport: { width: 375, height: 800 },
  });
  await says(page, /^Stopped/);
  const shift = await page.evaluate(
    () =>
      new Promise((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) sum += value;
        }).observe({ type: "layout-shift", buffered: true });
        globalThis.requestAnimationFrame(() => globalThis.requestAnimationFrame(() => resolve(sum)));
      }),
  );
  assert.ok(shift <= 0.1, `the layout shifts by ${shift}`);
  assert.equal(await page.evaluate("document.documentElement.lang"), "en");
  assert.match(await page.locator("meta[name=viewport]").getAttribute("content"), /width=device-width/);
  assert.match(await page.locator("meta[name=description]").getAttribute("content"), /Aion/);
  for (const tab of ["mine", "verify", "benchmark", "about"]) {
    await page.locator(`#tab-${tab}`).click();
    const found = await page.evaluate(() => {
      const seen = [...document.querySelectorAll("body *")].filter((element) => element.checkVisibility());
      const sizeOf = (element) => Number.parseFloat(getComputedStyle(element).fontSize);
      const inText = (element) => element.tagName === "A" && element.closest("p") !== null;
      const targets = seen.filter((element) =>
        element.matches("button, a, select, summary, input:not(.visually-hidden)"),
      );
      return {
        width: document.documentElement.scrollWidth,
        small: targets
          // A box within its label, or a link within a sentence, is not the whole of its target.
          .filter((element) => !inText(element) && element.closest("label") === null)
          .filter((element) => Math.min(element.offsetWidth, element.offsetHeight) < 24)
          .map(({ outerHTML }) => outerHTML.slice(0, 80)),
        fine: seen
          .filter((element) => element.childElementCount === 0 && element.textContent.trim() !== "")
          .filter((element) => sizeOf(element) < 12)
          .map(({ outerHTML }) => outerHTML.slice(0, 80)),
      };
    });
    assert.deepEqual(found, { width: 375, small: [], fine: [] }, tab);
  }
  assert.deepEqual(faults, []);
  await close();
});

test("the other tabs say that the page mines, a benchmark waits for its end, and a button there is its end", async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/`);
  await page.locator("#start-stop").click();
  await says(page, /^Mining at/);
  await page.locator("#tab-benchmark").click();
  assert.match(await text(page, "elsewhere-said"), /^Mining at local/);
  await page.locator("#benchmark-run").click();
  await until("it is refused", async () => /mines just now/.test(await text(page, "benchmark-status")));
  await page.locator("#elsewhere-stop").click();
  await until("the bar is gone", async () => !(await page.locator("#elsewhere").isVisible()));
  assert.deepEqual(faults, []);
  await close();
});

test("the session is told as a chart, a sentence and a table", async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/`);
  assert.equal(await text(page, "chart-said"), "The chart begins when mining does.");
  await page.locator("#chart-details > summary").click();
  await page.locator("#start-stop").click();
  await until("the table has rows", async () => (await page.locator("#chart-rows tr").count()) >= 3);
  assert.match(
    await text(page, "chart-said"),
    /^0:\d\d so far: .* solutions per second, \d+ accepted shares?\.$/,
  );
  assert.equal(await page.locator("#chart-rows th").first().textContent(), "0:00");
  const [light, dark] = [await inkOf(page, "light"), await inkOf(page, "dark")];
  assert.notEqual(light, dark, "the chart is drawn in the colours of the scheme");
  await page.locator("#start-stop").click();
  await says(page, /^Stopped/);
  assert.deepEqual(faults, []);
  await close();
});

/** The chart's picture in that scheme. */
async function inkOf(page, colorScheme) {
  await page.emulateMedia({ colorScheme });
  const draw = "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))";
  await page.evaluate(draw);
  const pixel = () => {
    const { canvas } = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const drawn = document.querySelector("#chart canvas");
    [canvas.width, canvas.height] = [drawn.width, drawn.height];
    const context = canvas.getContext("2d");
    context.drawImage(drawn, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Map();
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] < 255) continue;
      const colour = data.slice(at, at + 3).join();
      colours.set(colour, (colours.get(colour) ?? 0) + 1);
    }
    return [...colours].sort(([, a], [, b]) => b - a)[0]?.[0];
  };
  return page.evaluate(pixel);
}

test("settings outlive a reload, nothing runs after one, and a button erases them", async () => {
  const { page, faults, workers, close } = await on.browser.open(`${on.proxy.url}/`);
  await page.locator("#wallet").fill(WALLET);
  await page.locator("#throttle").selectOption("0.5");
  await page.locator(".pauses > summary").click();
  await page.locator("#pause-metered").uncheck();
  await page.locator("#pause-battery").selectOption("always");
  assert.match(await text(page, "pauses-said"), /^hidden, battery, pressure, tabs$/);
  await page.locator("#start-stop").click();
  await says(page, /^Mining at/);
  await page.reload();
  await says(page, /^Stopped\. Nothing runs until you press Start mining\.$/);
  assert.deepEqual(workers.names, []);
  assert.equal(await page.locator("#wallet").inputValue(), WALLET);
  assert.equal(await page.locator("#throttle").inputValue(), "0.5");
  assert.equal(await page.locator("#pause-metered").isChecked(), false);
  assert.equal(await page.locator("#pause-battery").inputValue(), "always");

  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), ["aion-web-miner/settings"]);
  await page.locator("#forget").click();
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  assert.equal(await text(page, "kept-said"), "Forgotten. Nothing is stored.");
  assert.equal(await page.locator("#throttle").inputValue(), "1");
  assert.equal(await page.locator("#pause-metered").isChecked(), true);
  assert.notEqual(await page.locator("#wallet").inputValue(), WALLET);
  assert.deepEqual(faults, []);
  await close();
});

test("a browser that keeps nothing mines all the same", async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/`);
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, "localStorage", {
      get() {
        throw new Error("storage is forbidden");
      },
    });
  });
  await page.reload();
  await says(page, /^Stopped/);
  await page.locator("#throttle").selectOption("0.75");
  assert.equal(await page.locator("#forget").isVisible(), false);
  await page.locator("#start-stop").click();
  await says(page, /^Mining at/);
  await page.locator("#start-stop").click();
  await says(page, /^Stopped/);
  assert.deepEqual(faults, []);
  await close();
});

test("a phone is asked before it mines, at every visit", async () => {
  const { page, faults, workers, close } = await on.browser.open(`${on.proxy.url}/`);
  assert.equal(await page.locator("#allow-mobile").isVisible(), false, "this is no phone");
  const devtools = await page.context().newCDPSession(page);
  const named = {
    platform: "Android",
    platformVersion: "15",
    architecture: "",
    model: "a phone",
    mobile: true,
  };
  const override = { userAgent: await page.evaluate("navigator.userAgent"), userAgentMetadata: named };
  await devtools.send("Emulation.setUserAgentOverride", override);
  await page.reload();
  await says(page, /^Stopped/);
  await page.locator("#start-stop").click();
  assert.equal(await page.evaluate("document.activeElement.id"), "allow-mobile");
  assert.deepEqual(workers.names, []);
  await page.locator("#allow-mobile").check();
  await page.locator("#start-stop").click();
  await says(page, /^Mining at/);
  await page.reload();
  await says(page, /^Stopped/);
  assert.equal(await page.locator("#allow-mobile").isChecked(), false);
  assert.deepEqual(faults, []);
  await close();
});

test("where there is no GPU the CPU mines, and a notice says why", async () => {
  const { page, close } = await on.browser.open(`${on.proxy.url}/`);
  await page.getByRole("radio", { name: "GPU" }).check();
  await page.locator("#start-stop").click();
  await until(
    "the reason is told",
    async () => /\(gpu-unavailable\)/.test(await text(page, "environment")),
    60,
  );
  await says(page, /^Mining at/);
  assert.equal(await page.locator("#by-solver").isVisible(), false);
  await page.locator("#start-stop").click();
  await says(page, /^Stopped/);
  await close();
});

test("a list of pools that cannot be read is said, and asked for again on a click", async () => {
  let broken = true;
  const site = await startPlainServer(SITE, () => (broken ? "broken" : { pools: [{ name: "example" }] }));
  const { page, close } = await on.browser.open(`${site.url}/`);
  await says(page, /^There is no pool to mine at\.$/);
  assert.match(await text(page, "pool-note"), /^The list of pools cannot be read: /);
  assert.equal(await page.locator("#start-stop").isDisabled(), true);
  broken = false;
  await page.locator("#pool-retry").click();
  await says(page, /^Stopped/);
  assert.equal(await page.locator("#pool").inputValue(), "example");
  assert.equal(await page.locator("#pool-retry").isVisible(), false);
  assert.equal(await page.locator("#start-stop").isDisabled(), false);
  await close();
  await site.stop();
});
