import { expect, test } from "vitest";
import { hexFromBytes } from "../src/hex.js";
import {
  AUTHORIZED,
  clientOf,
  HEADER,
  NETWORK_TARGET,
  notify,
  SOLO_SUBSCRIBED,
  SOLUTION,
  soloUntilReady,
  TARGET,
  WORKER,
} from "./stratum-fixture.js";

const EASY_TARGET = "0080".padEnd(64, "0");

test("the solo dialogue: a job before authorize, a share accepted, another refused in the pool's words", async () => {
  const [log, pool] = await clientOf(async (peer, n) => {
    await soloUntilReady(peer, n);
    const first = await peer.receive("mining.submit");
    peer.send(`{"id":${first.id},"result":true,"error":null}`);
    const second = await peer.receive("mining.submit");
    peer.send(`{"id":${second.id},"result":null,"error":[22,"duplicate share"]}`);
  });
  const job = await log.next("job");
  expect(log.client.state).toBe("ready");
  expect(job).toMatchObject({ id: "1", clean: true });
  expect(hexFromBytes(job.headerHash)).toBe(HEADER);
  expect(hexFromBytes(job.target)).toBe(TARGET);
  expect(hexFromBytes(job.extraNonce1)).toBe("bc4fe05100000000");

  const before = Math.floor(Date.now() / 1000);
  const share = { job, extraNonce2: new Uint8Array(24).fill(7), solution: SOLUTION };
  expect(await log.client.submit(share)).toEqual({ accepted: true, stale: false, code: null, reason: null });
  expect(await log.client.submit({ ...share, extraNonce2: new Uint8Array(24).fill(8) })).toEqual({
    accepted: false,
    stale: false,
    code: 22,
    reason: "duplicate share",
  });

  expect(pool.requests.slice(0, 2)).toEqual([
    { id: 1, method: "mining.subscribe", params: ["aion-web-miner/0.1.0", "AionStratum/1.0.0"] },
    { id: 2, method: "mining.authorize", params: [WORKER, "x"] },
  ]);
  const [worker, jobId, nTime = "", extraNonce2, solution] = pool.submits[0]?.params ?? [];
  expect([worker, jobId, extraNonce2, solution]).toEqual([WORKER, "1", "07".repeat(24), `fd8005${SOLUTION}`]);
  expect(nTime).toMatch(/^[0-9a-f]{16}$/);
  expect(Number.parseInt(nTime, 16)).toBeGreaterThanOrEqual(before);
  expect(Number.parseInt(nTime, 16)).toBeLessThanOrEqual(Math.floor(Date.now() / 1000));
});

test("the MiningCore dialogue: a job comes with the network target, set_target gives the share target", async () => {
  const coreNotify = (id: string): string =>
    `{"jsonrpc":"2.0","method":"mining.notify","params":["${id}",true,"${NETWORK_TARGET}","${HEADER}"]}`;
  const [log, pool] = await clientOf(
    async (peer) => {
      await peer.receive("mining.subscribe");
      peer.send(`{"result":[["mining.notify","0HLD7","AionStratum/1.0.0"],"be10"],"error":null,"id":1}`);
      await peer.receive("mining.authorize");
      peer.send(`{"result":true,"error":null,"id":2}`, coreNotify("0000002a"));
      peer.send(`{"jsonrpc":"2.0","method":"mining.set_target","params":["${EASY_TARGET}"]}`);
      const stale = await peer.receive("mining.submit");
      const staleError = `{"code":-1,"message":"stale share","data":null}`;
      peer.send(`{"result":false,"error":${staleError},"id":${stale.id}}`);
      const low = await peer.receive("mining.submit");
      const lowError = `{"code":23,"message":"low difficulty share (512)","data":null}`;
      peer.send(`{"result":false,"error":${lowError},"id":${low.id}}`);
      peer.send(
        `{"jsonrpc":"2.0","method":"mining.set_difficulty","params":[1024.0]}`,
        coreNotify("0000002b"),
      );
    },
    { password: "d=512" },
  );
  const job = await log.next("job");
  expect(hexFromBytes(job.target)).toBe(NETWORK_TARGET);
  const eased = await log.next("target");
  expect(eased).toEqual({ ...job, target: eased.target });
  expect(hexFromBytes(eased.target)).toBe(EASY_TARGET);

  const submit = (fill: number) =>
    log.client.submit({ job, extraNonce2: new Uint8Array(30).fill(fill), solution: SOLUTION });
  expect(await submit(1)).toEqual({ accepted: false, stale: true, code: -1, reason: "stale share" });
  expect(await submit(2)).toEqual({
    accepted: false,
    stale: false,
    code: 23,
    reason: "low difficulty share (512)",
  });
  expect(pool.submits[0]?.params[3]).toBe("01".repeat(30));
  expect(pool.requests[1]?.params[1]).toBe("d=512");

  const harder = await log.next("target");
  expect(harder.sequence).toBe(job.sequence);
  expect(hexFromBytes(harder.target)).toBe("0040".padEnd(64, "0"));
  const later = await log.next("job");
  expect(later.id).toBe("0000002b");
  expect(hexFromBytes(later.target)).toBe("0040".padEnd(64, "0"));
});

