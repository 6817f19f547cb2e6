import { setImmediate as macrotask } from "node:timers/promises";
import { expect, test } from "vitest";
import { SLICE_MS } from "../src/duty-cycle.js";
import { type MinerCore, Progress, type RunOutcome } from "../src/miner-core.js";
import { type LoopHost, SolverLoop } from "../src/solver-loop.js";
import type { Assignment, FromSolver } from "../src/worker-messages.js";
import type { Rest } from "../src/worker-pauses.js";

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
    expect(maxMs).toBeLessThanOrEqual(SLICE_MS);
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
  get cancelled(): boolean {
    return this.#cancelled;
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

interface Context {
  readonly loop: SolverLoop;
  readonly sent: FromSolver[];
  readonly clock: { now: number };
  /** The rests taken so far, in milliseconds. */
  readonly rests: number[];
  /** The last rest, until it is over. */
  resting: (Rest & { end(): void }) | undefined;
}

/** A loop whose rests take no time of the test's, but pass on its clock; with `held`, only a cut ends one. */
function loopOf(core: MinerCore, { share = 1, held = false, oversleep = (): number => 0 } = {}): Context {
  const sent: FromSolver[] = [];
  const clock = { now: 1000 };
  const rests: number[] = [];
  const host: LoopHost = {
    send: (message) => sent.push(message),
    yieldToMessages: () => macrotask(),
    rest: (ms) => {
      rests.push(ms);
      let resolve = (): void => undefined;
      const over = new Promise<void>((settle) => (resolve = settle));
      context.resting = {
        over,
        cut: resolve,
        end: () => {
          clock.now += ms + oversleep();
          resolve();
        },
      };
      const { resting } = context;
      if (!held)
        void macrotask().then(() => {
          resting.end();
        });
      return resting;
    },
    now: () => clock.now,
  };
  const context: Context = {
    loop: new SolverLoop(core, host, share),
    sent,
    clock,
    rests,
    resting: undefined,
  };
  return context;
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

/** A small generator of numbers from 0 up to 1 that a failing case can be repeated with. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test.each([
  { share: 0.25, seed: 1 },
  { share: 0.5, seed: 2 },
  { share: 0.75, seed: 3 },
  { share: 0.03, seed: 4 },
  { share: 1, seed: 5 },
])(
  "whatever slices and timers take, the solver works $share of the time, to one part in a hundred",
  async ({ share, seed }) => {
    const random = numbersFrom(seed);
    let worked = 0;
    const core = new SlicedCore(3000, () => {
      const ms = random() < 0.01 ? 300 * random() : 30 * random();
      worked += ms;
      context.clock.now += ms;
    });
    const context = loopOf(core, { share, oversleep: () => 20 * random() });
    const begun = context.clock.now;
    await context.loop.take(assignment(1, [7]));
    expect(worked / (context.clock.now - begun) / share).toBeCloseTo(1, 2);
  },
);

test("work and rest take turns within 200 ms", async () => {
  for (const share of [0.05, 0.25, 0.5, 0.75]) {
    const core = new SlicedCore(50);
    const advance = core.advance.bind(core);
    core.advance = (maxMs) => {
      context.clock.now += maxMs;
      return advance(maxMs);
    };
    const context = loopOf(core, { share });
    await context.loop.take(assignment(1, [7]));
    expect(context.rests.length).toBeGreaterThanOrEqual(49);
    for (const ms of context.rests) expect(ms).toBeLessThanOrEqual(200);
  }
});

/** A loop in the middle of a rest that nothing but a cut ends. */
async function restingLoop(slices = 5): Promise<Context & { core: SlicedCore; working: Promise<void> }> {
  const core = new SlicedCore(slices, () => {
    if (!core.cancelled) context.clock.now += SLICE_MS;
  });
  const context = loopOf(core, { share: 0.25, held: true });
  const working = context.loop.take(assignment(1, [7, 8]));
  await expect.poll(() => context.rests).toHaveLength(1);
  return Object.assign(context, { core, working });
}

test("an idle ends a rest at once, and the run with it", async () => {
  const { loop, core, working, sent } = await restingLoop();
  loop.idle(2);
  await working;
  expect(core.log).toEqual(["start 7", "cancelled"]);
  expect(outcomes(sent)).toEqual([]);
});

test("a clean job ends a rest at once; its own run begins, and rests off what the last one left", async () => {
  const context = await restingLoop();
  void context.loop.take(assignment(2, [9]));
  await expect.poll(() => context.core.log).toEqual(["start 7", "cancelled", "start 9"]);
  await expect.poll(() => context.rests).toEqual([3 * SLICE_MS, 3 * SLICE_MS]);
});

test("another throttle ends a rest and counts from now on", async () => {
  const context = await restingLoop();
  context.loop.throttle(1);
  await context.working;
  expect(outcomes(context.sent)).toEqual(["1:7", "1:8"]);
  expect(context.rests).toHaveLength(1);
});

test("a solver that may work a thousandth of the time rests in pieces, with a sign of life after each", async () => {
  const core = new SlicedCore(2, () => {
    context.clock.now += 3;
  });
  const context = loopOf(core, { share: 0.001 });
  await context.loop.take(assignment(1, [7]));
  expect(context.rests.slice(0, 3)).toEqual([1000, 1000, 997]);
  expect(context.sent.filter(({ type }) => type === "alive").length).toBeGreaterThanOrEqual(3);
});

test("a machine that slept through a slice or a rest neither rests nor works it off", async () => {
  const HOUR = 3_600_000;
  for (const sleeps of ["slice", "rest"]) {
    let slept = false;
    const sleep = (where: string): number => {
      if (slept || where !== sleeps) return 0;
      slept = true;
      return HOUR;
    };
    const core = new SlicedCore(1000, () => {
      context.clock.now += SLICE_MS + sleep("slice");
    });
    const context = loopOf(core, { share: 0.5, oversleep: () => sleep("rest") });
    await context.loop.take(assignment(1, [7]));
    expect(context.clock.now - HOUR).toBeGreaterThan(1000 * SLICE_MS);
    expect(context.clock.now - HOUR).toBeLessThan(2000 * SLICE_MS + 3000);
  }
});

test("a warm-up is one whole run that nobody hears of", async () => {
  const core = new SlicedCore(4);
  const { loop, sent } = loopOf(core);
  await loop.warmUp();
  expect(core.log).toEqual(["start 0"]);
  expect(sent.filter(({ type }) => type !== "alive")).toEqual([]);
  await loop.take(assignment(1, [7]));
  expect(core.log).toEqual(["start 0", "start 7"]);
});

test("the first work ends a warm-up at the next slice, clean or not", async () => {
  for (const drop of [true, false]) {
    const core = new SlicedCore(9, (slice) => {
      if (slice === 2 && core.log.length === 1) void loop.take(assignment(1, [7], drop));
    });
    const { loop, sent } = loopOf(core);
    await loop.warmUp();
    expect(core.log).toEqual(["start 0", "cancelled", "start 7"]);
    expect(outcomes(sent)).toEqual(["1:7"]);
  }
});

test("an end ends a warm-up, and after work there is none", async () => {
  const core = new SlicedCore(9, (slice) => {
    if (slice === 2) void loop.end();
  });
  const { loop } = loopOf(core);
  await loop.warmUp();
  await loop.warmUp();
  expect(core.log).toEqual(["start 0", "cancelled"]);
});

test("a warm-up keeps to the throttle", async () => {
  const core = new SlicedCore(4, () => {
    context.clock.now += SLICE_MS;
  });
  const context = loopOf(core, { share: 0.5 });
  await context.loop.warmUp();
  expect(context.rests).toEqual([SLICE_MS, SLICE_MS, SLICE_MS]);
});
