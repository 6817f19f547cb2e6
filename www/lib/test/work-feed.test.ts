import { expect, test } from "vitest";
import type { Job } from "../src/job-book.js";
import { NoncePlan } from "../src/nonce-plan.js";
import type { Assignment } from "../src/worker-messages.js";
import { type Feed, WorkFeed } from "../src/work-feed.js";

const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const job = (sequence: number, change: Partial<Job> = {}): Job => ({
  sequence,
  id: sequence.toString(16),
  headerHash: bytes(sequence),
  target: bytes(0x10),
  clean: true,
  extraNonce1: new Uint8Array(8),
  ...change,
});
const feedOf = (): WorkFeed => new WorkFeed(new NoncePlan((count) => new Uint8Array(count)));

function workOf(feed: Feed | undefined): Assignment {
  if (feed === undefined || !("work" in feed)) throw new Error("there should be work");
  return feed.work;
}

test("a clean job begins a new generation; another goes on with the same", () => {
  const feed = feedOf();
  const first = workOf(feed.job(job(1)));
  const second = workOf(feed.job(job(2, { clean: false })));
  const third = workOf(feed.job(job(3)));
  expect([first, second, third].map(({ drop }) => drop)).toEqual([true, false, true]);
  expect(second.generation).toBe(first.generation);
  expect(third.generation).toBeGreaterThan(second.generation);
  expect(feed.isCurrent(second.generation)).toBe(false);
});

test("the first job after a lost connection drops, clean or not", () => {
  const feed = feedOf();
  feed.job(job(1));
  feed.clear();
  expect(workOf(feed.job(job(2, { clean: false }))).drop).toBe(true);
});

test("more of the same is other nonces of the same generation; a stale request gets nothing", () => {
  const feed = feedOf();
  const first = workOf(feed.job(job(1)));
  const more = feed.more(first.generation);
  expect(more?.drop).toBe(false);
  const nonces = [...first.nonces, ...(more?.nonces ?? [])].map((nonce) => nonce.join());
  expect(new Set(nonces).size).toBe(nonces.length);
  expect(feed.more(first.generation - 1)).toBeUndefined();
  expect(feed.more(feed.clear())).toBeUndefined();
});

test("an easier target needs a new run, a harder or equal one does not", () => {
  const feed = feedOf();
  const first = workOf(feed.job(job(1)));
  expect(feed.retarget(job(1, { target: bytes(0x0f) }))).toBeUndefined();
  expect(feed.retarget(job(1, { target: bytes(0x0f) }))).toBeUndefined();
  const eased = workOf(feed.retarget(job(1, { target: bytes(0x20) })));
  expect(eased.drop).toBe(true);
  expect(eased.generation).toBeGreaterThan(first.generation);
  expect(eased.target).toEqual(bytes(0x20));
});

test("a nonce space of one byte ends: the last nonce is known as such, and a job for it is exhausted", () => {
  const feed = feedOf();
  const narrow = { extraNonce1: new Uint8Array(31) };
  let work: Assignment | undefined = workOf(feed.job(job(1, narrow)));
  const { generation } = work;
  let last = new Uint8Array(32);
  let given = 0;
  while (work !== undefined) {
    given += work.nonces.length;
    last = new Uint8Array(work.nonces.at(-1) ?? last);
    expect(feed.isLast(work.nonces[0] ?? last)).toBe(false);
    work = feed.more(generation);
  }
  expect(given).toBe(256);
  expect(feed.isLast(last)).toBe(true);
  expect(feed.job(job(2, narrow))).toHaveProperty("exhausted", true);
  expect(workOf(feed.job(job(3))).nonces).toHaveLength(4);
});
