import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Backoff, MAX_WAIT_MS } from "../src/backoff.js";
import { HandSocket, HandSocketClass } from "./hand-socket.js";
import { clientFor, type Log, notify, SUBSCRIBED, YES } from "./stratum-fixture.js";

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

test("where the browser held the last try back, the ceiling leaves it five of the eight seconds", () => {
  const backoff = new Backoff(() => 0.999_999);
  for (let i = 0; i < 6; i++) backoff.next();
  expect([backoff.next(250), backoff.next(251), backoff.next(5000), backoff.next()]).toEqual([
    7999, 2999, 2999, 7999,
  ]);
  backoff.reset();
  expect(backoff.next(5000)).toBe(499);
});

test("reset starts over", () => {
  const backoff = new Backoff(() => 0.5);
  backoff.next();
  backoff.next();
  backoff.reset();
  expect(backoff.next()).toBe(250);
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const POOL = "wss://host.example/pool/local";

function clientWith(random: number): Log {
  return clientFor(POOL, { WebSocket: HandSocketClass, random: () => random });
}

test("a socket that never opens is given up after the deadline, and tried again after the wait", () => {
  const log = clientWith(0.5);
  for (const wait of [250, 500, 1000, 1500, 1500, 1500]) {
    vi.advanceTimersByTime(9_999);
    expect(log.client.state).toBe("connecting");
    vi.advanceTimersByTime(1);
    expect(log.client.state).toBe("waiting");
    expect(log.all("error").at(-1)).toMatchObject({ error: { code: "pool-unreachable" }, retryInMs: wait });
    vi.advanceTimersByTime(wait - 1);
    expect(log.client.state).toBe("waiting");
    vi.advanceTimersByTime(1);
  }
  log.client.stop();
  expect(vi.getTimerCount()).toBe(0);
});

/** What a pool does before it hangs up. */
const UNTIL = {
  nothing: () => undefined,
  opened: () => {
    HandSocket.last.opens();
  },
  subscribed: () => {
    HandSocket.last.opens();
    HandSocket.last.says(`{"id":1,${SUBSCRIBED}}`, notify("1"));
  },
  authorized: () => {
    HandSocket.last.opens();
    HandSocket.last.says(`{"id":1,${SUBSCRIBED}}`, `{"id":2,${YES}}`);
  },
};

test("the waits grow until a pool has authorized, and start over only then", () => {
  const log = clientWith(0.5);
  const waits = (["nothing", "opened", "subscribed", "subscribed", "authorized", "opened"] as const).map(
    (until) => {
      UNTIL[until]();
      HandSocket.last.hangsUp();
      const wait = log.all("error").at(-1)?.retryInMs ?? 0;
      vi.advanceTimersByTime(wait);
      return wait;
    },
  );
  expect(waits).toEqual([250, 500, 1000, 2000, 250, 500]);
});

test("no two tries are more than eight seconds apart, however long a pool is away", () => {
  const log = clientWith(0.999_999);
  for (let i = 0; i < 20; i++) {
    HandSocket.last.hangsUp();
    const wait = log.all("error").at(-1)?.retryInMs ?? Infinity;
    expect(wait).toBeLessThanOrEqual(MAX_WAIT_MS);
    vi.advanceTimersByTime(wait);
    expect(log.client.state).toBe("connecting");
  }
});
