import { expect, test } from "vitest";
import { elapsed, MAX_MOMENTS, SessionHistory } from "../src/session-history.js";

function sessionOf(seconds: number): SessionHistory {
  const history = new SessionHistory();
  for (let second = 0; second <= seconds; second++)
    history.add({ seconds: second, rate: second % 2, accepted: Math.floor(second / 10) });
  return history;
}

test("a day is kept in bounded memory, from its first minute to its last second", () => {
  const { moments } = sessionOf(86_400);
  expect(moments.length).toBeLessThanOrEqual(MAX_MOMENTS + 1);
  expect(moments.length).toBeGreaterThan(MAX_MOMENTS / 2);
  expect(moments[0]?.seconds).toBeLessThan(300);
  expect(moments.at(-1)).toMatchObject({ seconds: 86_400, accepted: 8640 });
  const times = moments.map(({ seconds }) => seconds);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test("moments that become one have the mean of their rates and the last of their counts", () => {
  const { moments } = sessionOf(MAX_MOMENTS - 1);
  expect(moments).toHaveLength(MAX_MOMENTS / 2);
  expect(moments[10]).toEqual({ seconds: 21, rate: 0.5, accepted: 2 });
});

test("the table has at most twelve rows, evenly spread, and ends with the newest", () => {
  const { rows } = sessionOf(119);
  expect(rows.map(({ seconds }) => seconds)).toEqual([9, 19, 29, 39, 49, 59, 69, 79, 89, 99, 109, 119]);
  expect(sessionOf(2).rows.map(({ seconds }) => seconds)).toEqual([0, 1, 2]);
  expect(new SessionHistory().rows).toEqual([]);
});

test("the session is said in a sentence", () => {
  expect(new SessionHistory().said).toBe("The chart begins when mining does.");
  expect(sessionOf(75).said).toBe(
    "1:15 so far: between 0.00 and 1.00 solutions per second, 7 accepted shares.",
  );
  expect(sessionOf(0).said).toBe("0:00 so far: 0.00 solutions per second, 0 accepted shares.");
});

test("time is written as a clock shows it", () => {
  expect([0, 7.9, 60, 754, 3723].map(elapsed)).toEqual(["0:00", "0:07", "1:00", "12:34", "1:02:03"]);
});
