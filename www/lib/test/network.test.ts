import { expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import type { WebSocketLike } from "../src/pool-socket.js";
import { errors, LOW, type Told, minerFor, states, statuses, worker } from "./miner-fixture.js";
import { HandNetwork } from "./pause-fixture.js";
import type { Script, ScriptedPool } from "./scripted-pool.js";
import { poolOf, soloUntilReady } from "./stratum-fixture.js";

/** The address of a pool elsewhere, at which the test's own pool answers. */
const ELSEWHERE = "ws://pool.example/pool/x";

function elsewhere({ url }: ScriptedPool): typeof WebSocket {
  return class extends WebSocket {
    constructor() {
      super(url);
    }
  };
}

/** A socket that never opens, and tells nothing. */
class UnopenedSocket implements WebSocketLike {
  addEventListener(): void {
    // There is nothing to tell.
  }
  send(): void {
    throw new Error("not open");
  }
  close(): void {
    // Never opened.
  }
}

async function minerElsewhere(script: Script): Promise<[...ReturnType<typeof minerFor>, ScriptedPool]> {
  const pool = await poolOf(script);
  return [...minerFor(ELSEWHERE, { WebSocket: elsewhere(pool) }), pool];
}

const connections = ({ requests }: ScriptedPool): number =>
  requests.filter(({ method }) => method === "mining.subscribe").length;
const notices = (told: Told[]): string[] =>
  told.flatMap(([name, detail]) => (name === "notice" ? [detail.code] : []));

test("without a network nothing is worked on or tried, and with it the pool is back at once", async () => {
  const network = HandNetwork.install();
  const [miner, told, pool] = await minerElsewhere(soloUntilReady);
  await miner.start();
  const before = await worker().assignment(0);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  network.become("offline");
  expect(miner.state).toBe("paused");
  expect(miner.pauseReasons).toEqual(["offline"]);
  expect(worker().heard.at(-1)?.type).toBe("idle");
  vi.advanceTimersByTime(60_000);
  vi.useRealTimers();
  expect(connections(pool)).toBe(1);

  network.become("online");
  const after = await worker().assignment(1);
  expect(after.sequence).toBeGreaterThan(before.sequence);
  expect(miner.state).toBe("mining");
  expect(connections(pool)).toBe(2);
  expect(errors(told), "that there is no network is no error").toEqual([]);
});

test("a share on its way when the network goes is unanswered", async () => {
  const network = HandNetwork.install();
  const [miner, told] = await minerElsewhere(async (peer, connection) => {
    await soloUntilReady(peer, connection);
    await peer.receive("mining.submit");
  });
  await miner.start();
  worker().finish(await worker().assignment(0), LOW);
  network.become("offline");
  await expect.poll(() => statuses(told)).toEqual(["submitted", "unanswered"]);
});

test("a start without a network waits for one", async () => {
  const network = HandNetwork.install();
  network.become("offline");
  const [miner, told, pool] = await minerElsewhere(soloUntilReady);
  await miner.start();
  expect(states(told)).toEqual(["starting", "paused"]);
  expect(connections(pool)).toBe(0);
  network.become("online");
  await worker().assignment(0);
  expect(miner.state).toBe("mining");
});

test("the wait for the next try is over when the network comes", async () => {
  const network = HandNetwork.install();
  const pool = await poolOf(async (peer, connection) => {
    if (connection === 0) peer.hangUp();
    else await soloUntilReady(peer, connection);
  });
  // Every wait is as long as it can be.
  const [miner, told] = minerFor(ELSEWHERE, { WebSocket: elsewhere(pool), random: () => 1 - 2 ** -53 });
  await miner.start();
  await expect.poll(() => miner.state).toBe("reconnecting");
  network.become("offline");
  network.become("online");
  expect(miner.state).toBe("connecting");
  await worker().assignment(0);
  expect(errors(told)).toEqual(["connection-lost"]);
});

test("a pool on this machine needs no network", async () => {
  const network = HandNetwork.install();
  network.become("offline");
  const { url } = await poolOf(soloUntilReady);
  const [miner] = minerFor(url);
  await miner.start();
  await worker().assignment(0);
  expect(miner.state).toBe("mining");
  expect(network.listeners).toBe(0);
});

test("after a sleep the connection is made anew at once, and what was worked on is dropped", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  const [miner, told, pool] = await minerElsewhere(soloUntilReady);
  await miner.start();
  const before = await worker().assignment(0);
  vi.setSystemTime(Date.now() + 1000);
  worker().finish(before);
  expect(miner.stats.solutionsPerSecond).toBeGreaterThan(0);
  vi.setSystemTime(Date.now() + 600_000);
  vi.advanceTimersByTime(2_000);
  expect(miner.state).toBe("connecting");
  expect(miner.stats.solutionsPerSecond).toBe(0);
  expect(notices(told)).toContain("woke");
  vi.useRealTimers();
  const after = await worker().assignment(1);
  expect(after.sequence).toBeGreaterThan(before.sequence);
  expect(connections(pool)).toBe(2);
  worker().finish(before, LOW);
  expect(statuses(told)).toEqual([]);
  expect(errors(told)).toEqual([]);
});

test("after a sleep from which there is no network it waits for one", async () => {
  const network = HandNetwork.install();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  const [miner, told, pool] = await minerElsewhere(soloUntilReady);
  await miner.start();
  await worker().assignment(0);
  network.become("offline");
  vi.setSystemTime(Date.now() + 600_000);
  vi.advanceTimersByTime(2_000);
  vi.useRealTimers();
  expect(notices(told)).toContain("woke");
  expect(miner.state).toBe("paused");
  expect(connections(pool)).toBe(1);
  network.become("online");
  await worker().assignment(1);
});

test("after a stop no network and no sleep is listened for", async () => {
  const network = HandNetwork.install();
  vi.useFakeTimers();
  const [miner] = minerFor(ELSEWHERE, { WebSocket: UnopenedSocket });
  await miner.start();
  expect(network.listeners).toBe(2);
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  await miner.stop();
  expect(network.listeners).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
