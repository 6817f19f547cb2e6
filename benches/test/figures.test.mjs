import { expect, test } from "vitest";
import { millisecondsIn } from "../baseline.mjs";
import { againstBaseline, median, ofRuns } from "../figures.mjs";
import { table } from "../table.mjs";

test("the median is the middle one, and leaves the list as it was", () => {
  const numbers = [9, 1, 10];
  expect(median(numbers)).toBe(9);
  expect(numbers).toEqual([9, 1, 10]);
  expect(median([2])).toBe(2);
});

test("the figures of runs are medians, sums and rates", () => {
  const outcomes = [
    { ms: 100, solutions: 1, dropped: 0, roundsMs: [60, 40] },
    { ms: 300, solutions: 3, dropped: 2, roundsMs: [100, 200] },
    { ms: 200, solutions: 0, dropped: 0, roundsMs: [150.06, 50] },
  ];
  expect(ofRuns(outcomes)).toEqual({
    runs: 3,
    medianMs: 200,
    minMs: 100,
    maxMs: 300,
    solutionsPerSecond: 6.7,
    roundsMs: [100, 50],
    dropped: 2,
  });
});

test("the ratio is of medians", () => {
  expect(againstBaseline(200, [500, 399, 400])).toEqual({ baselineMs: 400, ratio: 0.5 });
});

test.each([
  { name: "one number", printed: "641.5\n", expected: 641.5 },
  { name: "a number a run", printed: "3\n1\n2\n", expected: 2 },
])("a baseline that prints $name is read", ({ printed, expected }) => {
  expect(millisecondsIn(printed)).toBe(expected);
});

test.each([
  { name: "nothing", printed: "" },
  { name: "words", printed: "took 5 ms" },
  { name: "no time", printed: "0" },
  { name: "less than none", printed: "-4" },
])("a baseline that prints $name is refused with what it printed", ({ printed }) => {
  expect(() => millisecondsIn(printed)).toThrow(JSON.stringify(printed));
});

const ROW = {
  where: "native",
  threads: 1,
  backend: "native",
  runs: 3,
  medianMs: 200,
  minMs: 100,
  maxMs: 300,
  solutionsPerSecond: 6.7,
  memoryBytes: 3 << 20,
  solverBytes: 2 << 20,
  roundsMs: [100.4, 50.5],
  dropped: 0,
  digestNs: 28,
  digestForms: { one: 99.5, avx512: 28 },
};

test("the verifier's figures stand in the first line of their place", () => {
  const rows = [ROW, { ...ROW, threads: 2 }, { where: "native", what: "verify", coldMs: 1.5, warmUs: 60.1 }];
  const [, , first, second, ...more] = table(rows).split("\n");
  expect(first).toContain("| 1.5 / 60.1 | 100 51 |");
  expect(second).toContain("|  | 100 51 |");
  expect(more).toEqual([]);
});

test("a digest's time stands before those of all its forms", () => {
  expect(table([ROW])).toContain("| 28 (one 99.5, avx512 28) |");
});

test("a place that does not tell its memory has a question mark, not a zero", () => {
  expect(table([{ ...ROW, memoryBytes: null }])).toContain("| ? (solver 2) |");
});

test("the baseline has columns only where there was one", () => {
  expect(table([ROW])).not.toContain("ratio");
  expect(table([{ ...ROW, baselineMs: 400, ratio: 0.5 }])).toContain("| 400 | 0.5 |");
});
