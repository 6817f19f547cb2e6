/* global performance */
// How long a visitor waits for the first run and the first share: five starts, each with a page of its own.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser, until } from "./browser.mjs";
import { startIsolatedServer } from "./isolated-server.mjs";
import { SITE, startProxy } from "./proxy.mjs";

const WORKER = `0xa0${"de7e10".repeat(10)}de`;

let server;
let proxy;
let browser;

before(async () => {
  server = await startIsolatedServer();
  proxy = await startProxy("--dev", "--site", SITE, "--allow-origin", server.url);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await proxy?.stop();
  await server?.stop();
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

test("a miner on two threads finishes its first run soon after its start, five times out of five", async () => {
  const pool = `${proxy.url.replace("http:", "ws:")}/pool/local`;
  const seconds = [];
  for (let start = 0; start < 5; start++) {
    const { page, faults, close } = await browser.open(`${server.url}/`, {
      expected: [new URL(proxy.url).host],
    });
    const ms = await page.evaluate(
      async ({ script, options }) => {
        const { Miner } = await import(script);
        const miner = new Miner(options);
        const from = performance.now();
        const first = new Promise((resolve, reject) => {
          miner.addEventListener("stats", ({ detail }) => detail.runs > 0 && resolve(performance.now()));
          miner.addEventListener("error", ({ detail }) => reject(detail.error));
        });
        await miner.start();
        const at = await first;
        await miner.stop();
        return at - from;
      },
      { script: "/www/lib/dist/miner.js", options: { pool, worker: WORKER, threads: 2 } },
    );
    seconds.push(ms / 1000);
    assert.deepEqual(faults, []);
    await close();
  }
  const shown = seconds.toSorted((a, b) => a - b).map((s) => s.toFixed(2));
  console.log(`seconds from Start to the first finished run: ${shown.join(", ")}`);
  assert.ok(Number(shown[2]) < 15, "the first run is finished within seconds");
});
