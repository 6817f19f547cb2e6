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

test("a page without isolation or a bundler imports the package and verifies a block", { skip }, async () => {
  // Any document of the site's origin will do.
  const { page, workers, close } = await browser.open(`${site.url}/package.json`);
  const found = await page.evaluate(
    async (block) => {
      const { init, verifyBlock, verifySolution } = await import("/dist/index.js");
      await init();
      const result = verifyBlock(block);
      const { mineHash } = result;
      const forged = verifyBlock({ ...block, nonce: "11".repeat(32) });
      const { nonce, solution, difficulty } = block;
      const alone = verifySolution({ mineHash, nonce, solution, difficulty });
      return { result, forged, alone, isolated: crossOriginIsolated };
    },
    await realBlock(),
  );
  assert.equal(found.isolated, false);
  assert.equal(found.result.ok, true);
  assert.equal(found.result.checks.length, 15);
  assert.equal(found.forged.reason, "digit-not-zero");
  assert.deepEqual(found.alone, { ok: true });
  assert.deepEqual(workers.names, [], "verifying starts no worker");
  await close();
});

test("the first verdict of a page comes by itself", { skip }, async (t) => {
  const block = await realBlock();
  const times = [];
  // A context of its own each, so that nothing is cached; and at rest, so that nothing but the verifier is timed.
  for (let run = 0; run < 9; run++) {
    const { page, close } = await browser.open(`${site.url}/package.json`);
    await page.waitForLoadState("networkidle");
    const { ok, ms } = await page.evaluate(async (block) => {
      const start = performance.now();
      const { init, verifyBlock } = await import("/dist/index.js");
      await init();
      const { ok } = verifyBlock(block);
      return { ok, ms: performance.now() - start };
    }, block);
    assert.equal(ok, true);
    times.push(ms);
    await close();
  }
  const [least, , , , median] = times.toSorted((one, other) => one - other);
  t.diagnostic(
    `from import to first verdict, of nine pages: median ${median.toFixed(1)} ms, least ${least.toFixed(1)} ms`,
  );
});

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
