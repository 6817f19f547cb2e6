import { expect, test } from "vitest";
import { hexFromBytes } from "../src/hex.js";
import { NoncePlan } from "../src/nonce-plan.js";
import { UsedNonces } from "../src/used-nonces.js";
import { type Feed, WorkFeed } from "../src/work-feed.js";
import { Dice } from "./dice.js";

const SEEDS = Array.from({ length: 12 }, (_, seed) => seed + 1);

test.each(SEEDS)("used nonces agree with a plain set of numbers (seed %d)", (seed) => {
  const dice = new Dice(seed);
  const used = new UsedNonces();
  const plain = new Set<bigint>();
  for (let step = 0; step < 600; step++) {
    const nonce = BigInt(dice.below(400));
    used.add(nonce);
    plain.add(nonce);
    const from = BigInt(dice.below(420));
    const to = from + 1n + BigInt(dice.below(60));
    let free = from;
    while (free < to && plain.has(free)) free++;
    expect(used.firstFree(from, to)).toBe(free < to ? free : undefined);
    let end = from;
    while (end < to && !plain.has(end)) end++;
    const found = end < to;
    while (plain.has(end)) end++;
    expect(used.firstEnd(from, to)).toBe(found ? end : undefined);
  }
});

test.each(SEEDS)("with few spans kept, what counts as used only grows (seed %d)", (seed) => {
  const dice = new Dice(seed);
  const used = new UsedNonces(3);
  const plain = new Set<bigint>();
  for (let step = 0; step < 300; step++) {
    const nonce = BigInt(dice.below(1000));
    used.add(nonce);
    plain.add(nonce);
    const from = BigInt(dice.below(1000));
    const free = used.firstFree(from, 1000n);
    if (free !== undefined) expect(plain.has(free)).toBe(false);
  }
});

/** Stands for a session: draws extraNonce1 and random starts so that spaces lie inside each other as often as not. */
class Draws {
  readonly #dice: Dice;
  readonly #base: Uint8Array;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#base = dice.bytes(32);
  }

  /** Of that length: the beginning of one and the same nonce, or with another last byte, or any. */
  extraNonce1(length: number): Uint8Array {
    const bytes = this.#base.slice(0, length);
    const last = length - 1;
    switch (this.#dice.below(4)) {
      case 0:
        return this.#dice.bytes(length);
      case 1:
        if (last >= 0) bytes[last] = ((bytes[last] ?? 0) + 1) & 0xff;
        return bytes;
      default:
        return bytes;
    }
  }

  /** The end of that nonce, the end of a space, its beginning, or any. */
  readonly start = (width: number): Uint8Array => {
    switch (this.#dice.below(4)) {
      case 0:
        return new Uint8Array(width).fill(0xff);
      case 1:
        return new Uint8Array(width);
      case 2:
        return this.#dice.bytes(width);
      default:
        return this.#base.slice(32 - width);
    }
  };
}

