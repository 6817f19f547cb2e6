import { afterEach, expect, test, vi } from "vitest";
import type { Job } from "../src/job-book.js";
import type { Share } from "../src/share.js";
import { LASTING_MS } from "../src/stratum-client.js";
import type { Peer, Script } from "./scripted-pool.js";
import { clientFor, notify, poolOf, SOLUTION, soloUntilReady, SUBSCRIBED, YES } from "./stratum-fixture.js";

afterEach(() => {
  vi.useRealTimers();
});

const hangUp: Script = (peer) => {
  peer.hangUp();
};
const refuse: Script = async (peer) => {
  await peer.answer("mining.subscribe", SUBSCRIBED);
  await peer.answer("mining.authorize", `"result":false,"error":null`);
};
const noJob: Script = async (peer) => {
  await peer.answer("mining.subscribe", SUBSCRIBED);
  await peer.answer("mining.authorize", YES);
};
const answering: Script = async (peer, connection) => {
  await soloUntilReady(peer, connection);
  for (;;) await peer.answer("mining.submit", YES);
};
const shareOf = (job: Job, fill = 1): Share => ({
  job,
  extraNonce2: new Uint8Array(24).fill(fill),
  solution: SOLUTION,
});

/** A first pool that is away for as many connections, and then does as `later` says. */
const awayFor =
  (connections: number, later: Script): Script =>
  (peer, connection) =>
    (connection < connections ? hangUp : later)(peer, connection);

test.each([
  ["cannot be reached", hangUp, "connection-lost"],
  ["refuses the worker", refuse, "unauthorized"],
  ["gives no job", noJob, "no-job"],
  ["says nothing", () => undefined, "reply-timeout"],
] as const)("when the first pool %s, the next one is tried", async (_, script, code) => {
  const first = await poolOf(script);
  const second = await poolOf(soloUntilReady);
  const log = clientFor([first.url, second.url], { deadlines: { firstJob: 30, handshake: 1000 } });
  await log.next("job");
  expect(log.client.pool).toBe(second.url);
  expect(log.all("error")).toMatchObject([{ error: { code }, retryInMs: 0, pool: first.url }]);
});

test("a pool that refused for good is not tried again, and when all have, the client stops", async () => {
  const first = await poolOf(refuse);
  const second = await poolOf(awayFor(2, refuse));
  const log = clientFor([first.url, second.url]);
  await log.state("stopped");
  expect(log.all("error").map(({ error, retryInMs, pool }) => [error.code, retryInMs, pool])).toEqual([
    ["unauthorized", 0, first.url],
    ["connection-lost", 0, second.url],
    ["connection-lost", 0, second.url],
    ["unauthorized", null, second.url],
  ]);
  expect(first.requests).toHaveLength(2);
});

test("the tries go round: a first pool that is back by then is used", async () => {
  const first = await poolOf(awayFor(1, soloUntilReady));
  const second = await poolOf(hangUp);
  const log = clientFor([first.url, second.url]);
  await log.next("job");
  expect(log.all("error").map(({ pool }) => pool)).toEqual([first.url, second.url]);
  expect(log.client.pool).toBe(first.url);
});

test("a connection that lasted is made again; one that did not is a try that failed", async () => {
  const hangUps: (() => void)[] = [];
  const first = await poolOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    hangUps.push(() => {
      peer.hangUp();
    });
  });
  const second = await poolOf(soloUntilReady);
  vi.useFakeTimers({ toFake: ["Date"] });
  const log = clientFor([first.url, second.url]);
  await log.next("job");
  vi.advanceTimersByTime(LASTING_MS);
  hangUps[0]?.();
  await log.next("job");
  expect(log.client.pool).toBe(first.url);
  vi.advanceTimersByTime(LASTING_MS - 1);
  hangUps[1]?.();
  await log.next("job");
  expect(log.client.pool).toBe(second.url);
});

test("an earlier pool that is back takes over with its first job, and the later one is left", async () => {
  const first = await poolOf(awayFor(1, soloUntilReady));
  let left = false;
  const second = await poolOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    await peer.receive("mining.submit").catch(() => (left = true));
  });
  const log = clientFor([first.url, second.url], { returnAfter: 1 });
  const old = await log.next("job");
  expect(log.client.pool).toBe(second.url);
  await log.passed("ready", "ready");
  const job = await log.next("job");
  expect(log.client.pool).toBe(first.url);
  expect(job.sequence).toBeGreaterThan(old.sequence);
  expect(log.client.liveJob(old.sequence)).toBeUndefined();
  expect(log.client.liveJob(job.sequence)).toBe(job);
  await expect.poll(() => left).toBe(true);
  expect(log.all("notice").at(-1)?.code).toBe("pool-returned");
});

