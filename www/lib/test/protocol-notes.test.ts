// Plays docs/protocol.md with the client.
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { closeError } from "../src/close-codes.js";
import { bytesFromHex } from "../src/hex.js";
import { parseServerLine } from "../src/server-message.js";
import type { Verdict } from "../src/share.js";
import { StratumError } from "../src/stratum-error.js";
import { DEFAULT_DEADLINES } from "../src/stratum-options.js";
import type { Peer } from "./scripted-pool.js";
import { clientFor, poolOf } from "./stratum-fixture.js";

const NOTES = readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8");
const SOLUTION = "9c".repeat(1408);

/** The section under a heading. */
function section(heading: string): string {
  const [, text] = NOTES.split(new RegExp(`^## ${heading}$`, "m"));
  if (text === undefined) throw new Error(`the notes have no heading ${heading}`);
  return text.split(/^## /m)[0] ?? "";
}

/** The rows of its tables, cell by cell. */
function rows(heading: string): string[][] {
  const lines = section(heading).split("\n");
  return lines
    .filter((line) => line.startsWith("|") && !line.startsWith("|---"))
    .map((line) => line.slice(1, -1).split("|"))
    .map((row) => row.map((cell) => cell.trim()));
}

/** The lines of a dialogue. */
function dialogue(name: string): (readonly ["C" | "S", string])[] {
  const block = new RegExp("^```" + name + "\\n(.*?)^```", "ms").exec(NOTES)?.[1];
  if (block === undefined) throw new Error(`the notes have no dialogue ${name}`);
  return block
    .trimEnd()
    .split("\n")
    .map((line) => [line.startsWith("C ") ? "C" : "S", line.slice(2).replace("<solution>", SOLUTION)]);
}

afterEach(() => {
  vi.useRealTimers();
});

describe("the client plays, byte for byte, the dialogue of", () => {
  it.each([
    ["solo", [true, 22, 21]],
    ["miningcore", [true, -1, 23]],
  ])("%s", async (name, expected) => {
    const lines = dialogue(name);
    const authorize = lines.find(([, line]) => line.includes("mining.authorize"));
    const { params } = JSON.parse(authorize?.[1] ?? "") as { params: [string, string] };
    let meet: (peer: Peer) => void = () => undefined;
    const connected = new Promise<Peer>((resolve) => (meet = resolve));
    const pool = await poolOf((peer) => {
      meet(peer);
    });
    vi.useFakeTimers({ toFake: ["Date"] });
    const log = clientFor(pool.url, { worker: params[0], password: params[1] });
    const peer = await connected;
    const verdicts: Promise<Verdict>[] = [];
    for (const [who, line] of lines) {
      if (who === "S") {
        peer.send(line);
        continue;
      }
      const { method, params } = JSON.parse(line) as { method: string; params: string[] };
      if (method === "mining.submit") {
        await log.state("ready");
        vi.setSystemTime(1000 * parseInt(params[2] ?? "", 16) + 999);
        const job = log.all("job").at(-1);
        const extraNonce2 = bytesFromHex(params[3] ?? "");
        if (job === undefined || extraNonce2 === undefined) throw new Error("there should be a job");
        verdicts.push(log.client.submit({ job, extraNonce2, solution: SOLUTION }));
      }
      expect(await peer.receiveLine()).toBe(line);
    }
    const found = (await Promise.all(verdicts)).map(({ accepted, code }) => accepted || code);
    expect(found).toEqual(expected);
  });
});

describe("the client reads", () => {
  const table = rows("Lines that are read").slice(1);

  it("more than ten lines", () => {
    expect(table.length).toBeGreaterThan(10);
  });

  it.each(table)("%s as %s", (line = "", wanted = "") => {
    const read = (): string => {
      try {
        return `\`${parseServerLine(line.slice(1, -1)).kind}\``;
      } catch (error) {
        if (error instanceof StratumError) return `error \`${error.code}\``;
        throw error;
      }
    };
    expect(read()).toBe(wanted);
  });
});

it("the client says what the table of close codes says", () => {
  const codes = rows("The bridge").filter(([code]) => /^\d{4}$/.test(code ?? ""));
  expect(codes.map(([code]) => Number(code))).toEqual([1001, 4000, 4001, 4002, 4003, 4004, 4005, 4006, 4007]);
  for (const [code, , says] of codes)
    expect(closeError(true, Number(code), "").code, code).toBe(/^`([a-z-]+)`/.exec(says ?? "")?.[1]);
});

it("deadlines are those of the table", () => {
  const told = new Map(rows("The life of a connection").map(([what, time]) => [what, time]));
  const seconds = (milliseconds: number): string => `${milliseconds / 1000} s`;
  expect(told.get("opening")).toBe(seconds(DEFAULT_DEADLINES.open));
  expect(told.get("replies to subscribe and authorize")).toBe(`${seconds(DEFAULT_DEADLINES.handshake)} each`);
  expect(told.get("from authorize to the first job")).toContain(`${seconds(DEFAULT_DEADLINES.firstJob)};`);
  expect(told.get("a verdict")).toContain(`${seconds(DEFAULT_DEADLINES.submit)};`);
  expect(told.get("silence")).toContain(`after ${seconds(DEFAULT_DEADLINES.silence)} `);
  expect(told.get("silence")).toContain(`within ${seconds(DEFAULT_DEADLINES.handshake)} `);
});
