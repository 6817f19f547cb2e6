/* global Worker, worker, answer */
// The GPU's artifact in a module worker, at a reduced size, on the program that Chromium brings as an adapter.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SOFTWARE_GPU, startBrowser } from "./browser.mjs";
import { startIsolatedServer } from "./isolated-server.mjs";

/** 2^15 leaves: compiling the shaders takes this adapter longer than running them. */
const DIGIT_BITS = 14;

const bytes = (value) => new Array(32).fill(value);
const nonce = (number) => [number, ...new Array(31).fill(0)];

/** Starts the worker in a page; the returned function makes a call and gives its answer, value or error. */
async function startWorker(page) {
  await page.evaluate(async () => {
    globalThis.worker = new Worker("/tests/e2e/gpu-worker.js", { type: "module" });
    globalThis.answer = () =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => reject(new Error(event.message));
      });
    await answer();
  });
  return (call, values = {}) =>
    page.evaluate(
      ([call, values]) => {
        for (const name of ["mineHash", "nonces"])
          if (values[name]) values[name] = Uint8Array.from(values[name]);
        values.batches = values.batches?.map((nonces) => Uint8Array.from(nonces));
        const answered = answer();
        worker.postMessage({ call, values });
        return answered;
      },
      [call, values],
    );
}

test("two batches in flight give the known solutions, misuse and a lost device their names", async () => {
  const server = await startIsolatedServer();
  const browser = await startBrowser(SOFTWARE_GPU);
  try {
    const { page, faults, close } = await browser.open(`${server.url}/`);
    const call = await startWorker(page);
    const hardware = await call("open", { hardware: true, digitBits: DIGIT_BITS });
    assert.equal(hardware.error?.name, "software-adapter");
    const opened = await call("open", { digitBits: DIGIT_BITS });
    assert.equal(opened.error, undefined);
    assert.equal(opened.value.backend, "webgpu");
    assert.equal(opened.value.software, true, `a program is known as one: ${JSON.stringify(opened.value)}`);

    // That these have three solutions, one and none is what a solver that only sorts says in tests/gpu.rs.
    const mineHash = bytes(0x3c);
    const batches = [
      [...nonce(37), ...nonce(36)],
      [...nonce(38), ...nonce(37)],
    ];
    const { value: solved } = await call("solve", { mineHash, batches });
    const counts = solved.map((batch) => batch.map(({ solutions }) => solutions));
    assert.deepEqual(counts, [
      [3, 0],
      [1, 3],
    ]);
    const shares = solved[0][0].shares;
    assert.equal(shares.length, 3);
    assert.deepEqual(shares, solved[1][1].shares);
    assert.ok(shares.every(({ powHash }, at) => at === 0 || shares[at - 1].powHash < powHash));
    assert.ok(solved.flat().every(({ dropped }) => dropped === 0));
    assert.ok((await call("pace")).value >= 1);

    const refused = async (values) => (await call("solve", { mineHash, ...values })).error;
    assert.equal((await refused({ batches: [[]] })).name, "batch-size");
    assert.match((await refused({ batches: [nonce(0).slice(1)] })).message, /nonce has 31 bytes/);
    assert.match((await refused({ mineHash: [1], batches })).message, /mine hash has 1 bytes/);
    assert.equal((await refused({ batches: [nonce(0), nonce(1), nonce(2)] })).name, "busy");

    const lost = await call("submitAndLose", { mineHash, nonces: nonce(0) });
    assert.equal(lost.error?.name, "device-lost");
    assert.equal((await refused({ batches: [nonce(0)] })).name, "device-lost");
    assert.deepEqual(faults, []);
    await close();
  } finally {
    await browser.close();
    await server.stop();
  }
});

test("leaves made in the rounds of the nonce before give the same solutions", async () => {
  const server = await startIsolatedServer();
  const browser = await startBrowser(SOFTWARE_GPU);
  try {
    const { page, faults, close } = await browser.open(`${server.url}/`);
    const call = await startWorker(page);
    const opened = await call("open", { digitBits: DIGIT_BITS, fusedLeaves: true });
    assert.equal(opened.error, undefined);
    assert.equal(opened.value.fusedLeaves, true);
    // As in the test above, each of them first, last and between.
    const nonces = [37, 36, 38, 37, 36];
    const batches = [nonces.flatMap(nonce)];
    const { value: solved } = await call("solve", { mineHash: bytes(0x3c), batches });
    assert.deepEqual(
      solved[0].map(({ solutions, dropped }) => [solutions, dropped]),
      [
        [3, 0],
        [0, 0],
        [1, 0],
        [3, 0],
        [0, 0],
      ],
    );
    assert.deepEqual(solved[0][0].shares, solved[0][3].shares);
    assert.deepEqual(faults, []);
    await close();
  } finally {
    await browser.close();
    await server.stop();
  }
});

test("without an adapter it says so", async () => {
  const server = await startIsolatedServer();
  const browser = await startBrowser(["--disable-features=WebGPU", "--disable-gpu"]);
  try {
    const { page, close } = await browser.open(`${server.url}/`);
    const call = await startWorker(page);
    const { error } = await call("open", { digitBits: DIGIT_BITS });
    assert.equal(error?.name, "no-adapter");
    await close();
  } finally {
    await browser.close();
    await server.stop();
  }
});
