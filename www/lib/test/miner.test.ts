import { expect, test, vi } from "vitest";
import { Miner } from "../src/miner.js";
import { SILENCE_MS } from "../src/solver-host.js";
import {
  errors,
  HandWorker,
  HIGHER,
  LOW,
  minerFor,
  minerOf,
  states,
  statuses,
  usual,
  worker,
} from "./miner-fixture.js";
import type { Script } from "./scripted-pool.js";
import { notify, poolOf, SOLUTION, soloUntilReady, WORKER } from "./stratum-fixture.js";

const refusing: Script = async (peer) => {
  await peer.receive("mining.subscribe");
  peer.send(`{"id":1,"result":[null,"00"],"error":null}`);
  await peer.receive("mining.authorize");
  peer.send(`{"id":2,"result":false,"error":null}`);
};

const judging =
  (reply: string): Script =>
  async (peer, connection) => {
    await soloUntilReady(peer, connection);
    for (;;) {
      const { id } = await peer.receive("mining.submit");
      peer.send(`{"id":${id},${reply}}`);
    }
  };

test("of the shares of a nonce only the one with the lowest powhash is submitted, and the pool's word is counted", async () => {
  const [miner, pool, told] = await minerOf(judging(`"result":true,"error":null`));
  await miner.start();
  const work = await worker().assignment(0);
  expect(miner.state).toBe("mining");
  worker().finish(work, LOW, HIGHER);
  await expect.poll(() => miner.stats.accepted).toBe(1);
  expect(statuses(told)).toEqual(["submitted", "accepted"]);
  expect(pool.submits).toHaveLength(1);
  expect(pool.submits[0]?.params[4]).toBe(`fd8005${SOLUTION}`);
  expect(pool.submits[0]?.params[3]).toBe(Buffer.from(work.nonces[0]?.slice(8) ?? []).toString("hex"));
  expect(miner.stats).toMatchObject({
    runs: 1,
    solutions: 2,
    submitted: 1,
    accepted: 1,
    rejected: 0,
    backend: "single",
  });
  await miner.stop();
  expect(worker().terminated).toBe(true);
  expect(states(told)).toEqual([
    "starting",
    "connecting",
    "waiting-for-job",
    "mining",
    "stopping",
    "stopped",
  ]);
});

test("a rejection carries the pool's code and words, and is not counted as accepted", async () => {
  const [miner, , told] = await minerOf(judging(`"result":null,"error":[20,"invalid solution"]`));
  await miner.start();
  worker().finish(await worker().assignment(0), LOW);
  await expect.poll(() => miner.stats.rejected).toBe(1);
  expect(told.filter(([name]) => name === "share").at(-1)?.[1]).toMatchObject({
    status: "rejected",
    code: 20,
    reason: "invalid solution",
  });
  expect(miner.stats.accepted).toBe(0);
});

test("a share that came too late is counted apart from those that were wrong", async () => {
  const [miner, , told] = await minerOf(judging(`"result":null,"error":[21,"job not found"]`));
  await miner.start();
  worker().finish(await worker().assignment(0), LOW);
  await expect.poll(() => miner.stats.stale).toBe(1);
  expect(miner.stats).toMatchObject({ submitted: 1, accepted: 0, rejected: 0, stale: 1, unanswered: 0 });
  expect(told.filter(([name]) => name === "share").at(-1)?.[1]).toMatchObject({ status: "stale", code: 21 });
});

test("a verdict that comes after its deadline takes the share from the unanswered ones", async () => {
  let answer: (() => void) | undefined;
  const [miner, , told] = await minerOf(
    async (peer, connection) => {
      await soloUntilReady(peer, connection);
      const { id } = await peer.receive("mining.submit");
      answer = () => {
        peer.send(`{"id":${id},"result":true,"error":null}`, `{"id":${id},"result":true,"error":null}`);
      };
    },
    { deadlines: { submit: 20 } },
  );
  await miner.start();
  worker().finish(await worker().assignment(0), LOW);
  await expect.poll(() => miner.stats.unanswered).toBe(1);
  answer?.();
  await expect.poll(() => errors(told)).toEqual(["unexpected-reply"]);
  expect(miner.stats).toMatchObject({ submitted: 1, accepted: 1, unanswered: 0 });
  expect(
    told.flatMap(([name, detail]) => (name === "share" ? [[detail.status, detail.powHash]] : [])),
  ).toEqual([
    ["submitted", LOW],
    ["unanswered", LOW],
    ["accepted", LOW],
  ]);
});

