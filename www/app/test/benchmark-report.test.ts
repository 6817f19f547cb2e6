import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { benchmarkReport, browserName } from "../src/benchmark-report.js";
import known from "../src/known-machines.json" with { type: "json" };

test.each([
  [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
    "Chromium 130",
  ],
  [
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
    "Edge 130",
  ],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140"],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
    "Safari 18",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    "Safari 18",
  ],
  ["something else", "unknown"],
])("%s is %s", (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name);
});

test("a report has the figures, version and browser, and nothing of the person", () => {
  const text = benchmarkReport(
    {
      ...{ backend: "threads", threads: 2, runs: 5, firstMs: 430.44, ms: 336.04, minMs: 333.3, maxMs: 341 },
      ...{ roundsMs: [82.04, 40.27], solutions: 9, solutionsPerSecond: 5.351, correct: true },
      memoryBytes: 189 * 2 ** 20,
    },
    { version: "0.1.0", userAgent: "Mozilla/5.0 (X11; CrOS secret-machine) Chrome/130.0.1.2 Safari/537.36" },
  );
  expect(JSON.parse(text)).toEqual({
    ...{ benchmark: "aion-web-miner", version: "0.1.0", browser: "Chromium 130", backend: "threads" },
    ...{ threads: 2, runs: 5, msPerRun: 336, minMs: 333.3, maxMs: 341, firstMs: 430.4 },
    ...{ roundsMs: [82, 40.3], solutions: 9, solutionsPerSecond: 5.35, correct: true, memoryMiB: 189 },
  });
  expect(text).not.toContain("secret");
});

test("the known machines are those of the README's table, figure by figure", () => {
  const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
  const table = readme.split("\n").flatMap((line) => {
    const cells = line.split("|").map((cell) => cell.trim());
    const [, where, artifact, threads, ms, , , perSecond] = cells;
    return cells.length > 10 && /^\d+$/.test(threads ?? "")
      ? [{ where, artifact, threads: Number(threads), ms: Number(ms), solutionsPerSecond: Number(perSecond) }]
      : [];
  });
  expect(
    known.rows.map(({ where, artifact, threads, ms, solutionsPerSecond }) => ({
      where: where.toLowerCase(),
      artifact,
      threads,
      ms,
      solutionsPerSecond,
    })),
  ).toEqual(table);
  expect(readme).toContain(`Median of ${known.runs} runs on a 2-core virtual machine (Intel Xeon)`);
});
