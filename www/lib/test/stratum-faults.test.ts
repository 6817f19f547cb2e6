import { afterEach, expect, test } from "vitest";
import type { Verdict } from "../src/share.js";
import type { StratumErrorCode } from "../src/stratum-error.js";
import type { StratumOptions } from "../src/stratum-options.js";
import { FaultyLink } from "./faulty-link.js";
import type { Peer, Script } from "./scripted-pool.js";
import {
  clientFor,
  clientOf,
  type Log,
  notify,
  poolOf,
  SOLUTION,
  soloUntilReady,
  SUBSCRIBED,
  YES,
} from "./stratum-fixture.js";

const links: FaultyLink[] = [];

afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.close()));
});

async function linked(
  script: Script,
  carriage?: Parameters<typeof FaultyLink.to>[1],
  options: Partial<StratumOptions> = {},
): Promise<[Log, FaultyLink]> {
  const pool = await poolOf(script);
  const link = await FaultyLink.to(pool.url, carriage);
  links.push(link);
  return [clientFor(link.url, options), link];
}

const answering: Script = async (peer, connection) => {
  await soloUntilReady(peer, connection);
  for (;;) await peer.answer("mining.submit", YES);
};

function submit(log: Log, fill: number): Promise<Verdict> {
  const job = log.all("job").at(-1);
  if (job === undefined) throw new Error("there should be a job");
  const extraNonce2 = new Uint8Array(32 - job.extraNonce1.length).fill(fill);
  return log.client.submit({ job, extraNonce2, solution: SOLUTION });
}

test.each([
  ["one byte at a time", { bytewise: true }],
  ["late, each piece by 40 ms", { delayMs: 40 }],
])("a link that carries everything %s changes nothing", async (_, carriage) => {
  const [log] = await linked(answering, () => carriage);
  await log.next("job");
  for (const fill of [1, 2]) expect((await submit(log, fill)).accepted).toBe(true);
  expect(log.all("error")).toEqual([]);
});

test("messages in frames of a byte each, with pings between them, are whole messages", async () => {
  const [log] = await clientOf(async (peer) => {
    const { id } = await peer.receive("mining.subscribe");
    peer.sendInFragments(`{"id":${id},${SUBSCRIBED}}`);
    peer.sendInFragments(notify("1"));
    await peer.answer("mining.authorize", YES);
    const submitted = await peer.receive("mining.submit");
    peer.sendInFragments(`{"id":${submitted.id},${YES}}`);
  });
  await log.next("job");
  expect((await submit(log, 1)).accepted).toBe(true);
  expect(log.all("error")).toEqual([]);
});

test("a link that is later than the deadline is given up, and a better one used", async () => {
  const carriage = (connection: number) => ({ delayMs: connection === 0 ? 60_000 : 0 });
  const [log] = await linked(answering, carriage, { deadlines: { open: 50 } });
  expect(await log.next("error")).toMatchObject({ error: { code: "pool-unreachable" } });
  await log.next("job");
});

/** The pool's side up to each state of the client, and what the client says of a link that fails there. */
const STATES: readonly [string, (peer: Peer) => Promise<void>, StratumErrorCode][] = [
  ["subscribing", (peer) => peer.receive("mining.subscribe").then(() => undefined), "reply-timeout"],
  [
    "authorizing",
    async (peer) => {
      await peer.answer("mining.subscribe", SUBSCRIBED);
      await peer.receive("mining.authorize");
    },
    "reply-timeout",
  ],
  [
    "authorized",
    async (peer) => {
      await peer.answer("mining.subscribe", SUBSCRIBED);
      await peer.answer("mining.authorize", YES);
    },
    "no-job",
  ],
  ["ready", (peer) => Promise.resolve(soloUntilReady(peer, 0)), "connection-lost"],
];

