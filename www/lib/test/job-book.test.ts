import { expect, test } from "vitest";
import { type Job, JobBook } from "../src/job-book.js";

const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const [NETWORK, SHARE, OTHER] = [bytes(1), bytes(2), bytes(3)];
const work = (id: number, clean = true) => ({
  id: id.toString(16),
  headerHash: bytes(9),
  target: NETWORK,
  clean,
});

const sequences = new WeakMap<JobBook, number>();
/** Enters a job under the next number of that book, from 1. */
function enter(book: JobBook, job: ReturnType<typeof work>): Job {
  return book.enter(job, () => {
    const sequence = (sequences.get(book) ?? 0) + 1;
    sequences.set(book, sequence);
    return sequence;
  });
}

test("in the MiningCore dialect a set_target stays in force over the network targets of later jobs", () => {
  const book = new JobBook("mining-core", new Uint8Array(2));
  expect(enter(book, work(1)).target).toBe(NETWORK);
  expect(book.retarget(SHARE, true)?.target).toBe(SHARE);
  expect(enter(book, work(2)).target).toBe(SHARE);
  expect(book.retarget(OTHER, false)?.target).toBe(OTHER);
  expect(enter(book, work(3)).target).toBe(OTHER);
});

test("in the solo dialect the target in a job counts, whatever set_difficulty said before it", () => {
  const book = new JobBook("solo", new Uint8Array(8));
  expect(book.retarget(OTHER, false)).toBeUndefined();
  expect(enter(book, work(1)).target).toBe(NETWORK);
  expect(book.retarget(SHARE, false)?.target).toBe(SHARE);
  expect(enter(book, work(2)).target).toBe(NETWORK);
});

test("a server that ever says set_target means it, in either dialect", () => {
  const book = new JobBook("solo", new Uint8Array(8));
  book.retarget(SHARE, true);
  expect(enter(book, work(1)).target).toBe(SHARE);
});

test("a target changes the newest job only; a job that still runs keeps its own", () => {
  const book = new JobBook("mining-core", new Uint8Array(2));
  enter(book, work(1));
  book.retarget(SHARE, true);
  enter(book, work(2, false));
  book.retarget(OTHER, true);
  expect(book.live(1)?.target).toBe(SHARE);
  expect(book.live(2)?.target).toBe(OTHER);
});

test("a clean job ends all others, and a pool that is never clean keeps 32", () => {
  const book = new JobBook("solo", new Uint8Array(8));
  for (let sequence = 1; sequence <= 40; sequence++) enter(book, work(sequence, false));
  expect(book.live(8)).toBeUndefined();
  expect(book.live(9)).toBeDefined();
  enter(book, work(41));
  expect(book.live(40)).toBeUndefined();
  expect(book.live(41)).toBeDefined();
});

test("the current job sent again is the same job, and a clean one all the same ends the others", () => {
  const book = new JobBook("mining-core", new Uint8Array(2));
  const first = enter(book, work(1, false));
  const second = enter(book, work(2, false));
  book.retarget(SHARE, true);
  const again = enter(book, work(2));
  expect(again.sequence).toBe(second.sequence);
  expect(again.target).toBe(SHARE);
  expect(book.live(first.sequence)).toBeUndefined();
  expect(book.live(second.sequence)).toBe(again);
});

test.each([
  ["another name", { id: "9" }],
  ["another header", { headerHash: bytes(8) }],
  ["another target", { target: OTHER }],
])("a job with %s is another job", (_, change) => {
  const book = new JobBook("solo", new Uint8Array(8));
  const first = enter(book, work(1));
  expect(enter(book, { ...work(1), ...change }).sequence).toBe(first.sequence + 1);
});

test("the same job under a new extraNonce1 is another job", () => {
  const book = new JobBook("solo", new Uint8Array(8));
  const first = enter(book, work(1));
  book.setExtraNonce1(new Uint8Array(4));
  const second = enter(book, work(1, false));
  expect(second.sequence).toBe(first.sequence + 1);
  expect(book.live(first.sequence)?.extraNonce1).toHaveLength(8);
  expect(second.extraNonce1).toHaveLength(4);
});
