/* global addEventListener, document, MouseEvent, MutationObserver, performance */
// <aion-miner>, on a page of its own, with the packages as they are published.
import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { picture, startBrowser, until } from "./browser.mjs";
import { ACCOUNT, minerTag, OWNER, startConsumer } from "./consumer.mjs";
import { installPackages } from "./packages.mjs";

const HOST = "home.example";

let packages, browser;
before(async () => {
  packages = await installPackages();
  browser = await startBrowser([`--host-resolver-rules=MAP ${HOST} 127.0.0.1`]);
});
after(async () => {
  await browser?.close();
  await packages?.remove();
});

/** Opens a page with that body; all ends with the test. */
async function open(t, body, options = {}) {
  const site = await startConsumer(packages.folder, { body, ...options });
  t.after(() => site.stop());
  const tab = await browser.open(`${site.url}/`, { expected: [site.poolHost] });
  t.after(tab.close);
  await until("the elements are there", () => tab.page.locator("aion-miner[state]").first().isVisible());
  return { ...tab, site };
}

const part = (page, name, within = "aion-miner") => page.locator(`${within} [part=${name}]`);
const says = (page, pattern, within) =>
  until(`the status is ${pattern}`, async () =>
    pattern.test(await part(page, "status", within).textContent()),
  );

test("a script cannot start it; a key can; events reach the document, and no error event does", async (t) => {
  const { page, faults, frames, workers } = await open(t, minerTag);
  await page.evaluate(() => {
    globalThis.told = [];
    for (const name of ["state", "share", "stats", "error", "pause"])
      for (const type of [`miner-${name}`, name])
        addEventListener(type, ({ detail }) => globalThis.told.push([type, detail?.state ?? detail?.status]));
    const button = document.querySelector("aion-miner").shadowRoot.querySelector("button");
    button.click();
    button.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    globalThis.changes = [];
    const status = button.parentElement.querySelector("[part=status]");
    new MutationObserver(() => globalThis.changes.push(performance.now())).observe(status, {
      characterData: true,
      childList: true,
      subtree: true,
    });
  });
  assert.equal(await page.locator("aion-miner").getAttribute("state"), "idle");
  assert.deepEqual([workers.names, frames], [[], []]);
  await picture(page, "element-stopped");

  await part(page, "button").focus();
  await page.keyboard.press("Enter");
  await says(page, /^Mining at/);
  const told = () => page.evaluate(() => globalThis.told.map((one) => one.join(" ").trim()));
  await until("a share is accepted", async () => (await told()).includes("miner-share accepted"), 60);
  await says(page, /[1-9]\d* shares? accepted/);
  const snapshot = await page.locator("aion-miner").ariaSnapshot();
  for (const words of [OWNER, ACCOUNT, 'button "Stop mining"', "status"])
    assert.ok(snapshot.includes(words), snapshot);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 320, height: 640 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 320, `the page is ${width} wide`);
  await picture(page, "element-mining-dark-320");

  await page.keyboard.press("Space");
  await says(page, /^Stopped\. \d+ shares? accepted/);
  await until("no worker is left", () => workers.names.length === 0, 1);
  const events = new Set((await told()).map((one) => one.split(" ")[0]));
  assert.deepEqual([...events].sort(), ["miner-share", "miner-state", "miner-stats"]);
  const { changes, nodes } = await page.evaluate(() => ({
    changes: globalThis.changes,
    nodes: document.querySelector("aion-miner").shadowRoot.querySelector("[part=status]").childNodes.length,
  }));
  assert.equal(nodes, 1, "the status is one text node");
  const gaps = changes.slice(1).map((at, i) => at - changes[i]);
  assert.ok(gaps.length >= 2 && Math.min(...gaps) > 950, `changes ${gaps.map(Math.round)} ms apart`);
  assert.deepEqual(faults, []);
});

