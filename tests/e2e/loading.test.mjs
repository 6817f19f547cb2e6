/* global document, PerformanceObserver, performance */
// How the page loads: what a server says of its files, what the browser makes of them, and that it has nothing to complain of.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./browser.mjs";
import { stage } from "./stage.mjs";

const on = stage();

/** By the endings of their names. */
const TYPES = {
  css: "text/css",
  html: "text/html",
  js: "text/javascript",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json",
};

const says = (page, pattern) =>
  until(`the page says ${pattern}`, async () =>
    pattern.test(await page.locator("#mine-status").textContent()),
  );

/** Every response to a page that loads, mines and verifies. */
async function responsesOf(act) {
  const responses = [];
  const opened = await on.browser.open(`${on.proxy.url}/`, {
    prepare: (page) => page.on("response", (response) => responses.push(response)),
  });
  await act(opened.page);
  return { ...opened, responses };
}

test("every file has its type and its length of life, and none is missing", async () => {
  const { page, faults, responses, close } = await responsesOf(async (page) => {
    await says(page, /^Stopped/);
    await page.locator("#start-stop").click();
    await says(page, /^Mining at/);
    await page.locator("#tab-verify").click();
    await page.locator("#block").fill("[]");
    await page.locator("#verify-form button").click();
    await until("it is read", async () => (await page.locator("#verify-status").textContent()) !== "");
  });
  assert.ok(responses.length >= 12, `only ${responses.length} responses`);
  const kinds = new Set();
  for (const response of responses) {
    const { pathname } = new URL(response.url());
    const name = pathname === "/" ? "index.html" : pathname.split("/").at(-1);
    const headers = response.headers();
    const kind = name.split(".").at(-1);
    kinds.add(kind);
    assert.equal(response.status(), 200, name);
    assert.equal(headers["content-type"]?.split(";")[0], TYPES[kind], name);
    assert.equal(headers["x-content-type-options"], "nosniff", name);
    const hashed = /\.[0-9a-f]{16}\./.test(name);
    // Chromium tells of what a worker imports without headers of the answer that it took from its memory.
    assert.match(headers["cache-control"] ?? "", hashed ? /max-age=31536000.*immutable/ : /no-cache/, name);
  }
  for (const kind of ["html", "css", "js", "json", "wasm"]) assert.ok(kinds.has(kind), `there is a ${kind}`);
  assert.deepEqual(faults, []);
  await page.close();
  await close();
});

test("nothing shifts as the page loads and as mining begins, and the largest paint is told", async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/`, {
    prepare: (page) =>
      page.addInitScript(() => {
        Object.assign(globalThis, { shifts: [], largest: undefined });
        new PerformanceObserver((list) => {
          for (const { value, hadRecentInput, sources } of list.getEntries())
            if (!hadRecentInput)
              globalThis.shifts.push({ value, where: sources.map(({ node }) => node?.id || node?.nodeName) });
        }).observe({ type: "layout-shift", buffered: true });
        new PerformanceObserver((list) => {
          const { startTime, element } = list.getEntries().at(-1);
          globalThis.largest = { startTime, element: element?.outerHTML.slice(0, 60) };
        }).observe({ type: "largest-contentful-paint", buffered: true });
      }),
  });
  await says(page, /^Stopped/);
  await until("something large is painted", () => page.evaluate("largest !== undefined"));
  const { startTime, element } = await page.evaluate("largest");
  console.log(`largest contentful paint: ${startTime.toFixed(0)} ms on this machine, ${element}`);
  const paint = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime");
  console.log(`first contentful paint: ${paint.toFixed(0)} ms`);
  await page.locator("#start-stop").click();
  await says(page, /^Mining at/);
  await until("it has run", async () => Number(await page.locator("#figure-runs").textContent()) > 0);
  const shifts = await page.evaluate("shifts");
  const sum = shifts.reduce((total, { value }) => total + value, 0);
  assert.ok(sum <= 0.1, `shifts by ${sum}: ${JSON.stringify(shifts)}`);
  assert.deepEqual(faults, []);
  await close();
});

test("only the page's own style sheets hold up its first paint, and images have their sizes", async () => {
  const { page, close } = await on.browser.open(`${on.proxy.url}/`);
  await says(page, /^Stopped/);
  const { blocking, images, title, scripts } = await page.evaluate(() => ({
    blocking: performance
      .getEntriesByType("resource")
      .filter(({ renderBlockingStatus }) => renderBlockingStatus === "blocking")
      .map(({ name }) => name),
    images: [...document.images].filter(
      (image) => !image.hasAttribute("width") || !image.hasAttribute("height"),
    ).length,
    scripts: [...document.scripts].filter(({ type }) => type !== "module").length,
    title: document.title,
  }));
  const { origin } = new URL(on.proxy.url);
  assert.ok(blocking.length > 0 && blocking.length <= 5, blocking.join());
  for (const url of blocking) assert.ok(url.startsWith(origin) && url.endsWith(".css"), url);
  assert.equal(images, 0);
  assert.equal(scripts, 0, "scripts that would hold up the page");
  assert.equal(title, "Aion web miner");
  await close();
});

test("the browser has no issue with the page, and nothing in it is deprecated", async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/`);
  const devtools = await page.context().newCDPSession(page);
  const issues = [];
  devtools.on("Audits.issueAdded", ({ issue }) => issues.push(JSON.stringify(issue)));
  devtools.on("Log.entryAdded", ({ entry }) => issues.push(`${entry.source}: ${entry.text}`));
  await devtools.send("Audits.enable");
  await devtools.send("Log.enable");
  await page.reload();
  await says(page, /^Stopped/);
  for (const tab of ["verify", "benchmark", "about", "mine"]) await page.locator(`#tab-${tab}`).click();
  await page.locator("#start-stop").click();
  await says(page, /^Mining at/);
  await page.locator("#start-stop").click();
  await says(page, /^Stopped\. /);
  assert.deepEqual(issues, []);
  // The watch is on: it would have told of this.
  await page.evaluate("addEventListener('unload', () => undefined)");
  await until("what is deprecated is told", () => issues.some((issue) => issue.includes("DeprecationIssue")));
  assert.deepEqual(faults, []);
  await close();
});

test("nothing listens for unloading, and what listens for touch and wheel never blocks scrolling", async () => {
  const { page, close } = await on.browser.open(`${on.proxy.url}/`);
  await says(page, /^Stopped/);
  const devtools = await page.context().newCDPSession(page);
  const listenersOf = async (expression) => {
    const { result } = await devtools.send("Runtime.evaluate", { expression });
    return (await devtools.send("DOMDebugger.getEventListeners", { objectId: result.objectId, depth: -1 }))
      .listeners;
  };
  const all = [...(await listenersOf("window")), ...(await listenersOf("document"))];
  assert.ok(all.length > 10, `${all.length} listeners`);
  const wrong = all.filter(
    ({ type, passive }) =>
      /^(before)?unload$/.test(type) || (/^(touch(start|move)|(mouse)?wheel)$/.test(type) && !passive),
  );
  assert.deepEqual(
    wrong.map(({ type }) => type),
    [],
  );
  await close();
});
