/* global URLSearchParams, Worker, performance */
// How the solver shares the machine: throttle, cancel, warm-up, memory. Times are of the worker's own clock.
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { after, before, test } from "node:test";
import { startBrowser } from "./browser.mjs";
import { startIsolatedServer } from "./isolated-server.mjs";

const THREADS = Math.min(2, availableParallelism());

let server;
let browser;

before(async () => {
  server = await startIsolatedServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** What a worker of its own, in a page of its own, measures. */
async function measure(task, parameters = {}) {
  const { page, close } = await browser.open(`${server.url}/`);
  const query = new URLSearchParams({ task, threads: THREADS, ...parameters });
  const result = await page.evaluate(
    (url) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(url, { type: "module" });
        worker.onerror = (event) => reject(new Error(event.message || "the worker did not start"));
        const drop = () => worker.postMessage(performance.timeOrigin + performance.now());
        worker.onmessage = ({ data }) =>
          data.dropAfterMs ? setTimeout(drop, data.dropAfterMs) : resolve(data);
      }),
    `/tests/e2e/pace-worker.js?${query}`,
  );
  await close();
  assert.deepEqual(result.failures ?? [], []);
  return result;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

for (const share of [0.25, 0.5, 0.75]) {
  test(`a throttle of ${share} is kept within 5 % over 20 s`, async () => {
    const measured = (await measure("throttle", { share, seconds: 20 })).share;
    console.log(`throttle ${share}: the solver worked ${measured.toFixed(4)} of 20 s`);
    assert.ok(Math.abs(measured / share - 1) < 0.05, `${measured} is not ${share}`);
  });
}

// The figures are what is looked at; the bounds hold on a busy machine too, and fail where the thing itself is broken.

test("a cancel takes effect after a short slice, at work and at rest", async () => {
  for (const share of [1, 0.5]) {
    const { latencies } = await measure("cancel", { share, times: 40 });
    const words = `median ${median(latencies).toFixed(1)} ms, longest ${Math.max(...latencies).toFixed(1)} ms`;
    console.log(`cancel at throttle ${share}: ${words} of ${latencies.length}`);
    assert.ok(median(latencies) < 60, "a cancel does not wait for the end of a run");
  }
});

test("after a warm-up the first run is like the others", async () => {
  for (const warm of [false, true]) {
    const ratios = [];
    for (let i = 0; i < 3; i++) {
      const { first, steady } = await measure("first", { warm });
      ratios.push(first / median(steady));
    }
    const shown = ratios.map((ratio) => ratio.toFixed(2)).join(", ");
    console.log(`first run over the median of six, ${warm ? "after a" : "without"} warm-up: ${shown}`);
    if (warm) assert.ok(median(ratios) < 2, "the warm-up warms up");
  }
});

test("short slices cost next to nothing", async () => {
  const { short, long } = await measure("slices", { times: 11 });
  const ratio = median(short) / median(long);
  const fastest = Math.min(...short) / Math.min(...long);
  console.log(
    `slices of 12 ms over 40 ms, by turns: ${ratio.toFixed(3)}, of the fastest ${fastest.toFixed(3)}`,
  );
  assert.ok(ratio < 1.5);
});

test("fifty runs leave the memory where it was after the first", async () => {
  const { first, last } = await measure("memory", { times: 50 });
  assert.equal(last, first);
});

for (const backend of ["threads", "single"]) {
  test(`a browser that has no more memory to give is said so by name (${backend})`, async () => {
    const { error, memories } = await measure("refusal", { backend, threads: backend === "threads" ? 2 : 1 });
    console.log(`refused after ${memories} memories: ${error?.message}`);
    assert.equal(error?.name, "MinerError");
    assert.equal(error?.code, "out-of-memory");
  });
}