test("out of the document, or for another account, it stops; a throttle is changed as it works", async (t) => {
  const { page, faults, workers } = await open(t, minerTag);
  const miner = page.locator("aion-miner");
  const begin = async () => {
    await part(page, "button").click();
    await until("it mines", async () => (await miner.getAttribute("state")) === "mining");
    assert.notDeepEqual(workers.names, []);
  };
  await begin();
  await miner.evaluate((element) => element.setAttribute("throttle", "0.5"));
  assert.equal(await miner.getAttribute("state"), "mining");
  assert.match(await part(page, "usage").textContent(), /resting 50 % of the time/);

  const other = `0xa0${"0b".repeat(31)}`;
  await miner.evaluate((element, other) => element.setAttribute("account", other), other);
  assert.equal(await part(page, "account").textContent(), other);
  assert.equal(await miner.getAttribute("state"), "idle");
  await miner.evaluate((element) => element.stop());
  await until("no worker is left", () => workers.names.length === 0, 1);

  await begin();
  await page.evaluate(async () => {
    globalThis.kept = document.querySelector("aion-miner");
    globalThis.kept.remove();
    await globalThis.kept.stop();
  });
  await until("no worker is left", () => workers.names.length === 0, 1);
  await page.evaluate(() => document.body.append(globalThis.kept));
  assert.equal(await miner.getAttribute("state"), "idle", "back in the document it waits for a click");
  assert.deepEqual(workers.names, []);
  assert.deepEqual(faults, []);
});

test("a pause is said with its reason, and told; it ends by itself", async (t) => {
  const { page, site, faults, workers } = await open(t, minerTag);
  await page.evaluate(() => {
    globalThis.pauses = [];
    addEventListener("miner-pause", ({ detail }) => globalThis.pauses.push(detail.reasons.join()));
  });
  await part(page, "button").click();
  await says(page, /^Mining at/);
  const other = await page.context().newPage();
  await other.goto(`${site.url}/`);
  await part(other, "button").click();
  await says(other, /^Mining at/);
  await says(page, /^Paused, because another tab of this site mines already\. /);
  assert.equal(await page.locator("aion-miner").getAttribute("state"), "paused");
  await part(other, "button").click();
  await says(page, /^Mining at/);
  assert.deepEqual(await page.evaluate("pauses"), ["other-tab", ""]);
  await part(page, "button").click();
  await until("no worker is left", () => workers.names.length === 0, 5);
  assert.deepEqual(faults, []);
});

test("workers and artifacts are taken from the folders that the page names, and no others", async (t) => {
  const { folder } = packages;
  const from = join(folder, "node_modules/aion-web-miner");
  for (const name of ["dist", "wasm"])
    await cp(join(from, name), join(folder, "vendor", name), { recursive: true });
  const named = 'worker-url="/vendor/dist/solver-worker.js" wasm-base="vendor/wasm"';
  const { page, site, workers } = await open(t, (pool) => minerTag(pool, named));
  await part(page, "button").click();
  await says(page, /^Mining at/);
  for (const script of workers.scripts) assert.ok(script.startsWith(`${site.url}/vendor/`), script);
  const artifacts = (await site.loaded()).map(({ path }) => path).filter((path) => path.endsWith(".wasm"));
  assert.deepEqual(artifacts, ["/vendor/wasm/miner-mt/aion_pow_bg.wasm"]);
  await part(page, "button").click();
  await until("no worker is left", () => workers.names.length === 0, 5);
});

test("wrong attributes are said where they stand, and nothing is thrown", async (t) => {
  const body = (pool) => `
    <aion-miner id="empty"></aion-miner>
    ${minerTag(pool, 'id="wrong" throttle="7" backend="quantum"')}`;
  const { page, faults } = await open(t, body);
  for (const [id, expected] of [
    ["empty", ["account is missing", "owner is missing", "pool is missing"]],
    ["wrong", ["throttle is “7”", "backend is “quantum”"]],
  ]) {
    const said = await page.locator(`#${id} [part=faults] li`).allTextContents();
    assert.equal(said.length, expected.length);
    for (const [i, words] of expected.entries()) assert.ok(said[i].includes(words), said[i]);
    assert.equal(await page.locator(`#${id}`).getAttribute("state"), "error");
    assert.equal(await part(page, "button", `#${id}`).isDisabled(), true);
  }
  await page.locator("#wrong").evaluate((element) => {
    element.removeAttribute("throttle");
    element.removeAttribute("backend");
  });
  assert.equal(await part(page, "button", "#wrong").isEnabled(), true, "once mended it can start");
  assert.deepEqual(faults, []);
});

test("over plain http from another machine it says so in words, and mines on one thread", async (t) => {
  const { page, workers } = await open(t, minerTag, { host: HOST, headers: () => ({}) });
  assert.equal(await page.evaluate("isSecureContext"), false);
  assert.match(await part(page, "notice").textContent(), /plain http.*single thread.*Over https/);
  await part(page, "button").click();
  await says(page, /^Mining at/);
  assert.deepEqual(workers.names, ["aion-solver"]);
  await part(page, "button").click();
  await says(page, /^Stopped\./);
  await until("no worker is left", () => workers.names.length === 0, 5);
});
