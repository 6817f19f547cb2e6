// The packages as others get them: packed, installed without a network, and embedded in a page of their own.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { poolVerdicts, startBrowser, until } from "./browser.mjs";
import { ACCOUNT, ISOLATION, minedBlock, OWNER, startConsumer, strictPolicy } from "./consumer.mjs";
import { installPackages } from "./packages.mjs";

const GPU = new URL("../../www/lib/wasm/gpu/aion_pow_bg.wasm", import.meta.url);

let packages, browser;
before(async () => {
  packages = await installPackages();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await packages?.remove();
});

for (const [name, options] of [
  [
    "no bundler, an import map and a strict policy",
    { headers: (pool) => ({ ...ISOLATION, "content-security-policy": strictPolicy(pool) }) },
  ],
  ["webpack", { bundler: "webpack" }],
  ["Vite", { bundler: "Vite" }],
]) {
  test(`${name}: a click mines a block, which the page verifies, and Stop leaves nothing running`, async (t) => {
    const site = await startConsumer(packages.folder, options);
    t.after(() => site.stop());
    const opened = await browser.open(`${site.url}/`, { expected: [site.poolHost] });
    const { page, faults, frames, workers, close } = opened;
    t.after(close);
    assert.equal(await page.evaluate("crossOriginIsolated"), true);
    const part = (name) => page.locator(`aion-miner [part=${name}]`);
    await until("the element is there", () => part("button").isVisible());
    assert.equal(await part("account").textContent(), ACCOUNT);
    assert.equal(await part("owner").textContent(), OWNER);
    assert.deepEqual([workers.names, frames], [[], []], "nothing starts by itself");

    await part("button").click();
    await until("it mines", async () => /^Mining at/.test(await part("status").textContent()), 60);
    assert.deepEqual(workers.names, ["aion-pow-thread", "aion-solver"]);
    for (const script of workers.scripts)
      assert.ok(script.startsWith(`${site.url}/`), `${script} is a script of the site, and no blob`);
    await until("the pool accepts a share", () => poolVerdicts(frames).includes(true), 60);
    const verdict = await page.evaluate((block) => globalThis.verify(block), await minedBlock(site.proxy));
    assert.equal(verdict.ok, true, verdict.reason);

    const mining = await browser.pageLoad();
    await part("button").click();
    await until("it says that it stopped", async () => /^Stopped\./.test(await part("status").textContent()));
    await until("no worker is left", () => workers.names.length === 0, 1);
    const used = await browser.pageLoad();
    const words = `${used.toFixed(3)} s of processor time a second after the stop, ${mining.toFixed(3)} before`;
    t.diagnostic(words);
    assert.ok(used < mining / 5, words);

    const gpu = await readFile(GPU);
    for (const { path, content } of await site.loaded()) {
      assert.ok(!content.equals(gpu), `${path} is the GPU's artifact`);
      assert.ok(!content.includes("requestAdapter"), `${path} is a script of the GPU's`);
    }
    assert.deepEqual(faults, []);
  });
}