test.each(STATES)(
  "a link that goes dead while %s is found out by the client alone",
  async (state, until, code) => {
    const [log, link] = await linked(
      (peer, connection) => (connection === 0 ? until(peer) : answering(peer, connection)),
      undefined,
      { deadlines: { handshake: 1000, firstJob: 1000, silence: 1000 } },
    );
    await log.until(() => log.all("state").some((move) => move.state === state));
    link.connections[0]?.freeze();
    expect(await log.next("error")).toMatchObject({ error: { code, final: false }, retryInMs: 0 });
    await log.until(() => log.client.state === "ready");
    expect((await submit(log, 1)).accepted).toBe(true);
  },
);

test.each(STATES)("a reset while %s is a lost connection, and is made again", async (state, until) => {
  const [log, link] = await linked((peer, connection) =>
    connection === 0 ? until(peer) : answering(peer, connection),
  );
  await log.until(() => log.all("state").some((move) => move.state === state));
  link.connections[0]?.reset();
  expect(await log.next("error")).toMatchObject({ error: { code: "connection-lost", final: false } });
  await log.until(() => log.client.state === "ready");
  expect((await submit(log, 1)).accepted).toBe(true);
});

test("a reset with shares on their way leaves them unanswered, and each is sent once", async () => {
  const pool = await poolOf(async (peer, connection) => {
    if (connection > 0) return answering(peer, connection);
    await soloUntilReady(peer, connection);
    for (let i = 0; i < 3; i++) await peer.receive("mining.submit");
    link.connections[0]?.reset();
  });
  const link = await FaultyLink.to(pool.url);
  links.push(link);
  const log = clientFor(link.url);
  await log.next("job");
  const verdicts = await Promise.allSettled([1, 2, 3].map((fill) => submit(log, fill)));
  for (const verdict of verdicts) {
    expect(verdict).toMatchObject({ status: "rejected", reason: { code: "connection-lost" } });
  }
  await log.next("job");
  expect((await submit(log, 4)).accepted).toBe(true);
  expect(pool.submits.map(({ params }) => params[3]?.slice(0, 2))).toEqual(["01", "02", "03", "04"]);
});

test("verdicts in reverse order each find their share", async () => {
  const [log] = await clientOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    const ids: number[] = [];
    for (let i = 0; i < 20; i++) ids.push((await peer.receive("mining.submit")).id);
    for (const id of ids.reverse()) {
      peer.send(id % 2 === 0 ? `{"id":${id},${YES}}` : `{"id":${id},"result":null,"error":[20,"odd ${id}"]}`);
    }
  });
  await log.next("job");
  const verdicts = await Promise.all(Array.from({ length: 20 }, (_, i) => submit(log, i)));
  // Subscribe and authorize had the ids 1 and 2.
  for (const [i, { accepted, reason }] of verdicts.entries()) {
    expect(accepted).toBe((i + 3) % 2 === 0);
    expect(reason).toBe((i + 3) % 2 === 0 ? null : `odd ${i + 3}`);
  }
});

test("jobs, targets and extraNonce1 that come before the reply to subscribe wait for it", async () => {
  const [log] = await clientOf(async (peer) => {
    const { id } = await peer.receive("mining.subscribe");
    peer.send(
      `{"id":null,"method":"mining.set_target","params":["${"07".padEnd(64, "0")}"]}`,
      notify("1"),
      `{"id":null,"method":"mining.set_extranonce","params":["0102"]}`,
      notify("2", { clean: "false" }),
      `{"id":${id},${SUBSCRIBED}}`,
    );
    await peer.answer("mining.authorize", YES);
  });
  const job = await log.next("job");
  expect(job.id).toBe("2");
  expect(job.target[0]).toBe(7);
  expect(Buffer.from(job.extraNonce1).toString("hex")).toBe("0102");
  expect(log.all("error")).toEqual([]);
});

test("a pool that only sends jobs and never subscribes us is no pool", async () => {
  const [log] = await clientOf((peer, connection) => {
    if (connection > 0) return soloUntilReady(peer, connection);
    for (let i = 1; i <= 33; i++) peer.send(notify(i.toString(16)));
  });
  expect(await log.next("error")).toMatchObject({ error: { code: "bad-job" } });
  await log.next("job");
});

