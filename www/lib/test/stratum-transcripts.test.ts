import { afterEach, expect, test, vi } from "vitest";
import { bytesFromHex } from "../src/hex.js";
import type { Verdict } from "../src/share.js";
import type { StratumOptions } from "../src/stratum-options.js";
import type { Peer } from "./scripted-pool.js";
import { clientFor, type Log, poolOf } from "./stratum-fixture.js";

const ADDRESS = `0xa0${"5c".repeat(31)}`;
const TARGET = "0004".padEnd(64, "0");
const NETWORK_TARGET = "00000fff".padEnd(64, "0");
const HEADER = "faaddba8".repeat(8);
const SOLUTION = "9c".repeat(1408);
const SOLO_TIME = 0x5acfd2a0;
const CORE_TIME = 0x5b4ecdc6;

/** `C` is what the client must send, byte for byte; `S` what the server sends. */
type Transcript = readonly (readonly ["C" | "S", string])[];

const SUBSCRIBE = `{"id":1,"method":"mining.subscribe","params":["aion-web-miner/0.1.0","AionStratum/1.0.0"]}`;

/** The dialogue with a solo pool; each of the two shares has one byte throughout its extraNonce2. */
function solo(first: string, second: string): Transcript {
  const submit = (id: number, byte: string): string =>
    `{"id":${id},"method":"mining.submit","params":["${ADDRESS}","1","000000005acfd2a0","${byte.repeat(24)}","fd8005${SOLUTION}"]}`;
  return [
    ["C", SUBSCRIBE],
    ["S", `{"id":1,"result":[null,"bc4fe05100000000"],"error":null}`],
    ["S", `{"id":null,"method":"mining.notify","params":["1",true,"${TARGET}","${HEADER}"]}`],
    ["C", `{"id":2,"method":"mining.authorize","params":["${ADDRESS}","x"]}`],
    ["S", `{"id":2,"result":true,"error":null}`],
    ["C", submit(3, first)],
    ["S", `{"id":3,"result":true,"error":null}`],
    ["C", submit(4, second)],
    ["S", `{"id":4,"result":null,"error":[22,"duplicate share"]}`],
  ];
}

/** The dialogue with a MiningCore server, the same way. */
function miningCore(first: string, second: string, third: string): Transcript {
  const submit = (id: number, byte: string): string =>
    `{"id":${id},"method":"mining.submit","params":["${ADDRESS}.rig1","0000002a","000000005b4ecdc6","${byte.repeat(30)}","fd8005${SOLUTION}"]}`;
  const rejected = (id: number, code: number, message: string): string =>
    `{"result":false,"error":{"code":${code},"message":"${message}","data":null},"id":${id}}`;
  return [
    ["C", SUBSCRIBE],
    ["S", `{"result":[["mining.notify","0HLD7","AionStratum/1.0.0"],"be10"],"error":null,"id":1}`],
    ["C", `{"id":2,"method":"mining.authorize","params":["${ADDRESS}.rig1","d=512"]}`],
    ["S", `{"result":true,"error":null,"id":2}`],
    [
      "S",
      `{"jsonrpc":"2.0","method":"mining.notify","params":["0000002a",true,"${NETWORK_TARGET}","${HEADER}"]}`,
    ],
    ["S", `{"jsonrpc":"2.0","method":"mining.set_target","params":["${"0080".padEnd(64, "0")}"]}`],
    ["C", submit(3, first)],
    ["S", `{"result":true,"error":null,"id":3}`],
    ["C", submit(4, second)],
    ["S", rejected(4, -1, "stale share")],
    ["C", submit(5, third)],
    ["S", rejected(5, 23, "low difficulty share (512)")],
    ["S", `{"jsonrpc":"2.0","method":"mining.set_difficulty","params":[1024.0]}`],
  ];
}

afterEach(() => {
  vi.useRealTimers();
});

/** Plays the server's side to the end, and fails at the first byte that is another. */
async function play(peer: Peer, transcript: Transcript): Promise<void> {
  for (const [who, line] of transcript) {
    if (who === "S") peer.send(line);
    else expect(await peer.receiveLine()).toBe(line);
  }
}

/** A client, and a pool that plays one transcript after the other, each on a connection of its own. */
async function playing(
  transcripts: readonly Transcript[],
  seconds: number,
  options: Partial<StratumOptions>,
): Promise<{ log: Log; over: () => Promise<void> }> {
  // What is below a second is left out, not rounded.
  vi.useFakeTimers({ toFake: ["Date"], now: 1000 * seconds + 999 });
  const connections: { peer: Peer; played: Promise<void> }[] = [];
  const pool = await poolOf((peer, connection) => {
    const played = play(peer, transcripts[connection] ?? []);
    connections.push({ peer, played });
    return played;
  });
  return {
    log: clientFor(pool.url, options),
    over: async () => {
      const last = connections.at(-1);
      await last?.played;
      last?.peer.hangUp();
    },
  };
}

function submit(log: Log, fill: number): Promise<Verdict> {
  const job = log.all("job").at(-1);
  if (job === undefined) throw new Error("there should be a job");
  const extraNonce2 = new Uint8Array(32 - job.extraNonce1.length).fill(fill);
  return log.client.submit({ job, extraNonce2, solution: SOLUTION });
}

test("the solo dialogue, byte for byte, and again after a reconnect", async () => {
  const { log, over } = await playing([solo("07", "08"), solo("09", "0a")], SOLO_TIME, { worker: ADDRESS });
  for (const fill of [7, 9]) {
    const job = await log.next("job");
    expect(job).toMatchObject({ id: "1", clean: true, headerHash: bytesFromHex(HEADER) });
    expect(job.target).toEqual(bytesFromHex(TARGET));
    expect(job.extraNonce1).toEqual(bytesFromHex("bc4fe05100000000"));
    expect((await submit(log, fill)).accepted).toBe(true);
    expect(await submit(log, fill + 1)).toEqual({
      accepted: false,
      stale: false,
      code: 22,
      reason: "duplicate share",
    });
    await over();
  }
  expect((await log.next("error")).error.code).toBe("connection-lost");
});

test("the MiningCore dialogue, byte for byte, and again after a reconnect", async () => {
  const { log, over } = await playing(
    [miningCore("07", "08", "09"), miningCore("0a", "0b", "0c")],
    CORE_TIME,
    { worker: `${ADDRESS}.rig1`, password: "d=512" },
  );
  for (const fill of [7, 10]) {
    expect((await log.next("job")).target).toEqual(bytesFromHex(NETWORK_TARGET));
    expect((await log.next("target")).target).toEqual(bytesFromHex("0080".padEnd(64, "0")));
    expect((await submit(log, fill)).accepted).toBe(true);
    expect(await submit(log, fill + 1)).toMatchObject({ accepted: false, stale: true, code: -1 });
    expect(await submit(log, fill + 2)).toEqual({
      accepted: false,
      stale: false,
      code: 23,
      reason: "low difficulty share (512)",
    });
    expect((await log.next("target")).target).toEqual(bytesFromHex("0040".padEnd(64, "0")));
    await over();
  }
});

test("a share of the connection before is not sent again, though the pool sends the same job", async () => {
  const { log, over } = await playing([solo("07", "08"), solo("09", "0a")], SOLO_TIME, { worker: ADDRESS });
  await log.next("job");
  await submit(log, 7);
  await submit(log, 8);
  await over();
  await log.next("job");
  for (const fill of [7, 8])
    await expect(submit(log, fill)).rejects.toMatchObject({ code: "duplicate-share" });
  expect((await submit(log, 9)).accepted).toBe(true);
});
