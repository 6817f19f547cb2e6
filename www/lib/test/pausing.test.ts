import { expect, test, vi } from "vitest";
import { Miner } from "../src/miner.js";
import { LONG_PAUSE_MS } from "../src/mining-session.js";
import { SILENCE_MS } from "../src/solver-host.js";
import {
  errors,
  HandWorker,
  LOW,
  minerFor,
  minerOf,
  states,
  statuses,
  type Told,
  worker,
} from "./miner-fixture.js";
import { HandDocument } from "./pause-fixture.js";
import { notify, soloUntilReady, WORKER } from "./stratum-fixture.js";

const pauses = (told: Told[]): string[][] =>
  told.flatMap(([name, detail]) => (name === "pause" ? [[...detail.reasons]] : []));
const heard = (): string[] => worker().heard.map(({ type }) => type);

test("a reason to pause takes the work away, and its end brings it back with other nonces", async () => {
  const page = HandDocument.install();
  const [miner, pool, told] = await minerOf(soloUntilReady);
  await miner.start();
  const before = await worker().assignment(0);
  page.become("hidden");
  expect(miner.state).toBe("paused");
  expect(miner.pauseReasons).toEqual(["hidden"]);
  expect(heard()).toEqual(["load", "work", "idle"]);
  worker().finish(before, LOW);
  expect(miner.stats.runs).toBe(0);
  expect(pool.submits).toEqual([]);

  page.become("visible");
  expect(miner.state).toBe("mining");
  expect(miner.pauseReasons).toEqual([]);
  const after = await worker().assignment(1);
  expect(after.drop).toBe(true);
  expect(after.sequence).toBe(before.sequence);
  expect(after.generation).toBeGreaterThan(before.generation);
  const nonces = [...before.nonces, ...after.nonces].map((nonce) => nonce.join());
  expect(new Set(nonces).size).toBe(nonces.length);
  expect(pauses(told)).toEqual([["hidden"], []]);
  expect(states(told).slice(-3)).toEqual(["mining", "paused", "mining"]);
  expect(HandWorker.all).toHaveLength(1);
});

test("the rate is 0 while paused, and what a pause took does not count afterwards", async () => {
  const page = HandDocument.install();
  const [miner] = await minerOf(soloUntilReady);
  await miner.start();
  const work = await worker().assignment(0);
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(Date.now() + 1000);
  worker().finish(work);
  expect(miner.stats.solutionsPerSecond).toBeGreaterThan(0);
  page.become("hidden");
  expect(miner.stats.solutionsPerSecond).toBe(0);
  vi.setSystemTime(Date.now() + 10_000);
  page.become("visible");
  vi.setSystemTime(Date.now() + 1000);
  worker().finish(await worker().assignment(1));
  expect(miner.stats.solutionsPerSecond).toBeCloseTo(2);
});

test("jobs go on being told during a pause, and the newest is worked on after it", async () => {
  const page = HandDocument.install();
  let send: ((id: string) => void) | undefined;
  const [miner, , told] = await minerOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    send = (id) => {
      peer.send(notify(id));
    };
  });
  await miner.start();
  await worker().assignment(0);
  page.become("hidden");
  for (const id of ["2", "3"]) send?.(id);
  const jobs = (): string[] => told.flatMap(([name, detail]) => (name === "job" ? [detail.id] : []));
  await expect.poll(() => jobs().slice(-2)).toEqual(["2", "3"]);
  expect(heard()).toEqual(["load", "work", "idle"]);
  page.become("visible");
  expect((await worker().assignment(1)).sequence).toBe(3);
});

test("a share on its way when a pause begins gets its verdict", async () => {
  const page = HandDocument.install();
  let judge: (() => void) | undefined;
  const [miner, , told] = await minerOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    const { id } = await peer.receive("mining.submit");
    judge = () => {
      peer.send(`{"id":${id},"result":true,"error":null}`);
    };
  });
  await miner.start();
  worker().finish(await worker().assignment(0), LOW);
  await expect.poll(() => judge).toBeDefined();
  page.become("hidden");
  judge?.();
  await expect.poll(() => statuses(told)).toEqual(["submitted", "accepted"]);
  expect(miner.state).toBe("paused");
});