test("a stop leaves what is on its way as unanswered", async () => {
  const [miner, , told] = await minerOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    await peer.receive("mining.submit");
  });
  await miner.start();
  worker().finish(await worker().assignment(0), LOW);
  await miner.stop();
  expect(statuses(told)).toEqual(["submitted", "unanswered"]);
  expect(miner.stats).toMatchObject({ submitted: 1, unanswered: 1 });
});

test("a pool that refuses is no reason to end while there is another one", async () => {
  const [first, second] = [await poolOf(refusing), await poolOf(soloUntilReady)];
  const [miner, told] = minerFor([first.url, second.url]);
  await miner.start();
  await worker().assignment(0);
  expect(miner.state).toBe("mining");
  expect(miner.pool).toBe(second.url);
  expect(told.flatMap(([name, detail]) => (name === "error" ? [detail] : []))).toMatchObject([
    { error: { code: "unauthorized" }, retryInMs: 0, pool: first.url },
  ]);
  await miner.stop();
  expect(miner.pool).toBeNull();
});

test("when an earlier pool takes over, the work of the later one is dropped, clean or not", async () => {
  const first = await poolOf(async (peer, connection) => {
    if (connection === 0) {
      peer.hangUp();
      return;
    }
    await peer.answer("mining.subscribe", `"result":[null,"bc4fe05100000000"],"error":null`);
    peer.send(notify("1", { clean: "false" }));
    await peer.answer("mining.authorize", `"result":true,"error":null`);
  });
  const second = await poolOf(soloUntilReady);
  const [miner, told] = minerFor([first.url, second.url], { returnAfter: 1 });
  await miner.start();
  const before = await worker().assignment(0);
  const after = await worker().assignment(1);
  expect(after.drop).toBe(true);
  expect(after.generation).toBeGreaterThan(before.generation);
  expect(miner.pool).toBe(first.url);
  expect(miner.state).toBe("mining");
  worker().finish(before, LOW);
  expect(statuses(told)).toEqual([]);
});

test("a share that the newest target no longer takes is held back", async () => {
  let harden: (() => void) | undefined;
  const [miner, pool, told] = await minerOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    harden = () => {
      peer.send(
        `{"id":null,"method":"mining.set_target","params":["${LOW}"]}`,
        notify("2", { clean: "false" }),
      );
    };
  });
  await miner.start();
  const work = await worker().assignment(0);
  harden?.();
  await worker().assignment(1);
  worker().finish(work, LOW);
  expect(miner.stats.runs).toBe(1);
  expect(statuses(told)).toEqual([]);
  expect(pool.submits).toEqual([]);
});

test("answers for a job that a clean one has replaced are stale: not counted, not submitted", async () => {
  let next: (() => void) | undefined;
  const [miner, pool] = await minerOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    next = () => {
      peer.send(notify("2"));
    };
  });
  await miner.start();
  const old = await worker().assignment(0);
  next?.();
  const work = await worker().assignment(1);
  expect(work).toMatchObject({ drop: true, sequence: 2 });
  worker().finish(old, LOW);
  expect(miner.stats.runs).toBe(0);
  expect(pool.submits).toEqual([]);
});

test("a lost connection takes the work away, and the next job gives other nonces", async () => {
  const [miner, , told] = await minerOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    if (connection === 0) peer.close(1001);
  });
  await miner.start();
  const before = await worker().assignment(0);
  const after = await worker().assignment(1);
  expect(worker().heard.map(({ type }) => type)).toEqual(["load", "work", "idle", "work"]);
  expect(after.generation).toBeGreaterThan(before.generation);
  const nonces = [...before.nonces, ...after.nonces].map((nonce) => nonce.join());
  expect(new Set(nonces).size).toBe(nonces.length);
  expect(errors(told)).toEqual(["connection-lost"]);
  expect(states(told)).toContain("reconnecting");
});

