import { expect, test } from "vitest";
import { closeError } from "../src/close-codes.js";
import type { StratumErrorCode } from "../src/stratum-error.js";

const ENDED = (code: number): string => `the connection to the pool ended (close code ${code})`;

test.each<[boolean, number, string, StratumErrorCode, string]>([
  [false, 1006, "", "pool-unreachable", "the pool cannot be reached"],
  [false, 1006, "refused", "pool-unreachable", `the pool cannot be reached: "refused"`],
  [
    true,
    4002,
    "the pool cannot be reached: no connection",
    "pool-unreachable",
    `the pool cannot be reached: "no connection"`,
  ],
  [true, 4002, "the pool cannot be reached", "pool-unreachable", "the pool cannot be reached"],
  [true, 1006, "", "connection-lost", ENDED(1006)],
  [true, 1000, "", "connection-lost", ENDED(1000)],
  [true, 1001, "the proxy is stopping", "connection-lost", `${ENDED(1001)}: "the proxy is stopping"`],
  [true, 1008, "", "not-allowed", ENDED(1008)],
  [true, 1009, "", "line-too-long", ENDED(1009)],
  [true, 4000, "bad message", "not-allowed", `${ENDED(4000)}: "bad message"`],
  [true, 4001, "", "not-allowed", ENDED(4001)],
  [true, 4003, "", "connection-lost", ENDED(4003)],
  [true, 4004, "", "bad-line", ENDED(4004)],
  [true, 4005, "", "connection-lost", ENDED(4005)],
  [true, 4006, "too fast", "connection-lost", `${ENDED(4006)}: "too fast"`],
  [true, 4007, "", "not-allowed", ENDED(4007)],
  [true, 4999, "\n", "connection-lost", `${ENDED(4999)}: "\\n"`],
])("opened: %s, code %d, reason “%s” is %s", (opened, code, reason, name, message) => {
  expect(closeError(opened, code, reason)).toMatchObject({ code: name, message });
});