test.each(SEEDS)("no nonce comes twice in a session, whatever happens in it (seed %d)", (seed) => {
  const dice = new Dice(seed);
  const draws = new Draws(dice);
  const plan = new NoncePlan(draws.start);
  let feed = new WorkFeed(plan);
  let extraNonce1 = draws.extraNonce1(8);
  const given = new Set<string>();
  let sequence = 0;
  let exhausted = 0;

  /** How many nonces were given that begin with these 30 or 31 bytes. */
  const within = new Map<string, number>();

  const takeNonces = (nonces: readonly Uint8Array[]): void => {
    const prefix = hexFromBytes(extraNonce1);
    for (const nonce of nonces) {
      const hex = hexFromBytes(nonce);
      if (given.has(hex)) throw new Error(`${hex} comes again, at job ${sequence}`);
      if (!hex.startsWith(prefix) || hex.length !== 64) throw new Error(`${hex} is no nonce for ${prefix}`);
      given.add(hex);
      for (const digits of [60, 62]) {
        const key = hex.slice(0, digits);
        within.set(key, (within.get(key) ?? 0) + 1);
      }
    }
  };
  const take = (got: Feed): number | undefined => {
    if ("work" in got) {
      takeNonces(got.work.nonces);
      return got.work.generation;
    }
    // Only a space of which everything was given is exhausted.
    exhausted++;
    expect(within.get(hexFromBytes(extraNonce1))).toBe(256 ** (32 - extraNonce1.length));
    return undefined;
  };
  const job = () => ({
    sequence: ++sequence,
    id: sequence.toString(16),
    headerHash: new Uint8Array(32).fill(sequence & 3),
    target: new Uint8Array(32).fill(dice.below(256)),
    clean: dice.below(2) === 0,
    extraNonce1,
  });

  // Free bytes: one to eight as often as all others together.
  const length = (): number => (dice.below(2) === 0 ? 31 - dice.below(8) : dice.below(32));
  for (let step = 0; step < 2000; step++) {
    switch (dice.below(8)) {
      case 0: // a connection is lost, and the next one has the same extraNonce1 or another
        feed.clear();
        if (dice.below(2) === 0) extraNonce1 = draws.extraNonce1(length());
        break;
      case 1: // set_extranonce, which counts from the next job on
        extraNonce1 = draws.extraNonce1(length());
        break;
      case 2: // stop and start: another worker, the same miner
        feed = new WorkFeed(plan);
        break;
      case 3:
        take(feed.retarget(job()) ?? feed.job(job()));
        break;
      default: {
        const generation = take(feed.job(job()));
        for (let more = dice.below(40); generation !== undefined && more > 0; more--) {
          const work = feed.more(generation);
          if (work === undefined) break;
          takeNonces(work.nonces);
        }
      }
    }
  }
  expect(given.size).toBeGreaterThan(1000);
  expect(exhausted).toBeGreaterThan(0);
});

test.each([1, 2])("a space of %d bytes is given whole, around its end, each nonce once", (width) => {
  const plan = new NoncePlan((count) => new Uint8Array(count).fill(0xfe));
  const extraNonce1 = new Uint8Array(32 - width).fill(5);
  const given = new Set<string>();
  for (;;) {
    const nonces = plan.take(extraNonce1, 7);
    if (nonces.length === 0) break;
    for (const nonce of nonces) given.add(hexFromBytes(nonce));
  }
  expect(given.size).toBe(256 ** width);
});

test.each([3, 4, 5, 6, 7, 8])("a space of %d bytes goes on around its end", (width) => {
  const plan = new NoncePlan((count) => new Uint8Array(count).fill(0xff));
  const extraNonce1 = new Uint8Array(32 - width).fill(5);
  const [last, first] = plan.take(extraNonce1, 2).map(hexFromBytes);
  expect(last).toBe("05".repeat(32 - width) + "ff".repeat(width));
  expect(first).toBe("05".repeat(32 - width) + "00".repeat(width));
});

test("an extraNonce1 that begins with another one does not repeat what that one gave", () => {
  const plan = new NoncePlan((count) => new Uint8Array(count).fill(0x07));
  const narrow = new Uint8Array(31).fill(0x07);
  const wide = narrow.slice(0, 8);
  const given = [wide, narrow, wide, narrow].flatMap((extraNonce1) =>
    plan.take(extraNonce1, 100).map(hexFromBytes),
  );
  expect(new Set(given).size).toBe(given.length);
  expect(given.filter((hex) => hex.startsWith(hexFromBytes(narrow)))).toHaveLength(256);
});

test("after more extraNonce1 than are remembered apart still nothing comes twice", () => {
  const dice = new Dice(7);
  const plan = new NoncePlan((count) => dice.bytes(count), new UsedNonces(16));
  const given = new Set<string>();
  let taken = 0;
  for (let round = 0; round < 400; round++) {
    const nonces = plan.take(new Uint8Array(31).fill(dice.below(40)), 3);
    taken += nonces.length;
    for (const nonce of nonces) given.add(hexFromBytes(nonce));
  }
  expect(given.size).toBe(taken);
});

test("tabs with one and the same extraNonce1 begin apart", () => {
  const extraNonce1 = new Uint8Array(24);
  const given = new Set<string>();
  for (let tab = 0; tab < 200; tab++) {
    for (const nonce of new NoncePlan().take(extraNonce1, 64)) given.add(hexFromBytes(nonce));
  }
  expect(given.size).toBe(200 * 64);
});