test("a share without a verdict is unanswered, not rejected", async () => {
  const [miner, , told] = await minerOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    if (connection > 0) return;
    await peer.receive("mining.submit");
    peer.hangUp();
  });
  await miner.start();
  worker().finish(await worker().assignment(0), LOW);
  await expect.poll(() => statuses(told)).toEqual(["submitted", "unanswered"]);
  expect(miner.stats).toMatchObject({ submitted: 1, accepted: 0, rejected: 0, unanswered: 1 });
});

test("a trapped solver is a named error that ends everything", async () => {
  const [miner, , told] = await minerOf(soloUntilReady);
  await miner.start();
  await worker().assignment(0);
  worker().say({ type: "failed", code: "solver-trapped", message: "unreachable" });
  await expect.poll(() => miner.state).toBe("failed");
  expect(errors(told)).toEqual(["solver-trapped"]);
  expect(worker().terminated).toBe(true);
  expect(miner.stats.backend).toBeNull();
});

/** Lets a solver be silent for as long as it may, and a moment more. */
function silence(solver: HandWorker): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  solver.say({ type: "alive" });
  vi.advanceTimersByTime(SILENCE_MS - 1);
  expect(solver.terminated).toBe(false);
  vi.advanceTimersByTime(1);
  expect(solver.terminated).toBe(true);
  vi.useRealTimers();
}

test("a solver that falls silent at work is ended within five seconds, and another one works on at the same job", async () => {
  const [miner, , told] = await minerOf(soloUntilReady);
  await miner.start();
  const before = await worker().assignment(0);
  silence(worker());
  await expect.poll(() => HandWorker.all.length).toBe(2);
  expect(told.flatMap(([name, detail]) => (name === "notice" ? [detail.code] : []))).toContain(
    "solver-restarted",
  );
  const after = await worker().assignment(0);
  expect(after.sequence).toBe(before.sequence);
  const nonces = [...before.nonces, ...after.nonces].map((nonce) => nonce.join());
  expect(new Set(nonces).size).toBe(nonces.length);
  worker().finish(after, LOW);
  expect(statuses(told)).toEqual(["submitted"]);
  expect(miner.state).toBe("mining");
  expect(miner.stats.backend).toBe("single");
  expect(errors(told)).toEqual([]);
});

test("a second silence in the same session is a named error that ends everything", async () => {
  const [miner, , told] = await minerOf(soloUntilReady);
  await miner.start();
  await worker().assignment(0);
  silence(worker());
  await expect.poll(() => HandWorker.all.length).toBe(2);
  await worker().assignment(0);
  silence(worker());
  expect(errors(told)).toEqual(["solver-silent"]);
  await expect.poll(() => miner.state).toBe("failed");
  expect(HandWorker.all).toHaveLength(2);

  await miner.start();
  await worker().assignment(0);
  silence(worker());
  await expect.poll(() => HandWorker.all.length).toBe(4);
});

test("a stop while a silent solver is replaced leaves no worker", async () => {
  const [miner] = await minerOf(soloUntilReady);
  await miner.start();
  await worker().assignment(0);
  silence(worker());
  await miner.stop();
  expect(HandWorker.all.every(({ terminated }) => terminated)).toBe(true);
  expect(miner.state).toBe("stopped");
});

test("a solver that takes a silent one's place and does not come up is a named error", async () => {
  const [miner, , told] = await minerOf(soloUntilReady);
  await miner.start();
  await worker().assignment(0);
  HandWorker.onLoad = (loading) => {
    loading.say({ type: "failed", code: "out-of-memory", message: "192 MiB are refused" });
  };
  silence(worker());
  await expect.poll(() => miner.state).toBe("failed");
  expect(errors(told)).toEqual(["out-of-memory"]);
});

test("a solver without work may be silent", async () => {
  const [miner] = await minerOf(async (peer) => {
    await peer.receive("mining.subscribe");
  });
  await miner.start();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  vi.advanceTimersByTime(2 * SILENCE_MS);
  expect(worker().terminated).toBe(false);
});

test("a solver that cannot come up rejects the start and leaves nothing running", async () => {
  HandWorker.onLoad = (loading) => {
    loading.say({ type: "failed", code: "out-of-memory", message: "192 MiB are refused" });
  };
  const [miner, pool] = await minerOf(soloUntilReady);
  await expect(miner.start()).rejects.toMatchObject({ name: "MinerError", code: "out-of-memory" });
  expect(miner.state).toBe("failed");
  expect(worker().terminated).toBe(true);
  expect(pool.requests).toEqual([]);
  HandWorker.onLoad = usual;
  await miner.start();
  await worker().assignment(0);
});

