import { afterEach, expect, test, vi } from "vitest";
import { isMobile } from "../src/device.js";
import { defaultThreads } from "../src/environment.js";
import { HandWorker, minerFor, minerOf, worker } from "./miner-fixture.js";
import { soloUntilReady } from "./stratum-fixture.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Makes this machine one with these pointers. */
function point(coarse: boolean, alsoFine: boolean): void {
  vi.stubGlobal("matchMedia", (query: string) => ({
    matches: query === "(pointer: coarse)" ? coarse : alsoFine,
  }));
}

const PHONE = { userAgentData: { mobile: true } };

test.each([
  ["a browser that says it is a mobile one", PHONE, [false, true], true],
  [
    "a tablet, which says that it is none",
    { userAgentData: { mobile: false }, deviceMemory: 4 },
    [true, false],
    true,
  ],
  ["a touched machine that says nothing", {}, [true, false], true],
  ["a touched machine with much memory", { deviceMemory: 8 }, [true, false], false],
  ["a touched machine with a mouse too", { deviceMemory: 4 }, [true, true], false],
  ["a desktop", { deviceMemory: 2 }, [false, true], false],
] as const)("%s is mobile: %4$s", (_, navigator, [coarse, fine], mobile) => {
  vi.stubGlobal("navigator", navigator);
  point(coarse, fine);
  expect(isMobile()).toBe(mobile);
});

test("a phone is not mined on unless that was asked for", async () => {
  vi.stubGlobal("navigator", PHONE);
  const [miner] = minerFor("ws://127.0.0.1:9/pool/x");
  await expect(miner.start()).rejects.toMatchObject({ name: "MinerError", code: "mobile-device" });
  expect(HandWorker.all).toEqual([]);
});

test("where it was, one thread is the default", async () => {
  vi.stubGlobal("navigator", { ...PHONE, hardwareConcurrency: 8 });
  vi.stubGlobal("crossOriginIsolated", true);
  const [miner] = await minerOf(soloUntilReady, { policies: { allowMobile: true } });
  await miner.start();
  expect(worker().heard[0]).toMatchObject({ type: "load", threads: 1 });
  const machine = {
    secureContext: true,
    crossOriginIsolated: true,
    simd: true,
    workers: true,
    processors: 8,
  };
  expect(defaultThreads(machine)).toBe(1);
  expect(defaultThreads(machine, false)).toBe(4);
});

test("memory that the device has not is an error by name before any worker starts", async () => {
  vi.stubGlobal("navigator", { deviceMemory: 0.5 });
  const [miner] = minerFor("ws://127.0.0.1:9/pool/x");
  await expect(miner.start()).rejects.toMatchObject({
    name: "MinerError",
    code: "out-of-memory",
    message: "the solver needs 190 MiB, and of the 512 MiB of this device 128 MiB are available to it",
    memory: { neededBytes: 190 * 2 ** 20, availableBytes: 128 * 2 ** 20 },
  });
  expect(HandWorker.all).toEqual([]);
});

test("threads past the second need more", async () => {
  vi.stubGlobal("navigator", { deviceMemory: 1, hardwareConcurrency: 48 });
  vi.stubGlobal("crossOriginIsolated", true);
  const [miner] = minerFor("ws://127.0.0.1:9/pool/x", { threads: 48 });
  await expect(miner.start()).rejects.toMatchObject({
    code: "out-of-memory",
    memory: { neededBytes: (190 + 46 * 4) * 2 ** 20, availableBytes: 256 * 2 ** 20 },
  });
});

test.each([{}, { deviceMemory: 1 }])("with %j the solver is tried", async (navigator) => {
  vi.stubGlobal("navigator", navigator);
  const [miner] = await minerOf(soloUntilReady);
  await miner.start();
  await worker().assignment(0);
});

test("memory that the browser refuses is an error by name that says how much it was", async () => {
  HandWorker.onLoad = (loading) => {
    loading.say({ type: "failed", code: "out-of-memory", message: "could not allocate memory" });
  };
  const [miner] = await minerOf(soloUntilReady);
  await expect(miner.start()).rejects.toMatchObject({
    code: "out-of-memory",
    message: "the solver needs 190 MiB, and the browser refused them: could not allocate memory",
    memory: { neededBytes: 190 * 2 ** 20, availableBytes: null },
  });
});
