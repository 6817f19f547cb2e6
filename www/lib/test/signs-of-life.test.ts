import { afterEach, expect, test, vi } from "vitest";
import { DEFAULT_DEADLINES } from "../src/stratum-options.js";
import { HandSocket, HandSocketClass } from "./hand-socket.js";
import type { Peer } from "./scripted-pool.js";
import {
  clientFor,
  clientOf,
  idleClientFor,
  type Log,
  notify,
  SOLUTION,
  soloUntilReady,
  SUBSCRIBED,
  YES,
} from "./stratum-fixture.js";

const { silence, handshake, submit, firstJob } = DEFAULT_DEADLINES;
const QUESTION = "mining.extranonce.subscribe";

afterEach(() => {
  vi.useRealTimers();
});

/**
 * A client with a job, its pool, and from there on a clock that only moves by hand. The second job is sent under that
 * clock, so that every deadline that counts is under it too.
 */
async function quietClient(): Promise<[Log, Peer]> {
  let ready: (peer: Peer) => void;
  const readyPeer = new Promise<Peer>((resolve) => (ready = resolve));
  const [log] = await clientOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    if (connection === 0) ready(peer);
  });
  await log.next("job");
  const peer = await readyPeer;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  peer.send(notify("2"));
  await log.next("job");
  return [log, peer];
}

test("silence between blocks is no fault: a pool that answers when it is asked is kept", async () => {
  const [log, peer] = await quietClient();
  let passed = 0;
  for (let round = 0; round < 5; round++) {
    vi.advanceTimersByTime(silence - passed);
    const { id, params } = await peer.receive(QUESTION);
    expect(params).toEqual([]);
    // The solo pool's own words.
    peer.send(`{"id":${id},"result":false,"error":[20,"Not supported.",null]}`, notify(`a${round}`));
    await log.next("job");
    // The deadline of the question that was answered passes, and nothing comes of it.
    passed = handshake + 1;
    vi.advanceTimersByTime(passed);
  }
  expect(log.all("error")).toEqual([]);
  expect(log.client.state).toBe("ready");
});

test("nothing is asked of a pool that is heard in time", async () => {
  const [log, peer] = await quietClient();
  for (let round = 0; round < 3; round++) {
    vi.advanceTimersByTime(silence - 1);
    peer.send(notify(`b${round}`));
    await log.next("job");
  }
  peer.send(notify("c"), `{"id":null,"method":"client.reconnect","params":[]}`);
  await log.state("waiting");
  await expect(peer.receive(QUESTION)).rejects.toThrow("hang-up");
});

test("a half-open connection is found out: no word for the time of silence and of an answer, and it is made anew", async () => {
  const [log, peer] = await quietClient();
  vi.advanceTimersByTime(silence);
  await peer.receive(QUESTION);
  vi.advanceTimersByTime(handshake - 1);
  expect(log.client.state).toBe("ready");
  vi.advanceTimersByTime(1);
  expect(log.client.state).toBe("waiting");
  expect(log.all("error")).toMatchObject([
    { error: { code: "connection-lost", final: false }, retryInMs: 0 },
  ]);
  expect(log.all("error")[0]?.error.message).toMatch(/no sign of life within 15 s/);
  vi.advanceTimersByTime(1);
  vi.useRealTimers();
  await log.next("job");
});

test("any line is an answer, and another question follows the next silence", async () => {
  const [log, peer] = await quietClient();
  vi.advanceTimersByTime(silence);
  await peer.receive(QUESTION);
  peer.send(notify("3"));
  await log.next("job");
  vi.advanceTimersByTime(handshake);
  expect(log.client.state).toBe("ready");
  vi.advanceTimersByTime(silence - handshake);
  await peer.receive(QUESTION);
  expect(log.all("error")).toEqual([]);
});

test("a share that gets no verdict from a silent pool is reason enough to ask", async () => {
  const [log, peer] = await quietClient();
  const [, job] = log.all("job");
  if (job === undefined) throw new Error("there should be a job");
  const verdict = log.client.submit({ job, extraNonce2: new Uint8Array(24), solution: SOLUTION });
  const failed = expect(verdict).rejects.toMatchObject({ code: "reply-timeout" });
  await peer.receive("mining.submit");
  vi.advanceTimersByTime(submit);
  await failed;
  await peer.receive(QUESTION);
  vi.advanceTimersByTime(handshake);
  expect(log.client.state).toBe("waiting");
});

test("a share that gets no verdict from a pool that says other things is none", async () => {
  const [log, peer] = await quietClient();
  const [, job] = log.all("job");
  if (job === undefined) throw new Error("there should be a job");
  const verdict = log.client.submit({ job, extraNonce2: new Uint8Array(24), solution: SOLUTION });
  const failed = expect(verdict).rejects.toMatchObject({ code: "reply-timeout" });
  await peer.receive("mining.submit");
  peer.send(notify("3"));
  await log.next("job");
  vi.advanceTimersByTime(submit + handshake);
  await failed;
  expect(log.client.state).toBe("ready");
  peer.send(`{"id":null,"method":"client.reconnect","params":[]}`);
  await log.state("waiting");
  await expect(peer.receive(QUESTION)).rejects.toThrow("hang-up");
});

test("a pool that authorizes and sends no job is an error by name, after the deadline and not before", async () => {
  let authorize: (() => void) | undefined;
  const [log] = await clientOf(async (peer) => {
    await peer.answer("mining.subscribe", SUBSCRIBED);
    const { id } = await peer.receive("mining.authorize");
    authorize = () => {
      peer.send(`{"id":${id},${YES}}`);
    };
  });
  await expect.poll(() => authorize !== undefined).toBe(true);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  authorize?.();
  await log.state("authorized");
  vi.advanceTimersByTime(firstJob - 1);
  expect(log.client.state).toBe("authorized");
  vi.advanceTimersByTime(1);
  expect(log.client.state).toBe("waiting");
  expect(log.all("error")).toMatchObject([{ error: { code: "no-job", final: false }, retryInMs: 0 }]);
  expect(log.all("error")[0]?.error.message).toBe(
    "the pool authorized this worker and sent no job within 60 s",
  );
});

test("a stopped client leaves no timer, whatever it waited for", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const pool = "wss://host.example/pool/local";
  for (const lines of [0, 1, 2, 3]) {
    const log = clientFor(pool, { WebSocket: HandSocketClass });
    HandSocket.last.opens();
    HandSocket.last.says(...[`{"id":1,${SUBSCRIBED}}`, `{"id":2,${YES}}`, notify("1")].slice(0, lines));
    const [job] = log.all("job");
    const verdict =
      job &&
      log.client.submit({ job, extraNonce2: new Uint8Array(24), solution: SOLUTION }).catch(() => "ended");
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    log.client.stop();
    expect(vi.getTimerCount()).toBe(0);
    expect(await verdict).toBe(job && "ended");
  }
});

test.each(["connecting", "subscribing", "authorizing", "authorized", "ready"] as const)(
  "a client that is stopped by its own listener as it becomes %s leaves no timer either",
  (state) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { client } = idleClientFor("wss://host.example/pool/local", { WebSocket: HandSocketClass });
    client.addEventListener("state", ({ detail }) => {
      if (detail.state === state) client.stop();
    });
    client.start();
    HandSocket.last.opens();
    HandSocket.last.says(`{"id":1,${SUBSCRIBED}}`, notify("1"), `{"id":2,${YES}}`);
    expect(client.state).toBe("stopped");
    expect(vi.getTimerCount()).toBe(0);
  },
);
