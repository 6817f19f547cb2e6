import { type MinerStats, MinerError, type ShareEvent, StratumError } from "aion-web-miner";
import { expect, test } from "vitest";
import { noticesFor } from "../src/environment-notices.js";
import { memoryWords, shareWords, solverWords, statusWords, throttleWords } from "../src/mine-words.js";
import { summary } from "../src/verify-panel.js";
import { addressFault, DEVELOPMENT_ADDRESS } from "../src/wallet-field.js";

const STATS: MinerStats = {
  solutionsPerSecond: 3.456,
  runs: 9,
  solutions: 18,
  submitted: 2,
  accepted: 1,
  rejected: 0,
  stale: 0,
  unanswered: 0,
  threads: 2,
  backend: "threads",
  memoryBytes: 200 * 2 ** 20,
  gpu: null,
};

test("mining is said in one sentence, with what the pool accepted", () => {
  expect(statusWords("mining", "local", STATS, null)).toBe(
    "Mining at local: 3.46 solutions per second, 1 share accepted.",
  );
  expect(statusWords("mining", "local", { ...STATS, accepted: 2, rejected: 1 }, null)).toMatch(
    /2 shares accepted, 1 rejected\.$/,
  );
  expect(statusWords("paused", "local", STATS, null)).toBe("Paused. 1 share accepted.");
  expect(statusWords("stopped", "local", { ...STATS, stale: 3, unanswered: 4 }, null)).toBe(
    "Stopped. 1 share accepted, 3 stale, 4 unanswered.",
  );
});

test("an error is said with its name, and with the next try where there is one", () => {
  const lost = { error: new StratumError("pool-unreachable", "the pool cannot be reached"), retryInMs: 1234 };
  expect(statusWords("reconnecting", "local", STATS, lost)).toBe(
    "The pool cannot be reached (pool-unreachable). Next try in 1.2 s.",
  );
  expect(statusWords("connecting", "local", STATS, lost)).toBe(
    "The pool cannot be reached (pool-unreachable). Connecting to local…",
  );
  const silent = {
    error: new MinerError("solver-silent", "the solver gave no sign of life."),
    retryInMs: null,
  };
  expect(statusWords("failed", "local", STATS, silent)).toBe(
    "Stopped by an error: The solver gave no sign of life (solver-silent).",
  );
});

const WHY: Partial<Record<ShareEvent["status"], [ShareEvent["code"], string]>> = {
  rejected: [22, "duplicate share"],
  stale: [21, "job not found"],
  unanswered: ["reply-timeout", "no reply"],
};

test.each<[ShareEvent["status"], string, string]>([
  ["submitted", "Share for job 2a submitted", "plain"],
  ["accepted", "Share for job 2a accepted by the pool", "good"],
  ["rejected", "Share for job 2a rejected by the pool: duplicate share (22)", "bad"],
  ["stale", "Share for job 2a came too late for the pool: job not found (21)", "bad"],
  ["unanswered", "Share for job 2a was not answered by the pool: no reply (reply-timeout)", "bad"],
])("a share %s reads “%s”", (status, text, tone) => {
  const [code, reason] = WHY[status] ?? [null, null];
  expect(shareWords({ status, jobId: "2a", powHash: "00", code, reason })).toEqual({ text, tone });
});

test("a throttle says how much of the time is rest", () => {
  expect([1, 0.75, 0.5, 0.25].map(throttleWords)).toEqual([
    "Works all the time.",
    "Rests 25 % of the time.",
    "Rests 50 % of the time.",
    "Rests 75 % of the time.",
  ]);
});

test("the solver and its memory are named, or said to be absent", () => {
  expect(solverWords(STATS)).toBe("2 threads");
  expect(solverWords({ ...STATS, threads: 1 })).toBe("1 thread");
  expect(solverWords({ ...STATS, threads: 1, backend: "single" })).toBe("single thread");
  expect(solverWords({ ...STATS, backend: null })).toBe("none");
  expect([memoryWords(STATS.memoryBytes), memoryWords(0)]).toEqual(["200 MiB", "none"]);
});

const FULL = { secureContext: true, crossOriginIsolated: true, simd: true, workers: true, processors: 4 };

test.each([
  ["nothing to say", {}, []],
  ["no workers", { workers: false }, [true]],
  ["no SIMD", { simd: false }, [true]],
  ["not isolated", { crossOriginIsolated: false }, [false]],
  ["not secure, and so not isolated", { secureContext: false, crossOriginIsolated: false }, [false]],
])("%s", (_, change, prevents) => {
  expect(noticesFor({ ...FULL, ...change }).map((notice) => notice.prevents)).toEqual(prevents);
});

test("the development address is an address, and each fault of another is named", () => {
  expect(addressFault(DEVELOPMENT_ADDRESS)).toBe("");
  expect(addressFault("")).toMatch(/0xa0 and 62/);
  expect(addressFault("0x")).toMatch(/this has 2/);
  expect(addressFault("bitcoin")).toMatch(/begins with 0xa0/);
  expect(addressFault(`0xa0${"o".repeat(62)}`)).toMatch(/“o” is not a hex digit/);
  expect(addressFault(`${DEVELOPMENT_ADDRESS}0`)).toMatch(/this has 67/);
});

test.each([
  [[], "The text holds no block."],
  [[true], "1 item: 1 valid."],
  [[true, false, null, true], "4 items: 2 valid, 1 not valid, 1 nothing to judge."],
])("%j is summed up", (verdicts, text) => {
  expect(summary(verdicts)).toBe(text);
});

test("a GPU is said by its name, and beside the CPU each has its rate", () => {
  const gpu = { adapter: "Tahiti", memoryBytes: 2 ** 29, solutionsPerSecond: 3 };
  expect(solverWords({ ...STATS, threads: 0, backend: "gpu", gpu })).toBe("GPU Tahiti");
  expect(solverWords({ ...STATS, gpu })).toBe("2 threads (0.46 Sol/s), GPU Tahiti (3.00 Sol/s)");
});
