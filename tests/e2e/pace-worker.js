/* global WebAssembly, URL, addEventListener, location, performance, postMessage */
// A worker like the solver's own, around the same loop and core, that measures itself. Its address says what:
// ?task=NAME&threads=N, and what else the task takes.
import { loadCore } from "/www/lib/dist/load-core.js";
import { SolverLoop } from "/www/lib/dist/solver-loop.js";
import { rest, yieldToMessages } from "/www/lib/dist/worker-pauses.js";

const asked = Object.fromEntries(new URL(location.href).searchParams);
const threads = Number(asked.threads);
const now = () => performance.now();
const header = new Uint8Array(32).fill(0x5a);
const everything = new Uint8Array(32).fill(0xff);
let lastNonce = 0;

function nextNonce() {
  const nonce = new Uint8Array(32);
  new DataView(nonce.buffer).setUint32(0, lastNonce++, true);
  return nonce;
}

/** One run in slices of that length, as the loop makes it; resolves with the milliseconds it took. */
async function solve(core, sliceMs = 12) {
  const from = now();
  core.start(header, nextNonce(), everything);
  do await yieldToMessages();
  while (core.advance(sliceMs) === 0);
  core.outcome();
  return now() - from;
}

/** The core, with the time spent in it booked. */
function booked(core) {
  const book = { busyMs: 0 };
  const advance = core.advance.bind(core);
  core.advance = (maxMs) => {
    const from = now();
    const progress = advance(maxMs);
    book.busyMs += now() - from;
    return progress;
  };
  return book;
}

/** A loop that never runs out of work once it was given some. */
function busyLoop(core, share) {
  let generation = 1;
  const work = (drop) => ({
    generation,
    sequence: generation,
    headerHash: header,
    target: everything,
    nonces: [nextNonce(), nextNonce()],
    drop,
  });
  const failures = [];
  const send = (message) => {
    if (message.type === "low" && message.generation === generation) void loop.take(work(false));
    if (message.type === "failed") failures.push(message.message);
  };
  const loop = new SolverLoop(core, { send, yieldToMessages, rest, now }, share);
  return {
    loop,
    failures,
    begin: () => loop.take(work(true)),
    drop: () => loop.idle(++generation),
  };
}

const TASKS = {
  /** The share of `seconds` that the solver was at work, at a throttle of `share`. */
  async throttle(core) {
    const seconds = Number(asked.seconds);
    const book = booked(core);
    const { begin, failures, loop } = busyLoop(core, Number(asked.share));
    void begin();
    await rest(1000).over;
    const [from, busyBefore] = [now(), book.busyMs];
    await rest(1000 * seconds).over;
    const share = (book.busyMs - busyBefore) / (now() - from);
    await loop.end();
    return { share, failures };
  },

  /** Milliseconds from when the page says to drop the work until the core is at rest, at so many moments. */
  async cancel(core) {
    const { begin, drop, failures } = busyLoop(core, Number(asked.share));
    const latencies = [];
    for (let i = 0; i < Number(asked.times); i++) {
      const working = begin();
      const told = new Promise((resolve) =>
        addEventListener("message", ({ data }) => resolve((drop(), data)), { once: true }),
      );
      postMessage({ dropAfterMs: 20 + ((i * 37) % 500) });
      const at = await told;
      await working;
      latencies.push(performance.timeOrigin + now() - at);
    }
    return { latencies, failures };
  },

  /** The first run, with a whole warm-up before it or without, and five more. */
  async first(core) {
    if (asked.warm === "true") await busyLoop(core, 1).loop.warmUp();
    const first = await solve(core);
    const steady = [];
    for (let i = 0; i < 6; i++) steady.push(await solve(core));
    return { first, steady };
  },

  /** Runs in long slices and in short ones, by turns. */
  async slices(core) {
    for (let i = 0; i < 3; i++) await solve(core);
    const times = { short: [], long: [] };
    for (let i = 0; i < Number(asked.times); i++) {
      times.long.push(await solve(core, 40));
      times.short.push(await solve(core, 12));
    }
    return times;
  },

  /** The linear memory after the first run, and after so many more. */
  async memory(core) {
    await solve(core, 1000);
    const first = core.memoryBytes();
    for (let i = 0; i < Number(asked.times); i++) await solve(core, 1000);
    return { first, last: core.memoryBytes() };
  },
};

/** Takes address space, a memory at a time, until the browser refuses one; the memories stay nearly empty. */
function exhaustMemory() {
  const taken = [];
  for (let i = 0; i < 2000; i++) {
    try {
      taken.push(
        new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: asked.backend === "threads" }),
      );
    } catch {
      return taken;
    }
  }
  throw new Error(`the browser gave ${taken.length} memories, and more`);
}

async function refusal() {
  const taken = exhaustMemory();
  try {
    await loadCore(asked.backend, threads, null);
    return { error: null, memories: taken.length };
  } catch ({ name, code, message }) {
    return { error: { name, code, message }, memories: taken.length };
  }
}

postMessage(
  asked.task === "refusal"
    ? await refusal()
    : await TASKS[asked.task](await loadCore(threads > 1 ? "threads" : "single", threads, null)),
);