test("a job that comes before the solver waits for it, and until then the miner is starting", async () => {
  HandWorker.onLoad = () => undefined;
  const [miner, , told] = await minerOf(soloUntilReady);
  const starting = miner.start();
  await expect.poll(() => told.filter(([name]) => name === "job")).toHaveLength(1);
  expect(miner.state).toBe("starting");
  expect(worker().heard.map(({ type }) => type)).toEqual(["load"]);
  worker().say({ type: "ready", memoryBytes: 64 });
  await starting;
  expect(miner.state).toBe("mining");
  expect(states(told)).toEqual(["starting", "mining"]);
  expect(worker().heard.map(({ type }) => type)).toEqual(["load", "work"]);
  worker().finish(await worker().assignment(0), LOW);
  expect(statuses(told)).toEqual(["submitted"]);
});

test("work whose connection is lost before the solver is ready is never begun", async () => {
  HandWorker.onLoad = () => undefined;
  const [miner, , told] = await minerOf(async (peer, connection) => {
    if (connection > 0) return;
    await soloUntilReady(peer, connection);
    peer.close(1001);
  });
  const starting = miner.start();
  await expect.poll(() => errors(told)).toEqual(["connection-lost"]);
  worker().say({ type: "ready", memoryBytes: 64 });
  await starting;
  expect(told.filter(([name]) => name === "job")).toHaveLength(1);
  expect(worker().heard.map(({ type }) => type)).toEqual(["load"]);
  expect(["connecting", "reconnecting"]).toContain(miner.state);
});

test("a solver that falls silent over work that waited for it is found out as well", async () => {
  HandWorker.onLoad = () => undefined;
  const [miner, , told] = await minerOf(soloUntilReady);
  const starting = miner.start();
  await expect.poll(() => told.filter(([name]) => name === "job")).toHaveLength(1);
  const [solver] = HandWorker.all;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  solver?.say({ type: "ready", memoryBytes: 64 });
  vi.advanceTimersByTime(SILENCE_MS);
  expect(solver?.terminated).toBe(true);
  vi.useRealTimers();
  await starting;
  await expect.poll(() => HandWorker.all.length).toBe(2);
  expect(errors(told)).toEqual([]);
});

test("a pool that refuses the worker before the solver is ready rejects the start, and no worker is left", async () => {
  HandWorker.onLoad = () => undefined;
  const [miner, , told] = await minerOf(refusing);
  await expect(miner.start()).rejects.toMatchObject({ name: "StratumError", code: "unauthorized" });
  expect(miner.state).toBe("failed");
  expect(worker().terminated).toBe(true);
  expect(errors(told)).toEqual([]);
});

test("a solver that cannot come up ends the connection that was opened meanwhile", async () => {
  HandWorker.onLoad = () => undefined;
  let closed = false;
  const [miner, , told] = await minerOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    await peer.receive("mining.submit").catch(() => (closed = true));
  });
  const starting = miner.start();
  starting.catch(() => undefined);
  await expect.poll(() => told.filter(([name]) => name === "job")).toHaveLength(1);
  worker().say({ type: "failed", code: "solver-unavailable", message: "a thread did not start" });
  await expect(starting).rejects.toMatchObject({ code: "solver-unavailable" });
  await expect.poll(() => closed).toBe(true);
  expect(states(told)).toEqual(["starting", "failed"]);
});

test("a pool that refuses the worker ends everything", async () => {
  const [miner, , told] = await minerOf(refusing);
  await miner.start();
  await expect.poll(() => miner.state).toBe("failed");
  expect(errors(told)).toEqual(["unauthorized"]);
  expect(worker().terminated).toBe(true);
});

test("a stop during the start rejects the start, and a start can follow", async () => {
  HandWorker.onLoad = () => undefined;
  const [miner] = await minerOf(soloUntilReady);
  const starting = miner.start();
  expect(miner.start()).toBe(starting);
  await expect.poll(() => HandWorker.all.length).toBe(1);
  const stopping = miner.stop();
  await expect(starting).rejects.toMatchObject({ code: "stopped" });
  await stopping;
  await miner.stop();
  expect(miner.state).toBe("stopped");
  expect(worker().terminated).toBe(true);
  HandWorker.onLoad = usual;
  await miner.start();
  await worker().assignment(0);
  expect(HandWorker.all).toHaveLength(2);
});

