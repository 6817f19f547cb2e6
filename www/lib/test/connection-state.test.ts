import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { type ConnectionInput, type ConnectionState, TRANSITIONS } from "../src/connection-state.js";
import type { StratumOptions } from "../src/stratum-options.js";
import type { Peer, Script } from "./scripted-pool.js";
import {
  AUTHORIZED,
  clientFor,
  clientOf,
  idleClientFor,
  type Log,
  notify,
  poolOf,
  SOLO_SUBSCRIBED,
  SUBSCRIBED,
  YES,
} from "./stratum-fixture.js";

/** What a pool does to bring a client into a state. */
const UNTIL = {
  subscribing: async (peer: Peer): Promise<void> => {
    await peer.receive("mining.subscribe");
  },
  authorizing: async (peer: Peer): Promise<void> => {
    await peer.answer("mining.subscribe", SUBSCRIBED);
    await peer.receive("mining.authorize");
  },
  authorized: async (peer: Peer): Promise<void> => {
    await peer.answer("mining.subscribe", SUBSCRIBED);
    await peer.answer("mining.authorize", YES);
  },
  ready: async (peer: Peer): Promise<void> => {
    await UNTIL.authorized(peer);
    peer.send(notify("1"));
  },
};

/** A client whose pool has brought it into `state` and does `act` there; later connections are left unanswered. */
async function clientIn(
  state: keyof typeof UNTIL,
  act: (peer: Peer) => void = () => undefined,
  options: Partial<StratumOptions> = {},
): Promise<Log> {
  const [log] = await clientOf(async (peer, connection) => {
    if (connection > 0) return;
    await UNTIL[state](peer);
    act(peer);
  }, options);
  await log.until(() => log.all("state").some((move) => move.state === state));
  return log;
}

const hangUp = (peer: Peer): void => {
  peer.hangUp();
};
const line =
  (text: string) =>
  (peer: Peer): void => {
    peer.send(text);
  };
/** The proxy's word for a client that need not come back. */
const forbid = (peer: Peer): void => {
  peer.close(4000, "said by the test");
};
const silent: Script = () => undefined;
const stopped = async (log: Log): Promise<Log> => {
  log.client.stop();
  return Promise.resolve(log);
};
/** Port 9 is discard, which nobody serves on a loopback address. */
const NOBODY = "ws://127.0.0.1:9/pool/test";

/** A socket class as a browser has it for an address that the page may not open. */
class ForbiddenSocket extends WebSocket {
  constructor(url: string) {
    super(url);
    this.on("error", () => undefined);
    this.terminate();
    throw new DOMException("refused", "SecurityError");
  }
}

/** A client at the second of two pools, whose first one is away for its first connection. */
async function clientAtSecond(): Promise<Log> {
  const first = await poolOf(async (peer, connection) => {
    if (connection === 0) peer.hangUp();
    else await UNTIL.ready(peer);
  });
  const second = await poolOf((peer) => UNTIL.ready(peer));
  return clientFor([first.url, second.url], { returnAfter: 1 });
}