test("what was submitted to the later pool is answered after the return, and nothing else of it is heard", async () => {
  const first = await poolOf(awayFor(1, answering));
  let answer: (() => void) | undefined;
  const second = await poolOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    const { id } = await peer.receive("mining.submit");
    answer = () => {
      peer.send(
        notify("2"),
        `{"id":null,"method":"mining.set_target","params":["${"0".repeat(63)}1"]}`,
        `{"id":null,"method":"client.reconnect","params":[]}`,
        `{"id":${id},${YES}}`,
      );
    };
  });
  const log = clientFor([first.url, second.url], { returnAfter: 1 });
  const old = await log.next("job");
  const verdict = log.client.submit(shareOf(old));
  const job = await log.next("job");
  expect(log.client.pool).toBe(first.url);
  await expect.poll(() => answer !== undefined).toBe(true);
  answer?.();
  expect((await verdict).accepted).toBe(true);
  expect((await log.client.submit(shareOf(job, 2))).accepted).toBe(true);
  expect(log.all("job")).toHaveLength(2);
  expect(log.all("target")).toEqual([]);
  expect(log.client.state).toBe("ready");
});

test("a pool that is left while it is asked for a sign of life is left once it has given it", async () => {
  let asked: (() => void) | undefined;
  const question = new Promise<void>((resolve) => (asked = resolve));
  const first = await poolOf(async (peer, connection) => {
    if (connection === 0) {
      peer.hangUp();
      return;
    }
    await question;
    await soloUntilReady(peer, connection);
  });
  let answer: (() => void) | undefined;
  let left = false;
  const second = await poolOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    const { id } = await peer.receive("mining.extranonce.subscribe");
    answer = () => {
      peer.send(`{"id":${id},"result":false,"error":[20,"Not supported.",null]}`);
    };
    asked?.();
    await peer.receive("anything").catch(() => (left = true));
  });
  const log = clientFor([first.url, second.url], { returnAfter: 1, deadlines: { silence: 50 } });
  await log.passed("ready", "ready");
  expect(left).toBe(false);
  answer?.();
  await expect.poll(() => left).toBe(true);
});

test("an earlier pool that is still away is looked for again, and the connection in use goes on", async () => {
  const misdeeds: readonly Script[] = [
    hangUp,
    hangUp,
    (peer) => {
      peer.send("junk");
    },
  ];
  const first = await poolOf((peer, connection) =>
    (misdeeds[connection] ?? soloUntilReady)(peer, connection),
  );
  const second = await poolOf(answering);
  const log = clientFor([first.url, second.url], { returnAfter: 1 });
  const old = await log.next("job");
  expect((await log.client.submit(shareOf(old))).accepted).toBe(true);
  await log.next("job");
  expect(log.client.pool).toBe(first.url);
  const codes = log.all("notice").map(({ code }) => code);
  expect(codes.filter((code) => code === "pool-still-away")).toHaveLength(2);
  expect(log.all("error")).toHaveLength(1);
});

test("of several earlier pools the first that is there takes over", async () => {
  const first = await poolOf(hangUp);
  const second = await poolOf(awayFor(1, soloUntilReady));
  const third = await poolOf(soloUntilReady);
  const log = clientFor([first.url, second.url, third.url], { returnAfter: 1 });
  await log.passed("ready", "ready");
  expect(log.client.pool).toBe(second.url);
});

test("an earlier pool that refuses when it is looked for is looked for no more", async () => {
  const first = await poolOf(awayFor(1, refuse));
  const second = await poolOf(answering);
  const log = clientFor([first.url, second.url], { returnAfter: 1 });
  await log.until(() => log.all("notice").some(({ code }) => code === "pool-still-away"));
  const job = await log.next("job");
  expect((await log.client.submit(shareOf(job))).accepted).toBe(true);
  expect(first.requests.map(({ method }) => method)).toEqual(["mining.subscribe", "mining.authorize"]);
  log.client.stop();
});

