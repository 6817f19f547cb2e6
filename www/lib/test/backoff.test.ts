import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Backoff, MAX_WAIT_MS } from "../src/backoff.js";
import type { WebSocketLike } from "../src/pool-socket.js";
import { StratumClient } from "../src/stratum-client.js";
import { Log, WORKER } from "./stratum-fixture.js";

test("the ceiling doubles from half a second to eight seconds and stays there", () => {
  const backoff = new Backoff(() => 0.999_999);
  const waits = Array.from({ length: 8 }, () => backoff.next());
  expect(waits).toEqual([499, 999, 1999, 3999, 7999, 7999, 7999, 7999]);
  expect(Math.max(...waits)).toBeLessThanOrEqual(MAX_WAIT_MS);
});

test("the jitter is full: the shortest wait is none", () => {
  const backoff = new Backoff(() => 0);
  expect(Array.from({ length: 6 }, () => backoff.next())).toEqual([0, 0, 0, 0, 0, 0]);
});

test("reset starts over", () => {
  const backoff = new Backoff(() => 0.5);
  backoff.next();
  backoff.next();
  backoff.reset();
  expect(backoff.next()).toBe(250);
});

/** A network with nothing at the other end: time alone decides what happens. */
class DeadSocket implements WebSocketLike {
  static made = 0;
  constructor() {
    DeadSocket.made++;
  }
  send(): void {
    throw new Error("nothing is sent before a socket opens");
  }
  close(): void {
    return;
  }
  addEventListener(): void {
    return;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("a socket that never opens is given up after the deadline, and tried again after the wait", () => {
  const pool = "ws://127.0.0.1:9/pool/test";
  const client = new StratumClient({ pool, worker: WORKER, WebSocket: DeadSocket, random: () => 0.5 });
  const log = new Log(client);
  client.start();
  vi.advanceTimersByTime(9_999);
  expect(client.state).toBe("connecting");
  for (const wait of [250, 500, 1000, 2000, 4000, 4000]) {
    vi.advanceTimersByTime(client.state === "connecting" && DeadSocket.made === 1 ? 1 : 10_000);
    expect(client.state).toBe("waiting");
    expect(log.all("error").at(-1)).toMatchObject({ error: { code: "pool-unreachable" }, retryInMs: wait });
    vi.advanceTimersByTime(wait - 1);
    expect(client.state).toBe("waiting");
    vi.advanceTimersByTime(1);
    expect(client.state).toBe("connecting");
  }
  client.stop();
  expect(vi.getTimerCount()).toBe(0);
});