test("replies are matched by id in any order, and a string is as good an id as a number", async () => {
  const [log] = await clientOf(async (peer, n) => {
    await soloUntilReady(peer, n);
    const a = await peer.receive("mining.submit");
    const b = await peer.receive("mining.submit");
    const c = await peer.receive("mining.submit");
    peer.send(`{"id":"${c.id}","result":true,"error":null}`, notify("2", { clean: "false" }));
    peer.send(`{"id":${b.id},"result":null,"error":[20,"invalid solution"]}`);
    peer.send(`{"id":${a.id},"result":true,"error":null}`);
  });
  const job = await log.next("job");
  const verdicts = await Promise.all(
    [1, 2, 3].map((fill) =>
      log.client.submit({ job, extraNonce2: new Uint8Array(24).fill(fill), solution: SOLUTION }),
    ),
  );
  expect(verdicts.map(({ accepted }) => accepted)).toEqual([true, false, true]);
});

test("an error without an id belongs to the only open request, a success without an id to nobody", async () => {
  const [log] = await clientOf(async (peer, n) => {
    await soloUntilReady(peer, n);
    await peer.receive("mining.submit");
    peer.send(`{"id":null,"result":true,"error":null}`, `{"result":true,"error":null}`);
    peer.send(`{"error":[25,"not subscribed",null]}`);
  });
  const job = await log.next("job");
  const verdict = await log.client.submit({ job, extraNonce2: new Uint8Array(24), solution: SOLUTION });
  expect(verdict).toEqual({ accepted: false, stale: false, code: 25, reason: "not subscribed" });
  expect(log.all("error").map(({ error }) => error.code)).toEqual(["unexpected-reply", "unexpected-reply"]);
});

test("a verdict after the deadline is reported as late, and the submit has failed by then", async () => {
  let afterDeadline: (() => void) | undefined;
  const deadlinePassed = new Promise<void>((resolve) => (afterDeadline = resolve));
  const [log] = await clientOf(
    async (peer, n) => {
      await soloUntilReady(peer, n);
      const { id } = await peer.receive("mining.submit");
      await deadlinePassed;
      peer.send(`{"id":${id},"result":true,"error":null}`);
    },
    { deadlines: { submit: 50 } },
  );
  const job = await log.next("job");
  const share = { job, extraNonce2: new Uint8Array(24), solution: SOLUTION };
  await expect(log.client.submit(share)).rejects.toMatchObject({ code: "reply-timeout" });
  afterDeadline?.();
  const late = await log.next("late");
  expect(late.share).toBe(share);
  expect(late.verdict).toEqual({ accepted: true, stale: false, code: null, reason: null });
});

test.each([
  ["no bytes", "", 32],
  ["two bytes", "be10", 30],
  ["31 bytes", "11".repeat(31), 1],
])("extraNonce1 of %s leaves the rest of the 32 to extraNonce2", async (_, extraNonce1, left) => {
  const [log, pool] = await clientOf(async (peer) => {
    await peer.receive("mining.subscribe");
    peer.send(`{"id":1,"result":[null,"${extraNonce1}"],"error":null}`, notify("1"));
    await peer.receive("mining.authorize");
    peer.send(AUTHORIZED);
    const { id } = await peer.receive("mining.submit");
    peer.send(`{"id":${id},"result":true,"error":null}`);
  });
  const job = await log.next("job");
  expect(hexFromBytes(job.extraNonce1)).toBe(extraNonce1);
  await log.client.submit({ job, extraNonce2: new Uint8Array(left), solution: SOLUTION });
  expect(pool.submits[0]?.params[3]).toHaveLength(2 * left);
});

