import { expect, test } from "vitest";
import { noticeWords, type Situation, statusWords, usageWords } from "../src/element/words.js";
import type { Capabilities } from "../src/environment.js";
import { StatsCounter } from "../src/miner-stats.js";
import { StratumError } from "../src/stratum-error.js";

const FULL: Capabilities = {
  secureContext: true,
  crossOriginIsolated: true,
  simd: true,
  workers: true,
  processors: 8,
};
const STATS = { ...new StatsCounter().at(0), solutionsPerSecond: 3.456, accepted: 1 };
const POOL = "wss://pool.example:8443/pool/main";

const said = (change: Partial<Situation>) =>
  statusWords({ state: "mining", pool: POOL, stats: STATS, pauseReasons: [], trouble: null, ...change });

test("mining is one sentence: where, how fast, and what the pool accepted", () => {
  expect(said({})).toBe("Mining at pool.example:8443: 3.5 solutions per second, 1 share accepted.");
  expect(said({ stats: { ...STATS, accepted: 2, stale: 1, rejected: 3 } })).toMatch(
    /2 shares accepted, 3 rejected, 1 too late\.$/,
  );
});

test("a pause says all of its reasons", () => {
  expect(said({ state: "paused", pauseReasons: ["hidden"] })).toBe(
    "Paused, because this tab is hidden. 1 share accepted.",
  );
  expect(said({ state: "paused", pauseReasons: ["battery", "metered", "offline"] })).toMatch(
    /^Paused, because this device runs on its battery, the connection is metered and this device is offline\./,
  );
});

test("an error has its name, and the next try where there is one", () => {
  const error = new StratumError("pool-unreachable", "the pool cannot be reached");
  expect(said({ state: "reconnecting", trouble: { error, retryInMs: 1900 } })).toBe(
    "The pool cannot be reached (pool-unreachable). Next try in 2 s.",
  );
  expect(said({ state: "failed", trouble: { error, retryInMs: null } })).toBe(
    "Stopped by an error: The pool cannot be reached (pool-unreachable).",
  );
});

test.each([
  [{}, "4 of 8 processor threads."],
  [{ threads: 2, throttle: 0.25 }, "2 of 8 processor threads, resting 75 % of the time."],
  [{ backend: "gpu" as const }, "the graphics card, or 4 of 8 processor threads where there is none."],
  [{ backend: "both" as const }, "4 of 8 processor threads and the graphics card."],
])("what mining takes, with %j", (options, words) => {
  expect(usageWords(options, FULL)).toBe(`While it mines, this page uses ${words}`);
});

test("a page that is not isolated has one thread, whatever it asks for", () => {
  expect(usageWords({ threads: 4 }, { ...FULL, crossOriginIsolated: false })).toMatch(/uses 1 of 8/);
});

test.each<[Partial<Capabilities>, RegExp | null, boolean]>([
  [{}, null, false],
  [{ workers: false }, /no workers/, true],
  [{ simd: false }, /no SIMD/, true],
  [{ secureContext: false, crossOriginIsolated: false }, /plain http.*single thread.*https/, false],
  [{ crossOriginIsolated: false }, /not cross-origin isolated/, false],
])("of an environment with %j", (change, words, prevents) => {
  const notice = noticeWords({ ...FULL, ...change });
  if (words === null) expect(notice).toBeNull();
  else expect(notice).toEqual({ text: expect.stringMatching(words) as string, prevents });
});