test("a start right after a stop is another one, which begins when the first has ended", async () => {
  const [miner, , told] = await minerOf(soloUntilReady);
  await miner.start();
  await worker().assignment(0);
  const stopping = miner.stop();
  await miner.start();
  await stopping;
  await worker().assignment(0);
  expect(HandWorker.all).toHaveLength(2);
  expect(HandWorker.all[0]?.terminated).toBe(true);
  expect(miner.state).toBe("mining");
  expect(states(told).slice(4, 7)).toEqual(["stopping", "stopped", "starting"]);
});

test("a nonce space of one byte ends in a named condition, and another extraNonce1 goes on", async () => {
  let widen: (() => void) | undefined;
  const [miner, , told] = await minerOf(async (peer) => {
    await peer.receive("mining.subscribe");
    peer.send(`{"id":1,"result":[null,"${"11".repeat(31)}"],"error":null}`, notify("1"));
    await peer.receive("mining.authorize");
    peer.send(`{"id":2,"result":true,"error":null}`);
    widen = () => {
      peer.send(`{"id":null,"method":"mining.set_extranonce","params":["22"]}`, notify("2"));
    };
  });
  await miner.start();
  for (let n = 0; n < 64; n++) {
    const { generation } = await worker().assignment(n);
    worker().say({ type: "low", generation });
  }
  const last = await worker().assignment(63);
  worker().finish({ ...last, nonces: last.nonces.slice(-1) });
  expect(errors(told)).toEqual(["nonces-exhausted"]);
  expect(miner.state).toBe("waiting-for-job");
  widen?.();
  expect((await worker().assignment(64)).nonces[0]?.[0]).toBe(0x22);
  expect(miner.state).toBe("mining");
});

test.each([0, 1.5, -1, 257, NaN])("%d threads are refused by name", (threads) => {
  const make = (): Miner => new Miner({ pool: "wss://host.example/pool/x", worker: WORKER, threads });
  expect(make).toThrow(expect.objectContaining({ code: "bad-options" }));
});

test("the throttle goes with the start, and changes while mining", async () => {
  const [miner] = await minerOf(soloUntilReady, { throttle: 0.75 });
  await miner.start();
  await worker().assignment(0);
  expect(worker().heard[0]).toMatchObject({ type: "load", throttle: 0.75 });
  miner.throttle = 0.5;
  expect(miner.throttle).toBe(0.5);
  expect(worker().heard.at(-1)).toEqual({ type: "throttle", throttle: 0.5 });
  await miner.stop();
  miner.throttle = 0.25;
  await miner.start();
  expect(worker().heard[0]).toMatchObject({ type: "load", throttle: 0.25 });
});

test.each([0, -0.5, 1.01, NaN, Infinity])(
  "a throttle of %d is refused by name, and changes nothing",
  (throttle) => {
    const options = { pool: "wss://host.example/pool/x", worker: WORKER };
    const refusal = {
      code: "bad-options",
      message: `throttle must be above 0 and at most 1, not ${throttle}`,
    };
    expect(() => new Miner({ ...options, throttle })).toThrow(expect.objectContaining(refusal));
    const miner = new Miner(options);
    expect(() => (miner.throttle = throttle)).toThrow(expect.objectContaining(refusal));
    expect(miner.throttle).toBe(1);
  },
);

test("every run is told with its times by stage, before the numbers that count it", async () => {
  const [miner, , told] = await minerOf(soloUntilReady);
  await miner.start();
  const { generation, sequence, nonces } = await worker().assignment(0);
  const [nonce] = nonces;
  if (nonce === undefined) throw new Error("an assignment without a nonce");
  const roundsMs = [4, 1, 1, 1, 1, 1, 1, 1, 1, 1];
  const outcome = { solutions: 2, dropped: 0, ms: 13, roundsMs, shares: [] };
  told.length = 0;
  worker().say({ type: "outcome", generation, sequence, nonce, outcome, memoryBytes: 128 });
  expect(told.slice(0, 2)).toMatchObject([
    ["run", { backend: "single", ms: 13, roundsMs, solutions: 2 }],
    ["stats", { runs: 1 }],
  ]);
});
