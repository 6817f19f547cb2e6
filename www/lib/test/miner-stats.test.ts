import { expect, test } from "vitest";
import { StatsCounter, WINDOW_MS } from "../src/miner-stats.js";

const outcome = (solutions: number) => ({ solutions, dropped: 0, ms: 1, roundsMs: [], shares: [] });

test("the rate is what was found over the time mined, at most the window", () => {
  const stats = new StatsCounter();
  expect(stats.at(0).solutionsPerSecond).toBe(0);
  stats.mining(1000);
  stats.finished(outcome(2), 64, 1500);
  stats.finished(outcome(3), 64, 2000);
  expect(stats.at(3000)).toMatchObject({ solutionsPerSecond: 2.5, runs: 2, solutions: 5 });
  expect(stats.at(1000 + 2 * WINDOW_MS).solutionsPerSecond).toBe(0);
  expect(stats.at(1000 + 2 * WINDOW_MS).solutions).toBe(5);
});

test("a pause takes the rate away and leaves the counts", () => {
  const stats = new StatsCounter();
  stats.mining(0);
  stats.finished(outcome(4), 64, 500);
  stats.paused();
  expect(stats.at(1000)).toMatchObject({ solutionsPerSecond: 0, solutions: 4, runs: 1 });
});

test("every submitted share is counted once as what the pool said, as unanswered, or as on its way", () => {
  const stats = new StatsCounter();
  for (let i = 0; i < 7; i++) stats.submitted();
  stats.judged("accepted");
  stats.judged("rejected");
  stats.judged("stale");
  for (let i = 0; i < 3; i++) stats.unanswered();
  expect(stats.at(0)).toMatchObject({ submitted: 7, accepted: 1, rejected: 1, stale: 1, unanswered: 3 });
  stats.answeredLate();
  stats.judged("accepted");
  expect(stats.at(0)).toMatchObject({ submitted: 7, accepted: 2, rejected: 1, stale: 1, unanswered: 2 });
});

test("there is a back end, with threads and memory, while there is a solver", () => {
  const stats = new StatsCounter();
  stats.solver({ backend: "threads", threads: 2, memoryBytes: 64 });
  stats.finished(outcome(0), 128, 0);
  expect(stats.at(0)).toMatchObject({ backend: "threads", threads: 2, memoryBytes: 128 });
  stats.solver(null);
  expect(stats.at(0)).toMatchObject({ backend: null, threads: 0, memoryBytes: 0 });
});

test("a GPU has a rate of its own within the whole, and stands for the back end only where it is alone", () => {
  const stats = new StatsCounter();
  stats.gpu({ adapter: "Tahiti", memoryBytes: 512 });
  stats.mining(0);
  stats.finished(outcome(6), null, 500);
  stats.finished(outcome(2), 64, 500);
  const gpu = { adapter: "Tahiti", memoryBytes: 512, solutionsPerSecond: 6 };
  expect(stats.at(1000)).toMatchObject({ backend: "gpu", solutionsPerSecond: 8, gpu });
  stats.solver({ backend: "single", threads: 1, memoryBytes: 64 });
  expect(stats.at(1000).backend).toBe("single");
  stats.gpu(null);
  expect(stats.at(1000).gpu).toBeNull();
});