test("a later pool that is lost while an earlier one is looked for ends the search as well", async () => {
  let peerOfSecond: Peer | undefined;
  const first = await poolOf(async (peer, connection) => {
    if (connection === 0) {
      peer.hangUp();
      return;
    }
    // The search begins, and stays without an answer.
    await peer.receive("mining.subscribe");
    peerOfSecond?.hangUp();
  });
  const second = await poolOf(async (peer, connection) => {
    peerOfSecond ??= peer;
    await soloUntilReady(peer, connection);
  });
  const log = clientFor([first.url, second.url], { returnAfter: 1, random: () => 0.9 });
  await log.state("waiting");
  await log.passed("ready", "waiting");
  log.client.stop();
  expect(log.all("state").at(-1)).toEqual({ state: "stopped", previous: "waiting" });
});

test("a client that stops while it looks for an earlier pool leaves no connection", async () => {
  let gone = 0;
  const until = async (peer: Peer): Promise<void> => {
    await peer.receive("mining.submit").catch(() => gone++);
  };
  const first = await poolOf(async (peer, connection) => {
    if (connection === 0) {
      peer.hangUp();
      return;
    }
    await peer.receive("mining.subscribe");
    log.client.stop();
    await until(peer);
  });
  const second = await poolOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    await until(peer);
  });
  // No deadline ends it in the client's place.
  const log = clientFor([first.url, second.url], { returnAfter: 1, deadlines: { handshake: 600_000 } });
  await expect.poll(() => gone).toBe(2);
  expect(log.client.state).toBe("stopped");
});

test("a client that stops ends the connection that it has left, and the share on its way there", async () => {
  const first = await poolOf(awayFor(1, soloUntilReady));
  let left = false;
  const second = await poolOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    await peer.receive("mining.submit");
    await peer.receive("anything").catch(() => (left = true));
  });
  const log = clientFor([first.url, second.url], { returnAfter: 1, deadlines: { submit: 600_000 } });
  const verdict = log.client.submit(shareOf(await log.next("job")));
  const failed = expect(verdict).rejects.toMatchObject({ code: "stopped" });
  await log.passed("ready", "ready");
  log.client.stop();
  await failed;
  await expect.poll(() => left).toBe(true);
});

test("what an earlier pool asks for before it gives a job is not the client's to do", async () => {
  const first = await poolOf(async (peer, connection) => {
    if (connection === 0) {
      peer.hangUp();
      return;
    }
    await peer.answer("mining.subscribe", SUBSCRIBED);
    peer.send(`{"id":null,"method":"client.reconnect","params":[]}`);
    await peer.answer("mining.authorize", YES);
    peer.send(notify("1"));
  });
  const second = await poolOf(soloUntilReady);
  const log = clientFor([first.url, second.url], { returnAfter: 1 });
  await log.passed("ready", "ready");
  expect(log.client.pool).toBe(first.url);
  expect(log.all("error")).toHaveLength(1);
  expect(log.all("notice").map(({ code }) => code)).not.toContain("reconnect-followed");
});

test("client.reconnect to a path of the proxy is followed to that pool of the list, and to no other", async () => {
  const first = await poolOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    if (connection > 0) return;
    const move = (params: string): string => `{"id":null,"method":"client.reconnect","params":${params}}`;
    peer.send(
      move(`["/pool/elsewhere"]`),
      move(`["/pool/test2",3333]`),
      move(`["127.0.0.1",80]`),
      move(`["/pool/test2"]`),
    );
  });
  const log = clientFor([first.url, first.url.replace("/test", "/test2")]);
  await log.next("job");
  await log.next("job");
  expect(log.client.pool).toBe(first.url.replace("/test", "/test2"));
  const notices = log.all("notice").filter(({ code }) => code !== "subscribed");
  expect(notices.map(({ code }) => code)).toEqual([
    "reconnect-ignored",
    "reconnect-ignored",
    "reconnect-ignored",
    "reconnect-followed",
  ]);
  expect(notices[1]?.message).toContain(`"/pool/test2:3333"`);
});

test("a pool that asks to connect anew has not failed: its own next try is not the next pool's", async () => {
  const first = await poolOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    if (connection === 0) peer.send(`{"id":null,"method":"client.reconnect","params":["",0,5]}`);
  });
  const second = await poolOf(soloUntilReady);
  const log = clientFor([first.url, second.url]);
  await log.next("job");
  await log.next("job");
  expect(log.client.pool).toBe(first.url);
  expect(second.requests).toEqual([]);
});
