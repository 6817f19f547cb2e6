import { expect, test } from "vitest";
import {
  type ConnectionInput,
  type ConnectionState,
  nextState,
  TRANSITIONS,
} from "../src/connection-state.js";
import type { Script } from "./scripted-pool.js";
import { AUTHORIZED, clientOf, notify, SOLO_SUBSCRIBED, soloUntilReady } from "./stratum-fixture.js";

const STATES: readonly ConnectionState[] = [
  "idle",
  "connecting",
  "subscribing",
  "authorizing",
  "ready",
  "waiting",
  "stopped",
];
const INPUTS: readonly ConnectionInput[] = [
  "start",
  "opened",
  "subscribed",
  "authorized",
  "lost",
  "retry",
  "refused",
  "stop",
];

const LEGAL: readonly [ConnectionState, ConnectionInput, ConnectionState][] = [
  ["idle", "start", "connecting"],
  ["idle", "stop", "stopped"],
  ["connecting", "opened", "subscribing"],
  ["connecting", "lost", "waiting"],
  ["connecting", "refused", "stopped"],
  ["connecting", "stop", "stopped"],
  ["subscribing", "subscribed", "authorizing"],
  ["subscribing", "lost", "waiting"],
  ["subscribing", "refused", "stopped"],
  ["subscribing", "stop", "stopped"],
  ["authorizing", "authorized", "ready"],
  ["authorizing", "lost", "waiting"],
  ["authorizing", "refused", "stopped"],
  ["authorizing", "stop", "stopped"],
  ["ready", "lost", "waiting"],
  ["ready", "refused", "stopped"],
  ["ready", "stop", "stopped"],
  ["waiting", "retry", "connecting"],
  ["waiting", "stop", "stopped"],
];

test.each(LEGAL)("%s on %s becomes %s", (state, input, expected) => {
  expect(nextState(state, input)).toBe(expected);
});

test("nothing else leads anywhere", () => {
  const listed = new Set(LEGAL.map(([state, input]) => `${state} ${input}`));
  for (const state of STATES) {
    for (const input of INPUTS) {
      if (!listed.has(`${state} ${input}`))
        expect(nextState(state, input), `${state} on ${input}`).toBeUndefined();
    }
  }
  expect(Object.keys(TRANSITIONS)).toEqual(STATES);
});

const silent: Script = () => undefined;
const subscribedOnly: Script = async (peer) => {
  await peer.receive("mining.subscribe");
  peer.send(SOLO_SUBSCRIBED);
};

test.each([
  ["connecting", silent],
  ["subscribing", silent],
  ["authorizing", subscribedOnly],
  ["ready", soloUntilReady],
] as const)("a client stopped while %s is stopped, quietly and for good", async (state, script) => {
  const [log] = await clientOf(script);
  await log.state(state);
  log.client.stop();
  log.client.stop();
  log.client.start();
  expect(log.client.state).toBe("stopped");
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
  expect(log.client.state).toBe("stopped");
  expect(pool.requests).toHaveLength(1);
});

test("a whole life, as events: each names the state before", async () => {
  const [log] = await clientOf(async (peer, connection) => {
    await peer.receive("mining.subscribe");
    peer.send(connection === 0 ? SOLO_SUBSCRIBED : SOLO_SUBSCRIBED.replace(`"id":1`, `"id":3`), notify("1"));
    await peer.receive("mining.authorize");
    peer.send(connection === 0 ? AUTHORIZED : AUTHORIZED.replace(`"id":2`, `"id":4`));
    if (connection === 0) peer.close(1001);
  });
  await log.state("waiting");
  await log.state("ready");
  log.client.stop();
  const states = log.all("state");
  for (const [i, { previous }] of states.entries()) {
    if (i > 0) expect(previous).toBe(states[i - 1]?.state);
  }
  const handshake = ["connecting", "subscribing", "authorizing", "ready"];
  expect(states.map(({ state }) => state)).toEqual([...handshake, "waiting", ...handshake, "stopped"]);
});
