import { setImmediate as macrotask } from "node:timers/promises";
import { expect, test } from "vitest";
import type { GpuCore, NonceOutcome } from "../src/gpu-core.js";
import { GpuLoop } from "../src/gpu-loop.js";
import type { Assignment, FromSolver } from "../src/worker-messages.js";
import type { Rest } from "../src/worker-pauses.js";

/** A device whose batches come back when the test says so. */
class HandCore implements GpuCore {
  /** First bytes of the nonces of each batch that was submitted. */
  readonly batches: number[][] = [];
  readonly #waiting: ((outcome: string | Error) => void)[] = [];
  /** `withDevice`: so many batches are with the device, and those behind them can still be given up. */
  constructor(
    readonly nonces = 2,
    readonly withDevice = 2,
  ) {}
  adapter(): string {
    return "{}";
  }
  batchNonces(): number {
    return this.nonces;
  }
  submit(_header: Uint8Array, nonces: Uint8Array): Promise<string> {
    const firsts = [...nonces].filter((_, at) => at % 32 === 0);
    if (this.#waiting.length === 2) throw new Error("two batches are in flight already");
    this.batches.push(firsts);
    return new Promise((resolve, reject) => {
      this.#waiting.push((outcome) => {
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      });
    });
  }
  /** The oldest batch comes back, each nonce with as many solutions as its first byte says. */
  async comeBack(): Promise<void> {
    const firsts = this.batches[this.batches.length - this.#waiting.length] ?? [];
    const outcomes: NonceOutcome[] = firsts.map((first) => ({ solutions: first, dropped: 0, shares: [] }));
    this.#waiting.shift()?.(JSON.stringify(outcomes));
    await macrotask();
  }
  abandon(): void {
    for (const giveUp of this.#waiting.splice(this.withDevice))
      giveUp(Object.assign(new Error("the batch was abandoned"), { name: "abandoned" }));
  }
  async fail(words: string): Promise<void> {
    this.#waiting.shift()?.(new Error(words));
    await macrotask();
  }
}

interface Context {
  readonly core: HandCore;
  readonly loop: GpuLoop;
  readonly sent: FromSolver[];
  readonly clock: { now: number };
  readonly rests: number[];
}

function contextOf(core: HandCore, share = 1): Context {
  const sent: FromSolver[] = [];
  const clock = { now: 0 };
  const rests: number[] = [];
  const rest = (ms: number): Rest => {
    rests.push(ms);
    clock.now += ms;
    return { over: Promise.resolve(), cut: () => undefined };
  };
  const host = { send: (message: FromSolver) => sent.push(message), rest, now: () => clock.now };
  return { core, loop: new GpuLoop(core, 99, host, share), sent, clock, rests };
}

function assignment(generation: number, firsts: number[], drop = false): Assignment {
  const nonces = firsts.map((first) => new Uint8Array(32).fill(0).fill(first, 0, 1));
  const [headerHash, target] = [new Uint8Array(32), new Uint8Array(32)];
  return { generation, sequence: 7, headerHash, target, nonces, drop };
}

const found = (sent: FromSolver[]): number[] =>
  sent.flatMap((message) => (message.type === "outcome" ? [message.outcome.solutions] : []));

test("two batches are in flight, and the next is asked for when the last nonce is submitted", async () => {
  const { core, loop, sent } = contextOf(new HandCore());
  const done = loop.take(assignment(1, [1, 2, 3, 4, 5]));
  await macrotask();
  expect(core.batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(sent).toEqual([]);
  await core.comeBack();
  expect(core.batches).toHaveLength(3);
  expect(sent.map(({ type }) => type)).toEqual(["outcome", "outcome", "low"]);
  // While two are in flight, more of the same work waits; a place that is free it takes at once.
  void loop.take(assignment(1, [6, 7, 8]));
  expect(core.batches).toHaveLength(3);
  await core.comeBack();
  expect(core.batches.at(-1)).toEqual([6, 7]);
  await core.comeBack();
  await core.comeBack();
  void loop.take(assignment(1, [9]));
  expect(core.batches.at(-1)).toEqual([9]);
  await core.comeBack();
  await core.comeBack();
  await done;
  expect(found(sent)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(sent.find(({ type }) => type === "outcome")).toMatchObject({
    generation: 1,
    sequence: 7,
    memoryBytes: 99,
  });
});

test("a new job abandons what is left of the old one, and what was in flight is not reported", async () => {
  const { core, loop, sent } = contextOf(new HandCore());
  void loop.take(assignment(1, [1, 2, 3, 4, 5, 6, 7, 8]));
  await macrotask();
  void loop.take(assignment(2, [20], true));
  for (let i = 0; i < 3; i++) await core.comeBack();
  expect(core.batches).toEqual([[1, 2], [3, 4], [20]]);
  expect(found(sent)).toEqual([20]);
  void loop.take(assignment(1, [9]));
  await macrotask();
  expect(core.batches).toHaveLength(3);
});

test("of batches that are given up nothing is heard, and the new job's first takes their place", async () => {
  const { core, loop, sent } = contextOf(new HandCore(2, 1));
  const done = loop.take(assignment(1, [1, 2, 3, 4, 5, 6]));
  await macrotask();
  void loop.take(assignment(2, [20, 21], true));
  await core.comeBack();
  await macrotask();
  expect(core.batches.at(-1)).toEqual([20, 21]);
  await core.comeBack();
  await done;
  expect(found(sent)).toEqual([20, 21]);
  expect(sent.filter(({ type }) => type === "failed")).toEqual([]);
});

test("a new job that drops nothing lets what is in flight come back", async () => {
  const { core, loop, sent } = contextOf(new HandCore(2, 0));
  void loop.take(assignment(1, [1, 2, 3, 4]));
  await macrotask();
  void loop.take(assignment(1, [20]));
  for (let i = 0; i < 3; i++) await core.comeBack();
  expect(found(sent)).toEqual([1, 2, 3, 4, 20]);
});

test("without work the device rests, and the end waits for what is in flight", async () => {
  const { core, loop, sent } = contextOf(new HandCore());
  void loop.take(assignment(1, [1, 2, 3, 4, 5, 6]));
  await macrotask();
  let ended = false;
  const end = loop.end().then(() => (ended = true));
  await macrotask();
  expect(ended).toBe(false);
  await core.comeBack();
  await core.comeBack();
  await end;
  expect(core.batches).toHaveLength(2);
  expect(found(sent)).toEqual([]);
});

test("a throttled device has one batch at a time and rests for as long as it is told", async () => {
  const context = contextOf(new HandCore(), 0.5);
  const { core, loop, clock, rests } = context;
  void loop.take(assignment(1, [1, 2, 3, 4]));
  await macrotask();
  expect(core.batches).toHaveLength(1);
  clock.now += 80;
  await core.comeBack();
  expect(core.batches).toHaveLength(2);
  expect(rests.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(80);
});

test("a device that fails is told once, and nothing more is submitted", async () => {
  const { core, loop, sent } = contextOf(new HandCore());
  const done = loop.take(assignment(1, [1, 2, 3, 4, 5]));
  await macrotask();
  await core.fail("the GPU was lost");
  await done;
  expect(sent).toEqual([{ type: "failed", code: "gpu-failed", message: "the GPU was lost" }]);
  await loop.take(assignment(2, [1]));
  expect(core.batches).toHaveLength(2);
});
