import { expect, test } from "vitest";
import { hexFromBytes } from "../src/hex.js";
import { NoncePlan } from "../src/nonce-plan.js";

const filled = (fill: number) => (count: number) => new Uint8Array(count).fill(fill);
const hexes = (nonces: Uint8Array[]): string[] => nonces.map(hexFromBytes);

test("a nonce is extraNonce1 followed by extraNonce2, which counts up from a random point", () => {
  const plan = new NoncePlan(filled(0x41));
  const nonces = plan.take(new Uint8Array([0xbe, 0x10]), 3);
  const rest = "41".repeat(29);
  expect(hexes(nonces)).toEqual([`be10${rest}41`, `be10${rest}42`, `be10${rest}43`]);
});

test("without extraNonce1 all 32 bytes count, around the end", () => {
  const plan = new NoncePlan(filled(0xff));
  expect(hexes(plan.take(new Uint8Array(0), 2))).toEqual(["ff".repeat(32), "00".repeat(32)]);
});

test("31 bytes of extraNonce1 leave 256 nonces, each given once, and then none", () => {
  const plan = new NoncePlan(filled(0xfd));
  const extraNonce1 = new Uint8Array(31).fill(7);
  const given = new Set<string>();
  for (let i = 0; i < 64; i++) for (const nonce of hexes(plan.take(extraNonce1, 4))) given.add(nonce);
  expect(given.size).toBe(256);
  expect(plan.take(extraNonce1, 4)).toEqual([]);
  expect(plan.take(new Uint8Array(31).fill(8), 4)).toHaveLength(4);
});

test("what is left of a nonce space is given even where it is less than asked", () => {
  const plan = new NoncePlan(filled(0));
  const extraNonce1 = new Uint8Array(31);
  expect(plan.take(extraNonce1, 255)).toHaveLength(255);
  expect(hexes(plan.take(extraNonce1, 4))).toEqual([`${"00".repeat(31)}ff`]);
});

test("another extraNonce1 in between, as after a reconnect, does not make nonces come again", () => {
  const plan = new NoncePlan(filled(0x10));
  const [a, b] = [new Uint8Array(8).fill(1), new Uint8Array(8).fill(2)];
  const given = [a, b, a, b, a].flatMap((extraNonce1) => hexes(plan.take(extraNonce1, 4)));
  expect(new Set(given).size).toBe(20);
});

test("the cryptographic source gives two sessions different starts", () => {
  const extraNonce1 = new Uint8Array(8);
  expect(hexes(new NoncePlan().take(extraNonce1, 1))).not.toEqual(
    hexes(new NoncePlan().take(extraNonce1, 1)),
  );
});
