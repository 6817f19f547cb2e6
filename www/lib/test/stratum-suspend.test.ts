import { expect, test } from "vitest";
import type { ConnectionState } from "../src/connection-state.js";
import type { Script } from "./scripted-pool.js";
import { clientOf, idleClientFor, poolOf, SOLUTION, SUBSCRIBED, soloUntilReady } from "./stratum-fixture.js";

/** A pool that leaves its first client in that state, where a pool can, and gives the next ones a job. */
const stuckIn =
  (state: ConnectionState): Script =>
  async (peer, connection) => {
    if (connection > 0 || state === "ready" || state === "connecting") {
      await soloUntilReady(peer, connection);
      return;
    }
    await peer.receive("mining.subscribe");
    if (state === "subscribing") return;
    peer.send(`{"id":1,${SUBSCRIBED}}`);
    await peer.receive("mining.authorize");
    if (state === "authorized") peer.send(`{"id":2,"result":true,"error":null}`);
  };

test.each<ConnectionState>(["connecting", "subscribing", "authorizing", "authorized", "ready"])(
  "suspended while %s, a client has no connection and waits; resumed, it tries at once",
  async (state) => {
    const [log] = await clientOf(stuckIn(state));
    await log.state(state);
    log.client.suspend();
    expect(log.client.state).toBe("waiting");
    log.client.suspend();
    log.client.reconnect();
    expect(log.client.state).toBe("waiting");
    log.client.resume();
    expect(log.client.state).toBe("connecting");
    await log.state("ready");
    log.client.resume();
    expect(log.client.state).toBe("ready");
    expect(log.all("error")).toEqual([]);
  },
);

test("a client that is suspended before its start begins to connect when it is resumed", async () => {
  const { url, requests } = await poolOf(soloUntilReady);
  const log = idleClientFor(url);
  log.client.suspend();
  log.client.start();
  expect(log.client.state).toBe("waiting");
  expect(requests).toEqual([]);
  log.client.resume();
  await log.state("ready");
});

test("a stopped client is neither suspended, nor resumed, nor connected anew", async () => {
  const [log] = await clientOf(soloUntilReady);
  await log.state("ready");
  log.client.stop();
  for (const act of ["suspend", "resume", "reconnect"] as const) {
    log.client[act]();
    expect(log.client.state).toBe("stopped");
  }
});

test("connected anew, a client tells what was not answered, and has a job again", async () => {
  const [log, pool] = await clientOf(soloUntilReady);
  const job = await log.next("job");
  const submitted = log.client.submit({ job, extraNonce2: new Uint8Array(24), solution: SOLUTION });
  log.client.reconnect();
  await expect(submitted).rejects.toMatchObject({ code: "connection-lost" });
  await log.next("job");
  expect(pool.requests.filter(({ method }) => method === "mining.subscribe")).toHaveLength(2);
});

test("a signal ends the wait for a verdict, which is told all the same when it comes", async () => {
  let judge: (() => void) | undefined;
  const [log, pool] = await clientOf(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    const { id } = await peer.receive("mining.submit");
    judge = () => {
      peer.send(`{"id":${id},"result":true,"error":null}`);
    };
  });
  const share = { job: await log.next("job"), extraNonce2: new Uint8Array(24), solution: SOLUTION };
  const control = new AbortController();
  const submitted = log.client.submit(share, { signal: control.signal });
  await expect.poll(() => judge).toBeDefined();
  const reason = new Error("no longer of interest");
  control.abort(reason);
  await expect(submitted).rejects.toBe(reason);
  judge?.();
  expect(await log.next("late")).toMatchObject({ share, verdict: { accepted: true } });

  const again = log.client.submit({ ...share, solution: "00" }, { signal: control.signal });
  await expect(again).rejects.toBe(reason);
  expect(pool.submits).toHaveLength(1);
});