test("set_extranonce counts from the next job on", async () => {
  const [log] = await clientOf(async (peer, n) => {
    await soloUntilReady(peer, n);
    peer.send(
      `{"id":null,"method":"mining.set_extranonce","params":["0102"]}`,
      notify("2", { clean: "false" }),
    );
  });
  const first = await log.next("job");
  const second = await log.next("job");
  expect(hexFromBytes(second.extraNonce1)).toBe("0102");
  expect(log.client.liveJob(first.sequence)?.extraNonce1).toEqual(first.extraNonce1);
});

test.each([
  ["true", true],
  ["false", false],
  [`"true"`, true],
  [`"false"`, false],
])("clean may be written %s", async (clean, expected) => {
  const [log] = await clientOf(async (peer) => {
    await peer.receive("mining.subscribe");
    peer.send(SOLO_SUBSCRIBED, notify("1", { clean }));
    await peer.receive("mining.authorize");
    peer.send(AUTHORIZED);
  });
  expect((await log.next("job")).clean).toBe(expected);
});

test("a clean job makes shares of earlier ones stale, and they are not sent", async () => {
  const [log, pool] = await clientOf(async (peer, n) => {
    await soloUntilReady(peer, n);
    peer.send(notify("2", { clean: "false" }), notify("3"));
  });
  const first = await log.next("job");
  const second = await log.next("job");
  await log.next("job");
  for (const job of [first, second]) {
    const submit = log.client.submit({ job, extraNonce2: new Uint8Array(24), solution: SOLUTION });
    await expect(submit).rejects.toMatchObject({ code: "stale-job" });
  }
  expect(pool.submits).toEqual([]);
});

test("a second share of one nonce, and one of wrong lengths, is not sent", async () => {
  const [log, pool] = await clientOf(async (peer, n) => {
    await soloUntilReady(peer, n);
    const { id } = await peer.receive("mining.submit");
    peer.send(`{"id":${id},"result":true,"error":null}`);
  });
  const job = await log.next("job");
  const share = { job, extraNonce2: new Uint8Array(24), solution: SOLUTION };
  await log.client.submit(share);
  for (const [change, code] of [
    [{ solution: "d4".repeat(1408) }, "duplicate-share"],
    [{ extraNonce2: new Uint8Array(23) }, "bad-share"],
    [{ solution: SOLUTION.slice(2) }, "bad-share"],
  ] as const) {
    await expect(log.client.submit({ ...share, ...change })).rejects.toMatchObject({ code });
  }
  expect(pool.submits).toHaveLength(1);
});

test("nothing is submitted before the pool has authorized", async () => {
  const [log, pool] = await clientOf(async (peer) => {
    await peer.receive("mining.subscribe");
    peer.send(SOLO_SUBSCRIBED, notify("1"));
  });
  await log.state("authorizing");
  const bytes = new Uint8Array(32);
  const job = {
    sequence: 1,
    id: "1",
    headerHash: bytes,
    target: bytes,
    clean: true,
    extraNonce1: bytes.slice(24),
  };
  const submit = log.client.submit({ job, extraNonce2: new Uint8Array(24), solution: SOLUTION });
  await expect(submit).rejects.toMatchObject({ name: "StratumError", code: "not-ready" });
  expect(log.all("job")).toEqual([]);
  expect(pool.submits).toEqual([]);
});

test("client.reconnect is followed to the same pool and ignored to any other", async () => {
  const [log, pool] = await clientOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    if (connection > 0) return;
    peer.send(`{"id":null,"method":"client.reconnect","params":["elsewhere.example",3333]}`);
    peer.send(`{"id":null,"method":"client.reconnect","params":[]}`);
  });
  await log.next("job");
  expect((await log.next("notice")).code).toBe("subscribed");
  expect((await log.next("notice")).code).toBe("reconnect-ignored");
  expect((await log.next("notice")).code).toBe("reconnect-followed");
  expect((await log.next("job")).sequence).toBe(2);
  expect(pool.requests.map(({ method }) => method)).toEqual([
    "mining.subscribe",
    "mining.authorize",
    "mining.subscribe",
    "mining.authorize",
  ]);
});
