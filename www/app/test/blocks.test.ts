import { expect, test } from "vitest";
import { blockCall } from "../src/nodes.js";
import { nameWords, stepsOf, verdictWords } from "../src/result-view.js";
import { sealsIn } from "../src/seal.js";

const HASH = "ab".repeat(32);

test.each([
  ["5", "eth_getBlockByNumber", "0x5"],
  [" 4,721,900 ", "eth_getBlockByNumber", "0x480cec"],
  ["0x0F", "eth_getBlockByNumber", "0xf"],
  ["18446744073709551615", "eth_getBlockByNumber", "0xffffffffffffffff"],
  ["Latest", "eth_getBlockByNumber", "latest"],
  [HASH, "eth_getBlockByHash", `0x${HASH}`],
  [`0x${HASH.toUpperCase()}`, "eth_getBlockByHash", `0x${HASH}`],
])("%s is asked for by %s", (text, method, name) => {
  expect(blockCall(text)).toMatchObject({ method, params: [name, false] });
});

test.each([
  ["0x0F", [15]],
  ["9007199254740991", [9007199254740991]],
  ["9007199254740992", ["9007199254740992"]],
  ["latest", undefined],
  [HASH, undefined],
])("%s is asked for by its height where a node knows no other way", (text, params) => {
  expect(blockCall(text)?.otherwise?.params).toEqual(params);
});

test.each(["", "0x", "-1", "1.5", "abc", "18446744073709551616", `0x${HASH}00`, "pending"])(
  "“%s” names no block",
  (text) => {
    expect(blockCall(text)).toBeUndefined();
  },
);

const bytes = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, "hex"));

test("nonce and solution are found in every shape, in an envelope or not", () => {
  const seal = { nonce: bytes(HASH), solution: bytes("0102") };
  for (const block of [
    { nonce: `0x${HASH}`, solution: "0x0102", more: 1 },
    { jsonrpc: "2.0", result: { nonce: HASH, solution: "0102" } },
    { header: {}, nonce: HASH, solution: "0102" },
  ]) {
    expect(sealsIn(block)).toEqual([seal]);
  }
});

test("a nonce without its leading zeros is filled up, and read as decimal too where it may be", () => {
  const padded = (digits: string): Uint8Array => bytes(digits.padStart(64, "0"));
  const found = (nonce: string): Uint8Array[] => sealsIn({ nonce, solution: "01" }).map((seal) => seal.nonce);
  expect(found("abc")).toEqual([padded("abc")]);
  expect(found("16")).toEqual([padded("16"), padded("10")]);
});

test.each([
  [null],
  [5],
  [{}],
  [{ nonce: HASH }],
  [{ nonce: 1, solution: "01" }],
  [{ nonce: HASH, solution: "0g" }],
  [{ nonce: `${HASH}00`, solution: "01" }],
  [{ result: null }],
])("%j has no seal", (block) => {
  expect(sealsIn(block)).toEqual([]);
});

test("a verdict is said with its reason and level", () => {
  const failed = { index: 0, ok: false, reason: "digit-not-zero", level: 3, detail: "at node 1" } as const;
  expect(verdictWords(failed)).toBe("Not valid: digit-not-zero at level 3");
  expect(verdictWords({ index: 0, ok: null, reason: "not-proof-of-work" })).toBe(
    "Nothing to judge: not-proof-of-work",
  );
  expect(verdictWords({ index: 0, ok: true })).toBe("Valid");
});

test("a step has its name, its verdict and the values behind it", () => {
  const checks = [
    { name: "mine-hash", ok: true, detail: "none came along" },
    { name: "level-3", ok: false, detail: "at node 1" },
    { name: "target", ok: true, detail: "below" },
  ] as const;
  const steps = stepsOf({ index: 0, ok: false, checks, mineHash: "aa", powHash: "bb", boundary: "cc" });
  expect(steps).toEqual([
    { name: "Mine hash", holds: true, text: "None came along.", values: ["aa"] },
    { name: "Level 3", holds: false, text: "At node 1.", values: [] },
    { name: "Target", holds: true, text: "Below.", values: ["hash bb", "boundary cc"] },
  ]);
  expect(stepsOf({ index: 0, ok: null })).toEqual([]);
});

test("every name of a check has words", () => {
  expect(
    ["block-hash", "distinct", "level-9", "declared-difficulty", "something-new"].map(nameWords),
  ).toEqual(["Block hash", "Indices all different", "Level 9", "Difficulty declared", "Something new"]);
});
