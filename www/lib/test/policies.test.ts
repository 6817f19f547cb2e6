import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { watchBattery } from "../src/policies/battery.js";
import { watchHidden } from "../src/policies/hidden.js";
import { watchMetered } from "../src/policies/metered.js";
import { isOnThisMachine, watchOffline } from "../src/policies/offline.js";
import { watchOtherTabs } from "../src/policies/one-tab.js";
import type { Policy, Watch } from "../src/policies/policy.js";
import { SHORTEST_PAUSE_MS, UNFOCUSED_PAUSE_MS, watchPressure } from "../src/policies/pressure.js";
import { LATE_HIDDEN_MS, LATE_MS, watchSleep } from "../src/policies/sleep.js";
import { CountingTarget, HandDocument, HandLocks, HandNetwork } from "./pause-fixture.js";

const watches: Watch[] = [];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  for (const watch of watches.splice(0)) watch.end();
  expect(vi.getTimerCount(), "an ended policy has no timer").toBe(0);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Begins to watch; `paused` is what was told last. */
function follow(policy: Policy): { paused: boolean; told: boolean[]; watch: Watch } {
  const told: boolean[] = [];
  const watch = policy((pause) => told.push(pause));
  watches.push(watch);
  return {
    told,
    watch,
    get paused() {
      return told.at(-1) ?? false;
    },
  };
}

test.each<[string, Policy]>([
  ["hidden", watchHidden],
  ["battery", (tell) => watchBattery("always", tell)],
  ["pressure", (tell) => watchPressure(() => 0, tell)],
  ["metered", watchMetered],
  ["offline", watchOffline],
  ["one tab", watchOtherTabs],
])("%s: what a browser cannot tell is no reason to pause", async (_, policy) => {
  for (const name of ["document", "navigator", "PressureObserver", "addEventListener"])
    vi.stubGlobal(name, undefined);
  const seen = follow(policy);
  await seen.watch.settled;
  expect(seen.paused).toBe(false);
});

test("hidden: a page pauses while it cannot be seen", () => {
  const page = HandDocument.install();
  const seen = follow(watchHidden);
  expect(seen.paused).toBe(false);
  page.become("hidden");
  expect(seen.paused).toBe(true);
  page.become("visible");
  expect(seen.paused).toBe(false);
  seen.watch.end();
  expect(page.listeners).toBe(0);
});

test("metered: saved data and a cellular connection pause, as they come and go", () => {
  const connection = Object.assign(new CountingTarget(), { saveData: false, type: "wifi" });
  vi.stubGlobal("navigator", { connection });
  const seen = follow(watchMetered);
  expect(seen.paused).toBe(false);
  for (const [change, paused] of [
    [{ saveData: true }, true],
    [{ saveData: false }, false],
    [{ type: "cellular" }, true],
    [{ type: "ethernet" }, false],
  ] as const) {
    Object.assign(connection, change);
    connection.dispatchEvent(new Event("change"));
    expect(seen.paused, JSON.stringify(change)).toBe(paused);
  }
  seen.watch.end();
  expect(connection.listeners).toBe(0);
});

test("offline: pauses from the moment the network goes until it comes", () => {
  const network = HandNetwork.install();
  network.become("offline");
  const seen = follow(watchOffline);
  expect(seen.paused).toBe(true);
  network.become("online");
  expect(seen.paused).toBe(false);
  network.become("offline");
  expect(seen.paused).toBe(true);
  seen.watch.end();
  expect(network.listeners).toBe(0);
});

test.each([
  ["ws://127.0.0.1:8080/pool/local", true],
  ["ws://localhost/pool/local", true],
  ["ws://dev.localhost:1/pool/local", true],
  ["ws://[::1]:8080/pool/local", true],
  ["ws://192.168.0.7/pool/local", false],
  ["wss://localhost.example/pool/x", false],
  ["wss://127.0.0.1.example/pool/x", false],
])("offline: whether %s needs no network is %s", (pool, here) => {
  expect(isOnThisMachine(pool)).toBe(here);
});