test("every line twice is told once, and what is left over is reported", async () => {
  const [log] = await clientOf(async (peer) => {
    const twice = (line: string): void => {
      peer.send(line, line);
    };
    twice(`{"id":${(await peer.receive("mining.subscribe")).id},${SUBSCRIBED}}`);
    twice(notify("1"));
    twice(`{"id":${(await peer.receive("mining.authorize")).id},${YES}}`);
    twice(`{"id":${(await peer.receive("mining.submit")).id},${YES}}`);
    twice(notify("2"));
  });
  await log.next("job");
  expect((await submit(log, 1)).accepted).toBe(true);
  expect((await log.next("job")).id).toBe("2");
  await log.until(() => log.all("error").length === 3);
  expect(log.all("error").map(({ error }) => error.code)).toEqual(Array(3).fill("unexpected-reply"));
  expect(log.all("job").map(({ id }) => id)).toEqual(["1", "2"]);
  expect(log.client.state).toBe("ready");
});

test.each([
  ["clean", "true"],
  ["not clean", "false"],
])("of a flood of jobs that are %s the last one is worked on, and few are kept", async (_, clean) => {
  const [log] = await clientOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    for (let i = 2; i <= 5000; i++) peer.send(notify(i.toString(16), { clean }));
    for (;;) await peer.answer("mining.submit", YES);
  });
  await log.until(() => log.all("job").length === 5000);
  const live = log.all("job").filter(({ sequence }) => log.client.liveJob(sequence) !== undefined);
  expect(live).toHaveLength(clean === "true" ? 1 : 32);
  expect(live.at(-1)?.id).toBe((5000).toString(16));
  expect((await submit(log, 1)).accepted).toBe(true);
});

const HUGE: readonly [string, string, StratumErrorCode | null][] = [
  ["an id of 1e308", `{"id":1e308,${YES}}`, "unexpected-reply"],
  ["an id beyond all numbers", `{"id":1e999,${YES}}`, "unexpected-reply"],
  ["an id of 2^53", `{"id":9007199254740992,${YES}}`, "unexpected-reply"],
  ["an id of fifteen digits in a string", `{"id":"999999999999999",${YES}}`, "unexpected-reply"],
  ["an id that is a list", `{"id":[3],${YES}}`, "unexpected-reply"],
  ["an error of a huge code", `{"id":77,"result":null,"error":[1e308,"x"]}`, "unexpected-reply"],
  ["difficulty 1e400", `{"method":"mining.set_difficulty","params":[1e400]}`, "bad-target"],
  ["difficulty 2^257", `{"method":"mining.set_difficulty","params":[${2n ** 257n}]}`, "bad-target"],
  ["difficulty 1e-400", `{"method":"mining.set_difficulty","params":[1e-400]}`, null],
  [
    "a difficulty of 200 digits",
    `{"method":"mining.set_difficulty","params":[1${"0".repeat(200)}]}`,
    "bad-target",
  ],
  ["a job id of 65 digits", notify("a".repeat(65)), "bad-job"],
  ["a job id of 64 digits", notify("a".repeat(64)), null],
  ["lists in lists, 8,000 deep", `{"method":"x","params":${"[".repeat(8000)}${"]".repeat(8000)}}`, null],
  ["lists that never end", "[".repeat(32_000), "bad-line"],
  ["a prototype", `{"__proto__":{"result":true,"error":null},"id":3}`, "bad-line"],
];

test.each(HUGE)("%s is taken for what it is", async (_, line, code) => {
  const [log] = await clientOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    if (connection === 0) peer.send(line);
    peer.send(notify("ff"));
  });
  await log.until(() => log.all("job").some(({ id }) => id === "ff"));
  expect(log.all("error").map(({ error }) => error.code)).toEqual(code === null ? [] : [code]);
  await log.until(() => log.client.state === "ready");
});
