import { expect, test } from "vitest";
import { budgets, overweight, sizes } from "../sizes.mjs";

test("every script and artifact keeps to its budget", async () => {
  expect(overweight(await sizes(), budgets())).toEqual([]);
});

test("what is too heavy, has no budget, or is not there any more is said", () => {
  const size = { raw: 10, gzip: 5, brotli: 4 };
  expect(
    overweight({ fits: size, new: size, fat: size }, { fits: size, fat: { ...size, gzip: 4 }, old: size }),
  ).toEqual([
    "new has no budget",
    "fat has 5 bytes gzip, over its budget of 4",
    "the budget of old is for nothing that is weighed",
  ]);
});