describe("battery", () => {
  class HandBattery extends CountingTarget {
    charging = true;
    level = 1;

    become(charging: boolean, level: number): void {
      Object.assign(this, { charging, level });
      this.dispatchEvent(new Event("chargingchange"));
    }
  }

  test.each([
    ["low", true, 0.1, false],
    ["low", false, 0.21, false],
    ["low", false, 0.2, true],
    ["always", false, 0.9, true],
    ["always", true, 0.1, false],
  ] as const)("%s, where charging is %s and the level %d: %s", async (when, charging, level, paused) => {
    const battery = new HandBattery();
    vi.stubGlobal("navigator", { getBattery: () => Promise.resolve(battery) });
    const seen = follow((tell) => watchBattery(when, tell));
    await seen.watch.settled;
    expect(seen.paused).toBe(false);
    battery.become(charging, level);
    expect(seen.paused).toBe(paused);
    battery.become(true, 1);
    expect(seen.paused).toBe(false);
    seen.watch.end();
    expect(battery.listeners).toBe(0);
  });

  test("a battery that is found after the end is not listened to", async () => {
    const battery = new HandBattery();
    battery.charging = false;
    vi.stubGlobal("navigator", { getBattery: () => Promise.resolve(battery) });
    const seen = follow((tell) => watchBattery("always", tell));
    seen.watch.end();
    await seen.watch.settled;
    expect(battery.listeners).toBe(0);
    expect(seen.told).toEqual([]);
  });

  test("a page that may not know its battery has none", async () => {
    const refused = new DOMException("not allowed", "NotAllowedError");
    vi.stubGlobal("navigator", { getBattery: () => Promise.reject(refused) });
    const seen = follow((tell) => watchBattery("always", tell));
    await seen.watch.settled;
    expect(seen.told).toEqual([]);
  });
});

describe("pressure", () => {
  type State = "nominal" | "fair" | "serious" | "critical";

  class HandObserver {
    static last: HandObserver | undefined;
    static refusal: Error | undefined;
    disconnected = false;

    constructor(readonly callback: (records: { state: State }[]) => void) {
      HandObserver.last = this;
    }

    observe(): Promise<void> {
      return HandObserver.refusal === undefined ? Promise.resolve() : Promise.reject(HandObserver.refusal);
    }

    disconnect(): void {
      this.disconnected = true;
    }
  }

  const say = (...states: State[]): void => HandObserver.last?.callback(states.map((state) => ({ state })));
  let focus: boolean;

  beforeEach(() => {
    focus = true;
    HandObserver.refusal = undefined;
    vi.stubGlobal("PressureObserver", HandObserver);
    vi.stubGlobal("document", { hasFocus: () => focus });
  });

  test("pauses where the load is critical, and resumes where it is fair or nominal", () => {
    const seen = follow((tell) => watchPressure(() => 0.5, tell));
    for (const ease of ["fair", "nominal"] as const) {
      say("nominal", "serious");
      expect(seen.paused).toBe(false);
      say("critical");
      expect(seen.paused).toBe(true);
      vi.advanceTimersByTime(SHORTEST_PAUSE_MS);
      say("serious");
      expect(seen.paused).toBe(true);
      say(ease);
      expect(seen.paused).toBe(false);
    }
    seen.watch.end();
    expect(HandObserver.last?.disconnected).toBe(true);
  });

  test("a pause lasts ten seconds at least, since what the solver leaves alone is fair at once", () => {
    const seen = follow((tell) => watchPressure(() => 0.5, tell));
    say("critical");
    say("fair");
    vi.advanceTimersByTime(SHORTEST_PAUSE_MS - 1);
    expect(seen.paused).toBe(true);
    vi.advanceTimersByTime(1);
    expect(seen.paused).toBe(false);
  });

  test("a load that is critical again is not taken for eased", () => {
    const seen = follow((tell) => watchPressure(() => 0.5, tell));
    say("critical");
    say("fair");
    say("critical");
    vi.advanceTimersByTime(10 * SHORTEST_PAUSE_MS);
    expect(seen.paused).toBe(true);
  });

  test("a solver on more than three quarters of the processors is itself the load", () => {
    let own = 0.76;
    const seen = follow((tell) => watchPressure(() => own, tell));
    say("critical");
    expect(seen.paused).toBe(false);
    own = 0.75;
    say("critical");
    expect(seen.paused).toBe(true);
  });

  test("a page out of focus, which the browser tells nothing, goes on after a minute", () => {
    const seen = follow((tell) => watchPressure(() => 0.5, tell));
    say("critical");
    focus = false;
    vi.advanceTimersByTime(UNFOCUSED_PAUSE_MS - 1);
    expect(seen.paused).toBe(true);
    vi.advanceTimersByTime(1);
    expect(seen.paused).toBe(false);
  });

  test("a machine that cannot be observed has no reason to pause", async () => {
    HandObserver.refusal = new DOMException("no such source", "NotSupportedError");
    const seen = follow((tell) => watchPressure(() => 0.5, tell));
    await Promise.resolve();
    expect(seen.told).toEqual([]);
  });
});

