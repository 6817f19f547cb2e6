import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { StratumClient } from "../src/stratum-client.js";
import type { StratumOptions } from "../src/stratum-options.js";
import { Log, WORKER } from "./stratum-fixture.js";

const GOOD: StratumOptions = { pool: "wss://host.example/pool/local", worker: WORKER };

test.each([
  ["a pool over http", { pool: "https://host.example/pool/local" }, "pool"],
  ["a pool that is no address", { pool: "/pool/local" }, "pool"],
  ["no pool", { pool: undefined as never }, "pool"],
  ["a list of no pools", { pool: [] }, "pool"],
  ["a list with one that is no address", { pool: [GOOD.pool as string, "spare"] }, `"spare"`],
  ["a list with something else", { pool: [GOOD.pool as string, 7 as never] }, `"7"`],
  ["a pool that is listed twice", { pool: [GOOD.pool as string, GOOD.pool as string] }, "twice"],
  ["no time to return after", { returnAfter: 0 }, "returnAfter"],
  ["a time to return after that no timer can wait", { returnAfter: 1.5e9 }, "returnAfter"],
  ["a deadline that is no number", { deadlines: { submit: NaN } }, "deadlines.submit"],
  ["a deadline that is over at once", { deadlines: { silence: -1 } }, "deadlines.silence"],
  ["a deadline that never ends", { deadlines: { firstJob: Infinity } }, "deadlines.firstJob"],
  ["no worker", { worker: undefined as never }, "worker"],
  ["an empty worker", { worker: "" }, "worker"],
  ["a worker of another chain", { worker: `0x${"ab".repeat(20)}` }, "worker"],
  ["a worker one digit short", { worker: WORKER.slice(0, -1) }, "worker"],
  ["a worker with two suffixes", { worker: `${WORKER}.a.b` }, "worker"],
  ["a rig name with a blank", { worker: `${WORKER}.my rig` }, "worker"],
  ["a password of 257 characters", { password: "p".repeat(257) }, "password"],
])("%s is refused by name before anything is opened", (_, change, name) => {
  const make = (): StratumClient => new StratumClient({ ...GOOD, ...change });
  expect(make).toThrow(
    expect.objectContaining({ code: "bad-options", message: expect.stringContaining(name) as string }),
  );
});

test("a worker may name its rig", () => {
  expect(new StratumClient({ ...GOOD, worker: `${WORKER}.rig-1` }).state).toBe("idle");
});

test("a port where nobody listens is an unreachable pool, tried again", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const pool = `ws://127.0.0.1:${port}/pool/test`;
  const client = new StratumClient({ pool, worker: WORKER, WebSocket, random: () => 0 });
  const log = new Log(client);
  client.start();
  for (let i = 0; i < 2; i++) {
    expect(await log.next("error")).toMatchObject({
      error: { code: "pool-unreachable", final: false },
      retryInMs: 0,
    });
  }
  client.stop();
});

test("an environment without a WebSocket is named when the client starts, not when it is made", () => {
  const had = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");
  Reflect.deleteProperty(globalThis, "WebSocket");
  try {
    const client = new StratumClient(GOOD);
    expect(() => {
      client.start();
    }).toThrow(expect.objectContaining({ code: "no-websocket" }));
    expect(client.state).toBe("idle");
  } finally {
    if (had !== undefined) Object.defineProperty(globalThis, "WebSocket", had);
  }
});
