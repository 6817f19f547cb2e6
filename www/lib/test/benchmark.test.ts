import { expect, test } from "vitest";
import { benchmark, type BenchmarkProgress } from "../src/benchmark.js";
import { HandWorker } from "./miner-fixture.js";

/** The solutions of nonce 0, 1, 2 … under the benchmark's mine hash. */
const KNOWN = [1, 2, 0, 3, 3, 1];

/** Finishes every run of the benchmark's work, with so many milliseconds and solutions each. */
function finishAll(worker: HandWorker, times: readonly number[], solutions: readonly number[] = KNOWN): void {
  void worker.assignment(0).then(({ generation, sequence, nonces }) => {
    for (const [number, nonce] of nonces.entries()) {
      const ms = times[number] ?? 0;
      const roundsMs = Array.from({ length: 10 }, (_, round) => ms / (round + 1));
      const outcome = { solutions: solutions[number] ?? 0, dropped: 0, ms, roundsMs, shares: [] };
      worker.say({ type: "outcome", generation, sequence, nonce, outcome, memoryBytes: 128 });
    }
  });
}

test("the first run is told apart, and the figures are those of the others", async () => {
  HandWorker.onLoad = (worker) => {
    worker.say({ type: "ready", memoryBytes: 64 });
    finishAll(worker, [900, 100, 300, 200, 500, 400]);
  };
  const steps: BenchmarkProgress[] = [];
  const result = await benchmark({ onProgress: (progress) => steps.push(progress) });
  expect(result).toMatchObject({
    backend: "single",
    threads: 1,
    runs: 5,
    firstMs: 900,
    ms: 300,
    minMs: 100,
    maxMs: 500,
    solutions: 9,
    solutionsPerSecond: 6,
    correct: true,
    memoryBytes: 128,
  });
  expect(result.roundsMs).toHaveLength(10);
  expect(result.roundsMs[1]).toBe(150);
  expect(steps).toEqual([1, 2, 3, 4, 5, 6].map((done) => ({ done, total: 6 })));
  expect(HandWorker.all.map(({ terminated }) => terminated)).toEqual([true]);
});

test("everybody's nonces are the same, counted in the first four bytes", async () => {
  HandWorker.onLoad = (worker) => {
    worker.say({ type: "ready", memoryBytes: 64 });
    finishAll(worker, [1, 1, 1]);
  };
  await benchmark({ runs: 2 });
  const { headerHash, nonces } = await (HandWorker.all[0] ?? new HandWorker("")).assignment(0);
  expect(headerHash).toEqual(new Uint8Array(32).fill(0x5a));
  expect(nonces.map((nonce) => [nonce[0], nonce.slice(1).every((byte) => byte === 0)])).toEqual([
    [0, true],
    [1, true],
    [2, true],
  ]);
});

test("a solver that misses a solution is not correct", async () => {
  HandWorker.onLoad = (worker) => {
    worker.say({ type: "ready", memoryBytes: 64 });
    finishAll(worker, [1, 1, 1, 1, 1, 1], [1, 2, 0, 3, 2, 1]);
  };
  expect(await benchmark()).toMatchObject({ correct: false });
});

test("an aborted benchmark rejects with the reason and leaves no worker", async () => {
  const abort = new AbortController();
  const running = benchmark({ signal: abort.signal });
  const worker = HandWorker.all[0] ?? new HandWorker("");
  await worker.assignment(0);
  abort.abort(new Error("enough"));
  await expect(running).rejects.toThrow("enough");
  expect(worker.terminated).toBe(true);

  await expect(benchmark({ signal: abort.signal })).rejects.toThrow("enough");
  expect(HandWorker.all).toHaveLength(1);
});

test("a solver that cannot be had is the miner's error by name", async () => {
  HandWorker.onLoad = (worker) => {
    worker.say({ type: "failed", code: "out-of-memory", message: "no memory for the solver" });
  };
  await expect(benchmark()).rejects.toMatchObject({ name: "MinerError", code: "out-of-memory" });
  expect(HandWorker.all.map(({ terminated }) => terminated)).toEqual([true]);
});

test.each([
  { options: { runs: 0 }, names: "runs must be a whole number from 1 to 11, not 0" },
  { options: { runs: 12 }, names: "runs must be a whole number from 1 to 11, not 12" },
  { options: { threads: 0 }, names: "threads must be a whole number from 1 to 48, not 0" },
])("$options is refused before anything starts", async ({ options, names }) => {
  await expect(benchmark(options)).rejects.toMatchObject({ code: "bad-options", message: names });
  expect(HandWorker.all).toHaveLength(0);
});