test("a solver that pauses may be silent", async () => {
  const page = HandDocument.install();
  const [miner, , told] = await minerOf(soloUntilReady);
  await miner.start();
  await worker().assignment(0);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  page.become("hidden");
  vi.advanceTimersByTime(2 * SILENCE_MS);
  expect(worker().terminated).toBe(false);
  expect(errors(told)).toEqual([]);
});

test("a start with a reason to pause begins paused, and gives no work", async () => {
  const page = HandDocument.install();
  page.become("hidden");
  const [miner, , told] = await minerOf(soloUntilReady);
  await miner.start();
  expect(miner.state).toBe("paused");
  await expect.poll(() => told.filter(([name]) => name === "job")).toHaveLength(1);
  expect(heard()).not.toContain("work");
  page.become("visible");
  await worker().assignment(0);
  expect(states(told)).toEqual(["starting", "paused", "mining"]);
});

test("a connection that is lost in a pause is made again, and the pause goes on", async () => {
  const page = HandDocument.install();
  let hangUp: (() => void) | undefined;
  const [miner, pool, told] = await minerOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    hangUp = () => {
      peer.close(1001);
    };
  });
  await miner.start();
  await worker().assignment(0);
  page.become("hidden");
  hangUp?.();
  await expect.poll(() => told.filter(([name]) => name === "job")).toHaveLength(2);
  expect(pool.requests.filter(({ method }) => method === "mining.subscribe")).toHaveLength(2);
  expect(errors(told)).toEqual(["connection-lost"]);
  expect(states(told).slice(-1)).toEqual(["paused"]);
  page.become("visible");
  expect((await worker().assignment(1)).sequence).toBe(2);
});

test("after a stop nothing watches, and a pause is over", async () => {
  const page = HandDocument.install();
  const [miner, , told] = await minerOf(soloUntilReady);
  await miner.start();
  expect(page.listeners).toBe(1);
  page.become("hidden");
  await miner.stop();
  expect(page.listeners).toBe(0);
  expect(miner.pauseReasons).toEqual([]);
  page.become("visible");
  expect(miner.state).toBe("stopped");
  expect(pauses(told)).toEqual([["hidden"]]);
});

test("a long pause gives the memory back, and the job is taken up again with another worker", async () => {
  const page = HandDocument.install();
  const [miner, , told] = await minerOf(soloUntilReady);
  await miner.start();
  const before = await worker().assignment(0);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  page.become("hidden");
  vi.advanceTimersByTime(LONG_PAUSE_MS - 1);
  expect(worker().terminated).toBe(false);
  vi.advanceTimersByTime(1);
  expect(worker().terminated).toBe(true);
  expect(miner.stats).toMatchObject({ backend: null, threads: 0, memoryBytes: 0 });
  expect(miner.state).toBe("paused");
  miner.throttle = 0.5;
  vi.useRealTimers();

  page.become("visible");
  const after = await worker().assignment(0);
  expect(HandWorker.all).toHaveLength(2);
  expect(worker().heard[0]).toMatchObject({ type: "load", throttle: 0.5 });
  const nonces = [...before.nonces, ...after.nonces].map((nonce) => nonce.join());
  expect(new Set(nonces).size).toBe(nonces.length);
  worker().finish(after);
  expect(miner.stats).toMatchObject({ backend: "single", runs: 1 });
  expect(miner.state).toBe("mining");
  expect(errors(told)).toEqual([]);
});

test("short pauses do not add up to a long one", async () => {
  const page = HandDocument.install();
  const [miner] = await minerOf(soloUntilReady);
  await miner.start();
  await worker().assignment(0);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  for (let round = 0; round < 3; round++) {
    page.become("hidden");
    vi.advanceTimersByTime(LONG_PAUSE_MS - 1);
    page.become("visible");
    worker().say({ type: "alive" });
  }
  expect(HandWorker.all).toHaveLength(1);
  expect(worker().terminated).toBe(false);
});

test("a solver that does not come up again after a long pause is an error by name, and so the end", async () => {
  const page = HandDocument.install();
  const [miner, , told] = await minerOf(soloUntilReady);
  await miner.start();
  await worker().assignment(0);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  page.become("hidden");
  vi.advanceTimersByTime(LONG_PAUSE_MS);
  vi.useRealTimers();
  HandWorker.onLoad = (loading) => {
    loading.say({ type: "failed", code: "out-of-memory", message: "192 MiB are refused" });
  };
  page.become("visible");
  await expect.poll(() => miner.state).toBe("failed");
  expect(errors(told)).toEqual(["out-of-memory"]);
});

