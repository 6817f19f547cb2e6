import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { MinerCore, initSync } from "../wasm/miner-st/aion_pow.js";
import { Progress, type RunOutcome } from "../src/miner-core.js";

const HEADER = new Uint8Array(32).fill(0x5a);
const EVERYTHING = new Uint8Array(32).fill(0xff);

/** The proof-of-work hashes of all solutions under HEADER, as the native solver finds them with its other kernels. */
const KNOWN: readonly (readonly string[])[] = [
  ["8cc33db7ce692043022901c7404d65f3e9f804d71f543970f4e274fa7fcc16f1"],
  [
    "06a1fe21ba1a98ca93db969f4c731694add2a0f29cd2a4a76c8b98f49f6c0dcf",
    "ca8ac2011b8de899b04ea719f582bc5b0f0a8bebc7ac05119d99c5420646e1a3",
  ],
  [],
];

function nonceOf(number: number): Uint8Array {
  const nonce = new Uint8Array(32);
  nonce[0] = number;
  return nonce;
}

function finish(core: MinerCore): RunOutcome {
  let progress: number;
  do progress = core.advance(1000);
  while (progress === Progress.running);
  expect(progress).toBe(Progress.done);
  return JSON.parse(core.outcome()) as RunOutcome;
}

let core: MinerCore;

beforeAll(() => {
  initSync({ module: readFileSync(new URL("../wasm/miner-st/aion_pow_bg.wasm", import.meta.url)) });
  core = new MinerCore(1);
});

test.each(KNOWN.map((hashes, number) => ({ number, hashes })))(
  "nonce $number has the solutions that the native solver finds",
  { timeout: 60_000 },
  ({ number, hashes }) => {
    core.start(HEADER, nonceOf(number), EVERYTHING);
    const outcome = finish(core);
    expect(outcome.dropped).toBe(0);
    expect(outcome.solutions).toBe(hashes.length);
    expect(outcome.shares.map(({ powHash }) => powHash)).toEqual(hashes);
    expect(outcome.roundsMs).toHaveLength(10);
  },
);

/** Starts a run on a clock by which one form of digest is quicker than the others; returns how often it was read. */
function startWithForm(form: number, number: number): number {
  const real = performance.now.bind(performance);
  let reads = 0;
  let time = real();
  performance.now = () => {
    // A lot is timed by two readings, and the three forms take turns.
    const ends = reads % 2 === 1;
    const timed = Math.floor(reads / 2) % 3;
    reads++;
    if (ends) time += timed === form ? 0.5 : 1;
    return time;
  };
  try {
    core.start(HEADER, nonceOf(number), EVERYTHING);
  } finally {
    performance.now = real;
  }
  return reads;
}

test.each([
  { name: "one at a time", form: 0 },
  { name: "two in vector lanes", form: 1 },
  { name: "three at once", form: 2 },
])("digests made $name give the solutions that the native solver finds", { timeout: 60_000 }, ({ form }) => {
  // Eight turns of three forms, two readings each: the trial sees this clock alone.
  expect(startWithForm(form, 1)).toBe(48);
  expect(finish(core).shares.map(({ powHash }) => powHash)).toEqual(KNOWN[1]);
});

test("only solutions strictly below the target are shares", { timeout: 60_000 }, () => {
  const [low, high] = (KNOWN[1] ?? []).map((hash) => Uint8Array.from(Buffer.from(hash, "hex")));
  if (low === undefined || high === undefined) throw new Error("nonce 1 has two solutions");
  for (const [target, shares] of [
    [high, 1],
    [low, 0],
  ] as const) {
    core.start(HEADER, nonceOf(1), target);
    const outcome = finish(core);
    expect(outcome.solutions).toBe(2);
    expect(outcome.shares).toHaveLength(shares);
  }
});

test("a cancelled run says so, and its memory stays what it was", () => {
  const before = core.memoryBytes();
  core.start(HEADER, nonceOf(0), EVERYTHING);
  expect(core.advance(1)).toBe(Progress.running);
  core.cancel();
  expect(core.advance(1000)).toBe(Progress.cancelled);
  expect(core.memoryBytes()).toBe(before);
});

test.each([
  { name: "mine hash", sizes: [31, 32, 32] },
  { name: "nonce", sizes: [32, 0, 32] },
  { name: "target", sizes: [32, 32, 33] },
])("a $name of a wrong size is refused by name and size", ({ name, sizes }) => {
  const [header = 0, nonce = 0, target = 0] = sizes;
  const wrong = sizes.find((size) => size !== 32);
  expect(() => {
    core.start(new Uint8Array(header), new Uint8Array(nonce), new Uint8Array(target));
  }).toThrow(`the ${name} has ${wrong ?? ""} bytes, and must have 32`);
});

test("threads that a build without them cannot have are refused", () => {
  expect(() => new MinerCore(2)).toThrow("2 threads: this solver takes 1 to 1");
});