describe("sleep", () => {
  /** Lets the next timer come so much too late. */
  function sleep(ms: number): void {
    vi.setSystemTime(Date.now() + ms);
    vi.advanceTimersByTime(2_000);
  }

  function slept(): number[] {
    const woke: number[] = [];
    watches.push(watchSleep((ms) => woke.push(ms)));
    return woke;
  }

  test("a timer that comes much too late is a sleep, each time", () => {
    const woke = slept();
    vi.advanceTimersByTime(60_000);
    sleep(LATE_MS - 1);
    expect(woke).toEqual([]);
    sleep(LATE_MS);
    sleep(3_600_000);
    vi.advanceTimersByTime(60_000);
    expect(woke).toEqual([LATE_MS, 3_600_000]);
  });

  test("the timers of a hidden page may come once a minute, also as it is shown again", () => {
    const page = HandDocument.install();
    page.become("hidden");
    const woke = slept();
    sleep(60_000);
    page.become("visible");
    sleep(60_000);
    expect(woke).toEqual([]);
    sleep(60_000);
    page.become("hidden");
    vi.advanceTimersByTime(2_000);
    sleep(LATE_HIDDEN_MS);
    expect(woke).toEqual([60_000, LATE_HIDDEN_MS]);
  });
});

describe("one tab", () => {
  /** Lets all promises that can settle do so. */
  async function turn(): Promise<void> {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  }

  test("the tab that starts last works; each that ends gives way to the one that has waited longest", async () => {
    const locks = HandLocks.install();
    const [first, second, third] = [follow(watchOtherTabs), follow(watchOtherTabs), follow(watchOtherTabs)];
    const paused = (): boolean[] => [first, second, third].map((tab) => tab.paused);
    await turn();
    expect(paused()).toEqual([true, true, false]);
    third.watch.end();
    await turn();
    expect(paused()).toEqual([false, true, false]);
    first.watch.end();
    await turn();
    expect(paused()).toEqual([false, false, false]);
    second.watch.end();
    await turn();
    expect(locks.size).toBe(0);
  });

  test("the older tab has ended its work before the newer begins", async () => {
    HandLocks.install();
    const order: string[] = [];
    const older = follow((tell) =>
      watchOtherTabs((pause) => {
        order.push(pause ? "older rests" : "older works");
        tell(pause);
      }),
    );
    await older.watch.settled;
    const newer = watchOtherTabs((pause) => order.push(pause ? "newer rests" : "newer works"));
    watches.push(newer);
    await newer.settled;
    await turn();
    expect(order.filter((line) => line !== "newer rests")).toEqual([
      "older works",
      "older rests",
      "newer works",
    ]);
  });

  test("a tab whose solver hangs keeps the newer one waiting, and no third one works either", async () => {
    const locks = HandLocks.install();
    let dies: (() => void) | undefined;
    const hanging = locks.request("aion-web-miner/work", {}, () => new Promise((done) => (dies = done)));
    await turn();
    const newer = follow(watchOtherTabs);
    await newer.watch.settled;
    expect(newer.paused).toBe(true);
    dies?.();
    await hanging;
    await turn();
    expect(newer.paused).toBe(false);
  });

  test("a tab that ends while it waits leaves no request behind", async () => {
    const locks = HandLocks.install();
    const older = follow(watchOtherTabs);
    await turn();
    const newer = follow(watchOtherTabs);
    await turn();
    older.watch.end();
    await turn();
    expect(older.told.at(-1)).toBe(true);
    expect(newer.paused).toBe(false);
    newer.watch.end();
    await turn();
    expect(locks.size).toBe(0);
  });

  test("a page that may not use locks works alone", async () => {
    const request = (): Promise<never> => Promise.reject(new DOMException("opaque", "SecurityError"));
    vi.stubGlobal("navigator", { locks: { request } });
    const seen = follow(watchOtherTabs);
    await seen.watch.settled;
    expect(seen.paused).toBe(false);
  });
});