/** Every transition, and how a real client over a real socket comes to make it. */
const DRIVEN: readonly [ConnectionState, ConnectionInput, ConnectionState, () => Promise<Log>][] = [
  ["idle", "start", "connecting", async () => (await clientOf(silent))[0]],
  ["idle", "stop", "stopped", () => stopped(idleClientFor(NOBODY))],
  ["connecting", "opened", "subscribing", async () => (await clientOf(silent))[0]],
  ["connecting", "lost", "waiting", () => Promise.resolve(clientFor(NOBODY))],
  [
    "connecting",
    "refused",
    "stopped",
    () => Promise.resolve(clientFor(NOBODY, { WebSocket: ForbiddenSocket })),
  ],
  ["connecting", "stop", "stopped", async () => stopped((await clientOf(silent))[0])],
  ["subscribing", "subscribed", "authorizing", () => clientIn("subscribing", line(SOLO_SUBSCRIBED))],
  ["subscribing", "lost", "waiting", () => clientIn("subscribing", hangUp)],
  [
    "subscribing",
    "refused",
    "stopped",
    () => clientIn("subscribing", line(`{"id":1,"result":null,"error":[20,"unsupported version"]}`)),
  ],
  ["subscribing", "stop", "stopped", async () => stopped(await clientIn("subscribing"))],
  ["authorizing", "authorized", "authorized", () => clientIn("authorizing", line(AUTHORIZED))],
  ["authorizing", "lost", "waiting", () => clientIn("authorizing", hangUp)],
  [
    "authorizing",
    "refused",
    "stopped",
    () => clientIn("authorizing", line(`{"id":2,"result":false,"error":null}`)),
  ],
  ["authorizing", "stop", "stopped", async () => stopped(await clientIn("authorizing"))],
  ["authorized", "job", "ready", () => clientIn("authorized", line(notify("1")))],
  ["authorized", "lost", "waiting", () => clientIn("authorized", undefined, { deadlines: { firstJob: 20 } })],
  ["authorized", "refused", "stopped", () => clientIn("authorized", forbid)],
  ["authorized", "stop", "stopped", async () => stopped(await clientIn("authorized"))],
  ["ready", "returned", "ready", clientAtSecond],
  ["ready", "lost", "waiting", () => clientIn("ready", hangUp)],
  ["ready", "refused", "stopped", () => clientIn("ready", forbid)],
  ["ready", "stop", "stopped", async () => stopped(await clientIn("ready"))],
  ["waiting", "retry", "connecting", () => clientIn("ready", hangUp)],
  [
    "waiting",
    "stop",
    "stopped",
    async () => {
      const log = await clientIn("ready", hangUp, { random: () => 0.999 });
      await log.state("waiting");
      return stopped(log);
    },
  ],
];

test.each(DRIVEN)("%s on %s becomes %s", async (previous, _, state, drive) => {
  const log = await drive();
  await log.passed(previous, state);
});

test("these are all transitions that there are", () => {
  const listed = Object.entries(TRANSITIONS).flatMap(([state, inputs]) =>
    Object.entries(inputs).map(([input, next]) => `${state} on ${input} becomes ${next}`),
  );
  expect(listed).toEqual(DRIVEN.map(([state, input, next]) => `${state} on ${input} becomes ${next}`));
});

test("stopped is the end: neither a start nor what still comes from the pool leads out of it", async () => {
  const log = await clientIn("ready");
  log.client.stop();
  log.client.stop();
  log.client.start();
  expect(log.client.state).toBe("stopped");
  expect(log.all("state").at(-1)).toEqual({ state: "stopped", previous: "ready" });
  expect(log.all("error")).toEqual([]);
});

test("a client stopped while waiting tries no more", async () => {
  const [log, pool] = await clientOf(
    async (peer) => {
      await peer.receive("mining.subscribe");
      peer.hangUp();
    },
    { random: () => 0.999 },
  );
  await log.state("waiting");
  log.client.stop();
  expect(pool.requests).toHaveLength(1);
});

test.each(["connecting", "subscribing", "authorizing", "authorized", "ready", "waiting"] as const)(
  "a client whose listener stops it as it becomes %s is stopped, and nothing of it goes on",
  async (state) => {
    const pool = await poolOf(async (peer) => {
      await UNTIL.ready(peer);
      peer.hangUp();
    });
    const log = idleClientFor(pool.url);
    log.client.addEventListener("state", ({ detail }) => {
      if (detail.state === state) log.client.stop();
    });
    log.client.start();
    await log.state("stopped");
    expect(log.all("state").at(-1)).toEqual({ state: "stopped", previous: state });
    expect(log.all("job")).toHaveLength(state === "waiting" ? 1 : 0);
  },
);

test("a whole life, as events: each names the state before", async () => {
  const [log] = await clientOf(async (peer, connection) => {
    await UNTIL.ready(peer);
    if (connection === 0) peer.close(1001);
  });
  await log.state("waiting");
  await log.state("ready");
  log.client.stop();
  const states = log.all("state");
  for (const [i, { previous }] of states.entries()) {
    if (i > 0) expect(previous).toBe(states[i - 1]?.state);
  }
  const handshake = ["connecting", "subscribing", "authorizing", "authorized", "ready"];
  expect(states.map(({ state }) => state)).toEqual([...handshake, "waiting", ...handshake, "stopped"]);
});
