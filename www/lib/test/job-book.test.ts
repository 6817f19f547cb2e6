import { expect, test } from "vitest";
import { JobBook } from "../src/job-book.js";

const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const [NETWORK, SHARE, OTHER] = [bytes(1), bytes(2), bytes(3)];
const work = (sequence: number, clean = true) => ({
  sequence,
  id: sequence.toString(16),
  headerHash: bytes(9),
  target: NETWORK,
  clean,
});

test("in the MiningCore dialect a set_target stays in force over the network targets of later jobs", () => {
  const book = new JobBook("mining-core", new Uint8Array(2));
  expect(book.enter(work(1)).target).toBe(NETWORK);
  expect(book.retarget(SHARE, true)?.target).toBe(SHARE);
  expect(book.enter(work(2)).target).toBe(SHARE);
  expect(book.retarget(OTHER, false)?.target).toBe(OTHER);
  expect(book.enter(work(3)).target).toBe(OTHER);
});

test("in the solo dialect the target in a job counts, whatever set_difficulty said before it", () => {
  const book = new JobBook("solo", new Uint8Array(8));
  expect(book.retarget(OTHER, false)).toBeUndefined();
  expect(book.enter(work(1)).target).toBe(NETWORK);
  expect(book.retarget(SHARE, false)?.target).toBe(SHARE);
  expect(book.enter(work(2)).target).toBe(NETWORK);
});

test("a server that ever says set_target means it, in either dialect", () => {
  const book = new JobBook("solo", new Uint8Array(8));
  book.retarget(SHARE, true);
  expect(book.enter(work(1)).target).toBe(SHARE);
});

test("a target changes the newest job only; a job that still runs keeps its own", () => {
  const book = new JobBook("mining-core", new Uint8Array(2));
  book.enter(work(1));
  book.retarget(SHARE, true);
  book.enter(work(2, false));
  book.retarget(OTHER, true);
  expect(book.live(1)?.target).toBe(SHARE);
  expect(book.live(2)?.target).toBe(OTHER);
});

test("a clean job ends all others, and a pool that is never clean keeps 32", () => {
  const book = new JobBook("solo", new Uint8Array(8));
  for (let sequence = 1; sequence <= 40; sequence++) book.enter(work(sequence, false));
  expect(book.live(8)).toBeUndefined();
  expect(book.live(9)).toBeDefined();
  book.enter(work(41));
  expect(book.live(40)).toBeUndefined();
  expect(book.live(41)).toBeDefined();
});

test("a nonce can be claimed once a job", () => {
  const book = new JobBook("solo", new Uint8Array(8));
  book.enter(work(1, false));
  book.enter(work(2, false));
  expect([book.claim(1, "aa"), book.claim(1, "aa"), book.claim(2, "aa"), book.claim(3, "aa")]).toEqual([
    true,
    false,
    true,
    false,
  ]);
});
