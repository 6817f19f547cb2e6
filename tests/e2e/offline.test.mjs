/* global caches, navigator */
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startBrowser, until } from "./browser.mjs";
import { SITE, startProxy } from "./proxy.mjs";
import { vectors, withoutVectors } from "./vectors.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

const ready = (page) => page.evaluate("navigator.serviceWorker.ready.then(({ active }) => active !== null)");
const kept = (page) => page.evaluate(() => caches.keys());

test(
  "without a network the page comes back isolated, and verifies a block",
  { skip: withoutVectors },
  async () => {
    const proxy = await startProxy("--dev", "--site", SITE);
    const { page, close } = await browser.open(`${proxy.url}/`);
    await ready(page);
    await page.reload();
    await until("the service worker has the page", () =>
      page.evaluate(() => navigator.serviceWorker.controller !== null),
    );
    const files = await page.evaluate(async () => {
      const [name] = await caches.keys();
      return (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname);
    });
    assert.ok(files.some((path) => path.endsWith(".wasm")));
    assert.ok(
      files.every((path) => /^\/$|\.[0-9a-f]{16}\.(js|css|svg|wasm)$/.test(path)),
      files.join(),
    );
    await proxy.stop();

    await page.reload();
    assert.equal(await page.evaluate("crossOriginIsolated"), true);
    const mine = page.locator("#mine-status");
    await until("that there is no pool", async () => /^There is no pool/.test(await mine.textContent()));
    assert.match(await page.locator("#pool-note").textContent(), /the server cannot be reached/);
    await page.locator("#tab-verify").click();
    const [{ java_eth_getBlockByNumber: block }] = await vectors("rpc-shapes.json");
    await page.locator("#block").fill(JSON.stringify(block));
    await page.locator("#verify-form button").click();
    const status = page.locator("#verify-status");
    await until("the verdict", async () => (await status.textContent()) === "1 item: 1 valid.");
    await close();
  },
);

test("a new version waits until the old one's pages are gone, and then drops what was kept", async () => {
  const site = await mkdtemp(join(tmpdir(), "aion-site-"));
  await cp(SITE, site, { recursive: true });
  const proxy = await startProxy("--dev", "--site", site);
  try {
    const { page, faults, close } = await browser.open(`${proxy.url}/`);
    await ready(page);
    const [old] = await kept(page);
    // What a new build changes: the page, and the version in the service worker.
    const index = join(site, "index.html");
    await writeFile(index, (await readFile(index, "utf8")).replace("<h1>", '<h1 data-new="">'));
    const worker = join(site, "service-worker.js");
    const script = await readFile(worker, "utf8");
    await writeFile(worker, script.replace(old.replace("aion-shell-", ""), "0123456789abcdef"));
    await page.evaluate(() => navigator.serviceWorker.getRegistration().then((found) => found.update()));
    await until("the new version is kept beside the old one", async () => (await kept(page)).length === 2);
    assert.ok((await kept(page)).includes(old));

    const next = await page.context().newPage();
    await next.goto("about:blank");
    await page.close();
    await next.goto(`${proxy.url}/`);
    assert.equal(
      await next.locator("h1[data-new]").count(),
      1,
      "with a network the newest page comes at once",
    );
    await until(
      "the old version is dropped",
      async () => (await kept(next)).join() === "aion-shell-0123456789abcdef",
    );
    assert.deepEqual(faults, []);
    await close();
  } finally {
    await proxy.stop();
    await rm(site, { recursive: true });
  }
});
