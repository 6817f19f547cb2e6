import { expect, test } from "vitest";
import { bytesFromHex, hexFromBytes } from "../src/hex.js";
import { isBelow, targetFromDifficulty, targetFromHex } from "../src/target.js";

const TWO_256 = 1n << 256n;
const hex = (value: bigint): string => value.toString(16).padStart(64, "0");
const MAX = "f".repeat(64);

test.each([
  ["1024", hex(TWO_256 / 1024n)],
  ["1024.0", hex(TWO_256 / 1024n)],
  ["3", hex(TWO_256 / 3n)],
  ["1e3", hex(TWO_256 / 1000n)],
  ["16", `1${"0".repeat(63)}`.padStart(64, "0")],
  ["0.3", MAX],
  ["2.5", hex((TWO_256 * 10n) / 25n)],
  ["12.5e-1", hex((TWO_256 * 100n) / 125n)],
  ["18446744073709551617", hex(TWO_256 / 18446744073709551617n)],
  ["1", MAX],
  ["1e-300", MAX],
  [(TWO_256 - 1n).toString(), hex(1n)],
  [TWO_256.toString(), hex(1n)],
])("difficulty %s is the target floor(2^256 / difficulty)", (difficulty, target) => {
  const computed = targetFromDifficulty(difficulty);
  expect(computed && hexFromBytes(computed)).toBe(target);
});

test.each([
  "0",
  "0.000",
  "-1",
  "",
  "NaN",
  "1e999999999",
  "0x10",
  " 5",
  (TWO_256 + 1n).toString(),
  "9".repeat(101),
])("difficulty %j has no target", (difficulty) => {
  expect(targetFromDifficulty(difficulty)).toBeUndefined();
});

test("a target is 64 hex digits", () => {
  expect(targetFromHex("ab".repeat(32))).toEqual(bytesFromHex("ab".repeat(32)));
  for (const bad of ["", "ab".repeat(31), "ab".repeat(33), `0x${"ab".repeat(31)}`, "zz".repeat(32)]) {
    expect(targetFromHex(bad), bad).toBeUndefined();
  }
});

test("a powhash meets a target that is strictly larger, compared as big-endian integers", () => {
  const target = bytesFromHex("00ff".padEnd(64, "0")) ?? new Uint8Array();
  const below = bytesFromHex("00fe".padEnd(64, "f")) ?? new Uint8Array();
  expect(isBelow(below, target)).toBe(true);
  expect(isBelow(target, target)).toBe(false);
  expect(isBelow(target, below)).toBe(false);
});
