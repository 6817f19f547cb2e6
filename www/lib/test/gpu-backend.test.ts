import { expect, test } from "vitest";
import { Miner } from "../src/miner.js";
import type { MinerOptions } from "../src/miner-options.js";
import { errors, HandWorker, LOW, minerOf, statuses } from "./miner-fixture.js";
import { soloUntilReady, WORKER } from "./stratum-fixture.js";

const onGpu = (worker: HandWorker): boolean => worker.url.toString().endsWith("/gpu-worker.js");
const gpu = (): HandWorker => HandWorker.all.find(onGpu) ?? new HandWorker("");
const cpu = (): HandWorker => HandWorker.all.find((worker) => !onGpu(worker)) ?? new HandWorker("");

/** Workers that come up, the GPU's with an adapter. */
const bothReady = (worker: HandWorker): void => {
  worker.say({ type: "ready", memoryBytes: 64, ...(onGpu(worker) && { adapter: "Tahiti" }) });
};

test("without being asked nothing of the GPU is loaded", async () => {
  const [miner] = await minerOf(soloUntilReady);
  await miner.start();
  expect(HandWorker.all.map(onGpu)).toEqual([false]);
  expect(miner.stats.gpu).toBeNull();
});

test("a GPU mines alone, with its adapter in the numbers", async () => {
  HandWorker.onLoad = bothReady;
  const [miner, , told] = await minerOf(soloUntilReady, { backend: "gpu" });
  await miner.start();
  const work = await gpu().assignment(0);
  expect(work.nonces).toHaveLength(64);
  gpu().finish(work, LOW);
  await expect.poll(() => statuses(told)).toEqual(["submitted"]);
  expect(HandWorker.all.map(onGpu)).toEqual([true]);
  expect(miner.stats).toMatchObject({
    backend: "gpu",
    threads: 0,
    memoryBytes: 0,
    gpu: { adapter: "Tahiti" },
  });
});

test("only auto refuses adapters that are programs on the CPU", async () => {
  for (const [backend, hardware] of [
    ["auto", true],
    ["gpu", false],
  ] as const) {
    HandWorker.all.length = 0;
    HandWorker.onLoad = bothReady;
    const [miner] = await minerOf(soloUntilReady, { backend });
    await miner.start();
    expect(gpu().heard[0]).toMatchObject({ type: "load", backend: "gpu", hardware });
    await miner.stop();
  }
});

test("where no GPU can be had the CPU mines, and the reason is told", async () => {
  HandWorker.onLoad = (worker) => {
    if (onGpu(worker)) worker.say({ type: "failed", code: "gpu-unavailable", message: "no GPU adapter" });
    else bothReady(worker);
  };
  const [miner, , told] = await minerOf(soloUntilReady, { backend: "gpu" });
  await miner.start();
  await cpu().assignment(0);
  expect(errors(told)).toEqual(["gpu-unavailable"]);
  const [error] = told.flatMap(([name, detail]) => (name === "error" ? [detail.error.message] : []));
  expect(error).toBe("the CPU goes on without the GPU: no GPU adapter");
  expect(gpu().terminated).toBe(true);
  expect(miner.stats).toMatchObject({ backend: "single", gpu: null });
});

test("a GPU that is lost in the middle is replaced by the CPU, which goes on with the same job", async () => {
  HandWorker.onLoad = bothReady;
  const [miner, , told] = await minerOf(soloUntilReady, { backend: "gpu" });
  await miner.start();
  const before = await gpu().assignment(0);
  gpu().say({ type: "failed", code: "gpu-failed", message: "the GPU was lost" });
  const after = await cpu().assignment(0);
  expect([after.generation, after.sequence]).toEqual([before.generation, before.sequence]);
  const tried = new Set(before.nonces.map(String));
  expect(after.nonces.some((nonce) => tried.has(String(nonce)))).toBe(false);
  cpu().finish(after, LOW);
  await expect.poll(() => statuses(told)).toEqual(["submitted"]);
  expect(miner.state).toBe("mining");
  expect(errors(told)).toEqual(["gpu-failed"]);
});

test("both work at once on different nonces, and one may go", async () => {
  HandWorker.onLoad = bothReady;
  const [miner] = await minerOf(soloUntilReady, { backend: "both" });
  await miner.start();
  const [ours, theirs] = [await cpu().assignment(0), await gpu().assignment(0)];
  expect(new Set([...ours.nonces, ...theirs.nonces].map(String)).size).toBe(128);
  expect(theirs.drop).toBe(ours.drop);
  cpu().finish(ours);
  gpu().finish(theirs);
  await expect.poll(() => miner.stats.runs).toBe(2);
  expect(miner.stats).toMatchObject({ backend: "single", gpu: { adapter: "Tahiti" } });
  gpu().say({ type: "failed", code: "gpu-failed", message: "gone" });
  await expect.poll(() => miner.stats.gpu).toBeNull();
  expect(HandWorker.all).toHaveLength(2);
  expect(miner.state).toBe("mining");
});

test("where the CPU cannot take a lost GPU's place the miner says so and ends", async () => {
  HandWorker.onLoad = (worker) => {
    if (onGpu(worker)) bothReady(worker);
    else worker.say({ type: "failed", code: "out-of-memory", message: "refused" });
  };
  const [miner, , told] = await minerOf(soloUntilReady, { backend: "auto" });
  await miner.start();
  gpu().say({ type: "failed", code: "gpu-failed", message: "gone" });
  await expect.poll(() => miner.state).toBe("failed");
  expect(errors(told)).toEqual(["gpu-failed", "out-of-memory"]);
});

test("a back end that there is none of is refused by name", () => {
  const options = { pool: "wss://example.org", worker: WORKER, backend: "cuda" } as unknown as MinerOptions;
  expect(() => new Miner(options)).toThrow("backend must be one of auto, cpu, gpu, both, not cuda");
});