test("a stop in a long pause leaves no timer", async () => {
  const page = HandDocument.install();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  const [miner] = await minerOf(soloUntilReady);
  await miner.start();
  await worker().assignment(0);
  page.become("hidden");
  vi.advanceTimersByTime(LONG_PAUSE_MS);
  await miner.stop();
  expect(miner.state).toBe("stopped");
  expect(vi.getTimerCount()).toBe(0);
});

test("a policy that is off watches nothing", async () => {
  const page = HandDocument.install();
  const [miner] = await minerOf(soloUntilReady, { policies: { pauseWhenHidden: false } });
  await miner.start();
  expect(page.listeners).toBe(0);
});

test("a start without a gesture is refused by name, and leaves nothing running", async () => {
  vi.stubGlobal("navigator", { userActivation: { hasBeenActive: false } });
  const [miner, told] = minerFor("ws://127.0.0.1:9/pool/x");
  await expect(miner.start()).rejects.toMatchObject({ name: "MinerError", code: "no-gesture" });
  expect(states(told)).toEqual(["starting", "failed"]);
  expect(HandWorker.all).toEqual([]);
});

test.each([
  ["there was one", { userActivation: { hasBeenActive: true } }, {}],
  ["the browser does not tell", {}, {}],
  ["none is asked for", { userActivation: { hasBeenActive: false } }, { requireGesture: false }],
])("no gesture is missing where %s", async (_, navigator, policies) => {
  vi.stubGlobal("navigator", navigator);
  const [miner] = await minerOf(soloUntilReady, { policies });
  await miner.start();
  await worker().assignment(0);
});

test("a signal that is aborted already starts nothing", async () => {
  const [miner, told] = minerFor("ws://127.0.0.1:9/pool/x");
  const reason = new Error("not wanted");
  await expect(miner.start({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(told).toEqual([]);
  expect(miner.state).toBe("idle");
});

test("a signal ends a start that is not complete, which rejects with its reason", async () => {
  HandWorker.onLoad = () => undefined;
  const [miner] = await minerOf(soloUntilReady);
  const control = new AbortController();
  const starting = miner.start({ signal: control.signal });
  await expect.poll(() => HandWorker.all.length).toBe(1);
  const reason = new Error("changed their mind");
  control.abort(reason);
  await expect(starting).rejects.toBe(reason);
  await expect.poll(() => miner.state).toBe("stopped");
  expect(worker().terminated).toBe(true);
});

test("a signal stops a miner that runs, and is left alone by one that was stopped", async () => {
  const [miner] = await minerOf(soloUntilReady);
  const control = new AbortController();
  await miner.start({ signal: control.signal });
  await worker().assignment(0);
  control.abort();
  await expect.poll(() => miner.state).toBe("stopped");

  const later = new AbortController();
  await miner.start({ signal: later.signal });
  await miner.stop();
  await miner.start();
  later.abort();
  expect(miner.state).not.toBe("stopping");
});

const refused = (policies: unknown): unknown => {
  try {
    new Miner({ pool: "wss://host.example/pool/x", worker: WORKER, policies: policies as object });
  } catch (error) {
    return error;
  }
  return undefined;
};

test.each([
  [{ pauseWhenHidden: "yes" }, "policies.pauseWhenHidden must be true or false, not yes"],
  [{ pauseOnBattery: true }, "policies.pauseOnBattery must be one of never, low, always, not true"],
  [{ pauseUnderPressure: 1 }, "policies.pauseUnderPressure must be true or false, not 1"],
  [{ pauseOnMetered: null }, "policies.pauseOnMetered must be true or false, not null"],
  [{ oneTab: 0 }, "policies.oneTab must be true or false, not 0"],
  [{ requireGesture: "" }, "policies.requireGesture must be true or false, not "],
  [{ pauseWhenHiden: false }, /^policies\.pauseWhenHiden is not one of pauseWhenHidden, /],
  ["none", "policies must be an object, not string"],
  [null, "policies must be an object, not null"],
])("%j is refused by name", (policies, message) => {
  const error = refused(policies);
  expect(error).toMatchObject({ name: "MinerError", code: "bad-options" });
  expect((error as Error).message).toMatch(message);
});

test("an undefined policy is the default one", () => {
  expect(refused({ pauseWhenHidden: undefined })).toBeUndefined();
});
