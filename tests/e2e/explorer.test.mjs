/* global Blob, Worker, crossOriginIsolated, location, performance, requestAnimationFrame */
// The package alone, as an explorer serves it: files on a plain host.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startBrowser } from "./browser.mjs";
import { startPlainServer } from "./plain-server.mjs";

const PACKAGE = fileURLToPath(new URL("../../www/verify", import.meta.url));
const FOLDER = process.env.AION_VECTORS ?? fileURLToPath(new URL("../../../shared/vectors", import.meta.url));
const skip = existsSync(FOLDER)
  ? false
  : `SKIPPED: no vectors in ${FOLDER}; set AION_VECTORS to their folder`;

let site, browser;
before(async () => {
  site = await startPlainServer(PACKAGE, () => ({ pools: [] }));
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

const realBlock = async () =>
  JSON.parse(await readFile(`${FOLDER}/rpc-shapes.json`, "utf8"))[0].java_eth_getBlockByNumber;

test(
  "a page without isolation or a bundler imports the package and verifies a block",
  { skip },
  async (t) => {
    // Any document of the site's origin will do.
    const { page, workers, close } = await browser.open(`${site.url}/package.json`);
    const found = await page.evaluate(
      async (block) => {
        const start = performance.now();
        const { init, verifyBlock, verifySolution } = await import("/dist/index.js");
        await init();
        const result = verifyBlock(block);
        const firstMs = performance.now() - start;
        const { mineHash } = result;
        const forged = verifyBlock({ ...block, nonce: "11".repeat(32) });
        const { nonce, solution, difficulty } = block;
        const alone = verifySolution({ mineHash, nonce, solution, difficulty });
        return { result, forged, alone, firstMs, isolated: crossOriginIsolated };
      },
      await realBlock(),
    );
    assert.equal(found.isolated, false);
    assert.equal(found.result.ok, true);
    assert.equal(found.result.checks.length, 15);
    assert.equal(found.forged.reason, "digit-not-zero");
    assert.deepEqual(found.alone, { ok: true });
    assert.deepEqual(workers.names, [], "verifying starts no worker");
    t.diagnostic(`from import to first verdict: ${found.firstMs.toFixed(1)} ms`);
    await close();
  },
);

test("a worker imports it as well", { skip }, async () => {
  const { page, close } = await browser.open(`${site.url}/package.json`);
  const result = await page.evaluate(
    async (block) => {
      const script = `
      import { init, verifyBlock } from "${location.origin}/dist/index.js";
      onmessage = async ({ data }) => { await init(); postMessage(verifyBlock(data)); };
    `;
      const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), {
        type: "module",
      });
      const answer = new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      });
      worker.postMessage(block);
      return answer;
    },
    await realBlock(),
  );
  assert.equal(result.ok, true);
  await close();
});

test("a page stays alive while many blocks are verified, and can end it", { skip }, async () => {
  const { page, close } = await browser.open(`${site.url}/package.json`);
  const found = await page.evaluate(
    async (block) => {
      const { init, verifyMany } = await import("/dist/index.js");
      await init();
      const controller = new AbortController();
      const text = JSON.stringify(block);
      const endless = {
        *[Symbol.iterator]() {
          for (;;) yield text;
        },
      };
      let frames = 0;
      const frame = () => {
        frames += 1;
        if (frames === 5) controller.abort("seen enough");
        else requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
      return verifyMany(endless, { signal: controller.signal }).then(
        () => "all done",
        (reason) => `${reason} after ${frames} frames`,
      );
    },
    await realBlock(),
  );
  assert.equal(found, "seen enough after 5 frames");
  await close();
});
