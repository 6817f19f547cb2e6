import { setImmediate as macrotask } from "node:timers/promises";
import { expect, test } from "vitest";
import { type MinerCore, Progress, type RunOutcome } from "../src/miner-core.js";
import { type LoopHost, SLICE_MS, SolverLoop } from "../src/solver-loop.js";
import type { Assignment, FromSolver } from "../src/worker-messages.js";

const OUTCOME: RunOutcome = { solutions: 2, dropped: 0, ms: 5, roundsMs: [], shares: [] };

/** A core whose runs take a given number of slices. */
class SlicedCore implements MinerCore {
  readonly log: string[] = [];
  #left = 0;
  #cancelled = false;
  constructor(
    readonly slices: number,
    readonly duringSlice: (slice: number) => void = () => undefined,
  ) {}
  start(_header: Uint8Array, nonce: Uint8Array): void {
    this.#left = this.slices;
    this.#cancelled = false;
    this.log.push(`start ${nonce[0] ?? -1}`);
  }
  advance(maxMs: number): number {
    expect(maxMs).toBe(SLICE_MS);
    this.duringSlice(this.slices - this.#left);
    if (this.#cancelled) {
      this.log.push("cancelled");
      return Progress.cancelled;
    }
    return --this.#left > 0 ? Progress.running : Progress.done;
  }
  cancel(): void {
    this.#cancelled = true;
  }
  outcome(): string {
    return JSON.stringify(OUTCOME);
  }
  memoryBytes(): number {
    return 42;
  }
  free(): void {
    return;
  }
}

function loopOf(core: MinerCore): { loop: SolverLoop; sent: FromSolver[]; clock: { now: number } } {
  const sent: FromSolver[] = [];
  const clock = { now: 1000 };
  const host: LoopHost = {
    send: (message) => sent.push(message),
    yieldToMessages: () => macrotask(),
    now: () => clock.now,
  };
  return { loop: new SolverLoop(core, host), sent, clock };
}

function assignment(generation: number, nonces: number[], drop = true): Assignment {
  const bytes = new Uint8Array(32);
  const list = nonces.map((first) => new Uint8Array(32).fill(first, 0, 1));
  return { generation, sequence: generation, headerHash: bytes, target: bytes, nonces: list, drop };
}

const outcomes = (sent: FromSolver[]): string[] =>
  sent.flatMap((message) =>
    message.type === "outcome" ? [`${message.generation}:${message.nonce[0] ?? -1}`] : [],
  );

test("the nonces of an assignment run one after the other, and the last one asks for more", async () => {
  const core = new SlicedCore(3);
  const { loop, sent } = loopOf(core);
  await loop.take(assignment(1, [7, 8]));
  expect(core.log).toEqual(["start 7", "start 8"]);
  expect(outcomes(sent)).toEqual(["1:7", "1:8"]);
  expect(sent.filter(({ type }) => type === "low")).toEqual([{ type: "low", generation: 1 }]);
  expect(sent.find(({ type }) => type === "outcome")).toMatchObject({
    outcome: OUTCOME,
    memoryBytes: 42,
    sequence: 1,
  });
});

test("a clean job cancels the run at the next slice, and nothing of it is reported", async () => {
  const core = new SlicedCore(5, (slice) => {
    if (slice === 2 && core.log.length === 1) void loop.take(assignment(2, [9]));
  });
  const { loop, sent } = loopOf(core);
  await loop.take(assignment(1, [7, 8]));
  expect(core.log).toEqual(["start 7", "cancelled", "start 9"]);
  expect(outcomes(sent)).toEqual(["2:9"]);
});

test("a job that is not clean lets the run finish and takes the place of what had not begun", async () => {
  const core = new SlicedCore(3, (slice) => {
    if (slice === 1 && core.log.length === 1) void loop.take(assignment(1, [9], false));
  });
  const { loop, sent } = loopOf(core);
  await loop.take(assignment(1, [7, 8]));
  expect(core.log).toEqual(["start 7", "start 9"]);
  expect(outcomes(sent)).toEqual(["1:7", "1:9"]);
});

test("idle cancels, and work can begin again", async () => {
  const core = new SlicedCore(3, (slice) => {
    if (slice === 1 && core.log.length === 1) loop.idle(2);
  });
  const { loop, sent } = loopOf(core);
  await loop.take(assignment(1, [7, 8]));
  expect(core.log).toEqual(["start 7", "cancelled"]);
  await loop.take(assignment(3, [9]));
  expect(outcomes(sent)).toEqual(["3:9"]);
});

test("a run that finishes in the very slice in which its job was dropped is not reported", async () => {
  const core = new SlicedCore(1);
  core.cancel = () => undefined;
  const { loop, sent } = loopOf(core);
  const working = loop.take(assignment(1, [7]));
  loop.idle(2);
  await working;
  expect(outcomes(sent)).toEqual([]);
});

test("an end waits until the core rests, and no work follows it", async () => {
  let ended: Promise<void> | undefined;
  const core = new SlicedCore(5, (slice) => {
    if (slice === 1) ended = loop.end();
  });
  const { loop } = loopOf(core);
  const working = loop.take(assignment(1, [7, 8]));
  await working;
  await ended;
  await loop.take(assignment(2, [9]));
  expect(core.log).toEqual(["start 7", "cancelled"]);
  await loop.end();
});

test("work and idle of an earlier generation are stale", async () => {
  const core = new SlicedCore(1);
  const { loop, sent } = loopOf(core);
  loop.idle(5);
  await loop.take(assignment(4, [7]));
  await loop.take(assignment(5, [8]));
  loop.idle(4);
  expect(outcomes(sent)).toEqual(["5:8"]);
});

test.each(["start", "advance", "outcome"] as const)(
  "a trap in %s is reported once, and nothing is started after it",
  async (where) => {
    const core = new SlicedCore(2);
    core[where] = () => {
      throw new WebAssembly.RuntimeError("unreachable");
    };
    const { loop, sent } = loopOf(core);
    await loop.take(assignment(1, [7, 8]));
    await loop.take(assignment(2, [9]));
    const failures = sent.filter(({ type }) => type === "failed");
    expect(failures).toEqual([{ type: "failed", code: "solver-trapped", message: "unreachable" }]);
    expect(outcomes(sent)).toEqual([]);
  },
);

test("signs of life come at every slice, but no oftener than four a second", async () => {
  const core = new SlicedCore(20, () => {
    context.clock.now += 50;
  });
  const context = loopOf(core);
  await context.loop.take(assignment(1, [7]));
  expect(context.sent.filter(({ type }) => type === "alive")).toHaveLength(4);
});
