// The packages without a bundler, under a strict policy, in a real Firefox.
import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "./browser.mjs";
import { ISOLATION, minedBlock, startConsumer, strictPolicy } from "./consumer.mjs";
import { startFirefox, withoutFirefox } from "./firefox.mjs";
import { installPackages } from "./packages.mjs";

const MINER = `document.querySelector("aion-miner")`;
const BUTTON = `${MINER}.shadowRoot.querySelector("button")`;

test(
  "Firefox mines a block on a click, verifies it, and Stop leaves no worker",
  { skip: withoutFirefox },
  async (t) => {
    const packages = await installPackages();
    t.after(() => packages.remove());
    const headers = (pool) => ({ ...ISOLATION, "content-security-policy": strictPolicy(pool) });
    const site = await startConsumer(packages.folder, { headers });
    t.after(() => site.stop());
    const firefox = await startFirefox();
    t.after(() => firefox.close());
    t.diagnostic(firefox.version);

    await firefox.goto(`${site.url}/`);
    assert.equal(await firefox.evaluate("crossOriginIsolated"), true);
    await until("the element is there", () => firefox.evaluate(`${MINER}.hasAttribute("state")`));
    // Each worker shares a lock for as long as it lives.
    const workers = () =>
      firefox.evaluate(
        "navigator.locks.query().then(({ held }) => held.filter(({ name }) => name.startsWith('aion-solver/')).length)",
      );
    const state = () => firefox.evaluate(`${MINER}.state`);
    await firefox.evaluate(`${BUTTON}.click()`);
    assert.deepEqual([await state(), await workers()], ["idle", 0], "a script does not start it");

    await firefox.click(BUTTON);
    await until("it mines", async () => (await state()) === "mining", 60);
    assert.equal(await workers(), 2);
    await until("the pool accepts a share", () => firefox.evaluate(`${MINER}.stats.accepted > 0`), 120);
    const verdict = await firefox.evaluate(`verify(${JSON.stringify(await minedBlock(site.proxy))})`);
    assert.equal(verdict.ok, true, verdict.reason);

    await firefox.click(BUTTON);
    await until("it stopped", async () => (await state()) === "stopped");
    assert.equal(await workers(), 0);
  },
);

test("Firefox is isolated by the service worker, on the second load", { skip: withoutFirefox }, async (t) => {
  const packages = await installPackages();
  t.after(() => packages.remove());
  const { folder } = packages;
  const worker = "isolation-worker.js";
  await copyFile(join(folder, "node_modules/aion-web-miner", worker), join(folder, worker));
  const script = `
    import { isolatePage } from "aion-web-miner/isolation";
    import "aion-web-miner/element";
    globalThis.isolation = await isolatePage();
  `;
  const site = await startConsumer(folder, { script, headers: () => ({}) });
  t.after(() => site.stop());
  const firefox = await startFirefox();
  t.after(() => firefox.close());
  await firefox.goto(`${site.url}/`);
  // While the page is loaded again there is nothing to ask.
  const isolation = () => firefox.evaluate("globalThis.isolation").catch(() => null);
  await until("the page is isolated", async () => (await isolation()) === "isolated");
  assert.equal(await firefox.evaluate("crossOriginIsolated"), true);
  await firefox.click(BUTTON);
  await until("it mines", () => firefox.evaluate(`${MINER}.state === "mining"`), 60);
  assert.equal(await firefox.evaluate(`${MINER}.stats.threads`), 2);
});
