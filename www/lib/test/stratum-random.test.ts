import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TRANSITIONS } from "../src/connection-state.js";
import { parseServerLine } from "../src/server-message.js";
import { StratumError } from "../src/stratum-error.js";
import { Dice } from "./dice.js";
import { HandSocket, HandSocketClass } from "./hand-socket.js";
import { idleClientFor, type Log, notify, SOLUTION, SUBSCRIBED, YES } from "./stratum-fixture.js";

const SEEDS = Array.from({ length: 30 }, (_, seed) => seed + 1);
const POOLS = ["one", "two", "three"].map((name) => `wss://host.example/pool/${name}`);
const STEPS = 2000;

beforeEach(() => {
  HandSocket.all.length = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A line as a pool may send it, to a client that has sent `requests` requests. */
function line(dice: Dice, requests: number): string {
  const id = dice.below(requests + 2);
  return dice.pick(
    `{"id":${id},${SUBSCRIBED}}`,
    `{"id":${id},"result":[["mining.notify","0HLD7","AionStratum/1.0.0"],"be10"],"error":null}`,
    `{"id":${id},${YES}}`,
    `{"id":${id},${YES}}`,
    `{"id":${id},"result":null,"error":[21,"job not found"]}`,
    `{"result":false,"error":{"code":23,"message":"low difficulty share (4)","data":null},"id":${id}}`,
    `{"id":null,"result":null,"error":[20,"?",null]}`,
    notify(dice.below(20).toString(16), { clean: String(dice.below(2) === 0) }),
    notify(dice.below(20).toString(16)),
    `{"jsonrpc":"2.0","method":"mining.set_target","params":["${dice.below(256).toString(16).padStart(64, "0")}"]}`,
    `{"jsonrpc":"2.0","method":"mining.set_difficulty","params":[${dice.below(1000)}.5]}`,
    `{"id":null,"method":"mining.set_extranonce","params":["${"ab".repeat(dice.below(34))}"]}`,
    `{"id":null,"method":"client.reconnect","params":${dice.pick("[]", `["/pool/two"]`, `["evil.example",1]`, `["evil.example"]`)}}`,
    `{"id":null,"method":"client.show_message","params":["hello"]}`,
  );
}

/** The same with a few characters changed, left out or put in. */
function damaged(dice: Dice, text: string): string {
  let changed = text;
  for (let n = 1 + dice.below(3); n > 0; n--) {
    const at = dice.below(changed.length + 1);
    const put = dice.pick("", "{", "}", "[", "]", `"`, ",", ":", "0", "-", "e9", "null", "\\u0000", "é");
    changed = changed.slice(0, at) + put + changed.slice(at + dice.below(4));
  }
  return changed;
}

test.each(SEEDS)(
  "a damaged line is understood, or is an error by name that quotes a part of it (seed %d)",
  (seed) => {
    const dice = new Dice(seed);
    for (let n = 0; n < 2000; n++) {
      const text = damaged(dice, line(dice, 5));
      try {
        parseServerLine(text);
      } catch (error) {
        if (!(error instanceof StratumError)) throw error;
        expect(error.message.length).toBeLessThan(700);
      }
    }
  },
);

/** A submit of one of the newest jobs, for one of few nonces; resolves with what became of it. */
async function submit(dice: Dice, log: Log): Promise<string> {
  const jobs = log.all("job").slice(-3);
  const job = jobs[dice.below(jobs.length)];
  if (job === undefined) return "not-ready";
  const extraNonce2 = new Uint8Array(32 - job.extraNonce1.length).fill(dice.below(20));
  try {
    await log.client.submit({ job, extraNonce2, solution: SOLUTION });
    return "answered";
  } catch (error) {
    if (!(error instanceof StratumError)) throw error;
    return error.code;
  }
}

/** What a pool, the network, the clock and a miner do, one thing at random. Most goes well, or nothing would come of it. */
function act(dice: Dice, log: Log, submits: Promise<string>[]): void {
  const open = HandSocket.all.filter(({ closed }) => !closed);
  const socket = open[dice.below(Math.max(1, open.length))];
  const what = dice.below(60);
  if (what === 0) socket?.hangsUp(dice.pick(1006, 1001, 4002, 4003));
  else if (what === 1) socket?.says(damaged(dice, line(dice, socket.sent.length)));
  else if (what === 2) vi.advanceTimersByTime(dice.pick(16_000, 70_000, 130_000));
  else if (what < 10) vi.advanceTimersByTime(dice.pick(1, 100, 2_000));
  else if (what < 20) submits.push(submit(dice, log));
  else if (what < 30) socket?.says(line(dice, socket.sent.length));
  else if (socket?.sent.length === 0) socket.opens();
  else if (socket?.sent.length === 1) socket.says(`{"id":1,${SUBSCRIBED}}`);
  else socket?.says(`{"id":${socket.sent.length},${YES}}`, notify(dice.below(200).toString(16)));
}

/** Every step from one state to another that was made in any of the tests below. */
const seen = new Set<string>();

test.each(SEEDS)("whatever comes in whatever order, a client keeps to its rules (seed %d)", async (seed) => {
  const dice = new Dice(seed);
  const log = idleClientFor(POOLS, {
    WebSocket: HandSocketClass,
    random: () => dice.below(1000) / 1000,
    returnAfter: 20_000,
  });
  const { client } = log;
  client.addEventListener("job", () => {
    expect(client.state).toBe("ready");
  });
  const submits: Promise<string>[] = [];
  client.start();
  for (let step = 0; step < STEPS && client.state !== "stopped"; step++) act(dice, log, submits);
  client.stop();

  for (const { state, previous } of log.all("state")) {
    expect(Object.values(TRANSITIONS[previous])).toContain(state);
    seen.add(`${previous} to ${state}`);
  }
  expect(vi.getTimerCount()).toBe(0);
  expect(HandSocket.all.filter(({ closed }) => !closed)).toEqual([]);

  // Every submit has come to an end, and none was sent twice.
  const ends = await Promise.all(submits);
  const unsent = ["not-ready", "stale-job", "duplicate-share", "bad-share"];
  const sent = HandSocket.all.flatMap((socket) =>
    socket.sent.filter((text) => text.includes("mining.submit")),
  );
  expect(sent).toHaveLength(ends.filter((end) => !unsent.includes(end)).length);
});

test("in all of that every transition was made but those that end a client, of which each made one", () => {
  const steps = Object.entries(TRANSITIONS).flatMap(([state, inputs]) =>
    Object.values(inputs).map((next) => `${state} to ${next}`),
  );
  const going = new Set(steps.filter((step) => !step.endsWith("to stopped")));
  expect([...going].filter((step) => !seen.has(step))).toEqual([]);
});
