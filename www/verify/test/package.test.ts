import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type BlockOptions,
  type BlockResult,
  init,
  solutionTree,
  type SolutionClaim,
  verifyBlock,
  verifyEach,
  verifyEquihash,
  verifyMany,
  verifySolution,
} from "../src/node.js";

const FOLDER =
  process.env["AION_VECTORS"] ?? fileURLToPath(new URL("../../../../shared/vectors", import.meta.url));
const present = existsSync(FOLDER);
if (!present) console.warn(`SKIPPED: no vectors in ${FOLDER}; set AION_VECTORS to their folder`);

interface RpcVector {
  readonly java_eth_getBlockByNumber: Record<string, string | number>;
  readonly java_getHeaderByBlockNumber: { readonly blockHeader: Record<string, string> };
  readonly mine_hash: string;
  readonly target: string;
}
const [vector] = present
  ? (JSON.parse(readFileSync(`${FOLDER}/rpc-shapes.json`, "utf8")) as [RpcVector])
  : [undefined];
const block = () => (vector as RpcVector).java_eth_getBlockByNumber;
const zeros = (bytes: number) => "00".repeat(bytes);
const fault = (code: string, message: RegExp): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string });
const badArgument = (message: RegExp) => fault("bad-argument", message);

beforeAll(() => init());

describe("misuse throws and says what is wrong", () => {
  test.each<[string, unknown, BlockOptions, string, RegExp]>([
    ["no JSON", "{", {}, "unreadable", /line 1 column 2/],
    ["two values", "{} {}", {}, "unreadable", /nothing more at line 1 column 4/],
    ["nothing", undefined, {}, "unreadable", /./],
    ["a short hash", {}, { expectedHash: "00" }, "bad-argument", /^expectedHash holds 1 byte; wanted 32/],
    ["difficulty 0", {}, { minDifficulty: 0n }, "bad-argument", /^minDifficulty holds 0; wanted/],
    ["a fraction", {}, { minDifficulty: 1.5 }, "bad-argument", /^minDifficulty holds /],
    ["bad options before a bad text", "{", { minDifficulty: "x" }, "bad-argument", /^minDifficulty/],
  ])("%s, in verifyBlock", (_, given, options, code, message) => {
    expect(() => verifyBlock(given as object, options)).toThrow(fault(code, message));
  });

  const claim = { mineHash: zeros(32), nonce: zeros(32), solution: zeros(1408) };
  test.each<[string, object, RegExp]>([
    ["a short nonce", { nonce: "00" }, /the nonce has 1 bytes, and must have 32/],
    ["a long mine hash", { mineHash: new Uint8Array(33) }, /the mineHash has 33 bytes/],
    [
      "a short header",
      { mineHash: undefined, header: zeros(496) },
      /the header has 496 bytes, and must have 497/,
    ],
    ["a letter beyond f", { nonce: "0x0g" + zeros(31) }, /the nonce is not hex at byte 0/],
    ["no nonce", { nonce: undefined }, /the nonce is \[object Undefined\], and must be a Uint8Array or hex/],
    ["a list of numbers", { solution: [1, 2] }, /the solution is \[object Array\], and must be/],
    ["an odd number of digits", { solution: "0x000" }, /the solution has 3 hex digits, an odd number/],
    ["difficulty 0", { difficulty: 0 }, /the difficulty is 0/],
    ["a difficulty of 129 bits", { difficulty: 1n << 128n }, /and must be from 1 to 2\^128 - 1/],
    ["a difficulty that is none", { difficulty: "much" }, /the difficulty is much, and must be an integer/],
    ["a short target", { target: "ff" }, /the target has 1 bytes/],
  ])("%s, in verifySolution", (_, change, message) => {
    expect(() => verifySolution({ ...claim, ...change })).toThrow(badArgument(message));
  });

  test("a solution of another length has no tree", () => {
    expect(() => solutionTree(zeros(32), zeros(32), "00")).toThrow(badArgument(/1408/));
  });
});

test("a bad solution is a result, and an Equihash that is none is misuse", () => {
  const puzzle = { n: 48, k: 5, personalization: zeros(16), input: "", solution: zeros(36) };
  expect(verifyEquihash(puzzle)).toEqual({ ok: false, reason: "duplicate-index" });
  expect(verifyEquihash({ ...puzzle, solution: "" })).toEqual({ ok: false, reason: "solution-length" });
  for (const n of [48.5, -1, 2 ** 32 + 48, NaN]) {
    expect(() => verifyEquihash({ ...puzzle, n })).toThrow(
      badArgument(/^n is .*, and must be a whole number/),
    );
  }
  expect(() => verifyEquihash({ ...puzzle, n: 49 })).toThrow(badArgument(/must be a multiple of k \+ 1/));
});

describe("many blocks", () => {
  const lines = (count: number) => Array.from({ length: count }, () => "{}");

  test("results come in order, each with its place", async () => {
    const seen: number[] = [];
    const onProgress = (_: BlockResult, done: number) => seen.push(done);
    const results = await verifyMany(["{}", "null", {}], { onProgress });
    expect(results.map(({ index, reason }) => [index, reason])).toEqual([
      [0, "malformed"],
      [1, "unknown-block"],
      [2, "malformed"],
    ]);
    expect(seen).toEqual([1, 2, 3]);
  });

  test("a stream is read block by block, as its results are taken", async () => {
    let read = 0;
    async function* stream() {
      for (;;) yield await Promise.resolve(`{"number": ${++read}}`);
    }
    for await (const { index } of verifyEach(stream())) if (index === 4) break;
    expect(read).toBe(5);
  });

  test("an abort ends the run with its reason, before the first block or in between", async () => {
    const reason = new Error("enough");
    await expect(verifyMany(lines(3), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const onProgress = (_: BlockResult, done: number) => {
      if (done === 2) controller.abort(reason);
    };
    let taken = 0;
    function* counted() {
      for (const line of lines(9)) {
        taken += 1;
        yield line;
      }
    }
    await expect(verifyMany(counted(), { signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(taken).toBe(3);
  });

  test("a timer gets its turn while blocks are verified, and can end the run", async () => {
    function* endless() {
      for (;;) yield "{}";
    }
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort("later");
    }, 5);
    const run = async () => {
      const results = verifyEach(endless(), { signal: controller.signal });
      while (!(await results.next()).done);
    };
    await expect(run()).rejects.toBe("later");
  });

  test("bad options reject", async () => {
    await expect(verifyMany(lines(1), { minDifficulty: -1 })).rejects.toThrow(badArgument(/minDifficulty/));
  });
});

describe.skipIf(!present)("a real block", () => {
  test("is explained step by step, from a text as from an object", () => {
    for (const given of [block(), JSON.stringify(block()), { jsonrpc: "2.0", id: 1, result: block() }]) {
      const result = verifyBlock(given);
      expect(result).toMatchObject({ ok: true, index: 0, number: block()["number"], difficulty: "11482158" });
      expect(result.boundary).toBe(vector?.target);
      expect(result.checks?.map(({ name }) => name)).toHaveLength(15);
      expect(result.checks?.every(({ ok, detail }) => ok && detail !== "")).toBe(true);
      expect(result.notChecked?.map(({ name }) => name)).toEqual(["on-chain", "declared-difficulty"]);
      expect(result.timings.totalMs).toBeGreaterThanOrEqual(0);
    }
  });

  test("is held against what the caller knows", () => {
    const hash = block()["hash"] as string;
    const known = { expectedHash: hash, minDifficulty: 11482158n, indices: true };
    expect(verifyBlock(block(), known)).toMatchObject({ ok: true });
    expect(verifyBlock(block(), known).indices).toHaveLength(512);
    expect(verifyBlock(block(), { expectedHash: zeros(32) })).toMatchObject({
      ok: false,
      reason: "expected-hash-mismatch",
    });
    for (const minDifficulty of [11482159, 11482159n, "11482159", "0xaf342f"]) {
      expect(verifyBlock(block(), { minDifficulty }).reason).toBe("below-min-difficulty");
    }
  });

  test("may have bigints where it has numbers", () => {
    const number = BigInt(block()["number"] as number);
    const difficulty = BigInt(block()["difficulty"] as string);
    expect(verifyBlock({ ...block(), number, difficulty })).toMatchObject({ ok: true });
  });

  test("has a solution that is judged by hex as by bytes, by header as by mine hash, against a boundary or none", () => {
    const { nonce, solution, difficulty } = block() as Record<string, string>;
    const fields = (vector as RpcVector).java_getHeaderByBlockNumber.blockHeader;
    const order = [
      "sealType",
      "number",
      "parentHash",
      "coinBase",
      "stateRoot",
      "txTrieRoot",
      "receiptTrieRoot",
    ];
    order.push("logsBloom", "difficulty", "extraData", "energyConsumed", "energyLimit", "timestamp");
    const header = order.map((name) => fields[name]).join("");
    const mineHash = (vector as RpcVector).mine_hash;
    const seal = { nonce: nonce as string, solution: solution as string };
    const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replace("0x", ""), "hex"));
    const powHash = verifyBlock(block()).powHash as string;
    const after = (BigInt(`0x${powHash}`) + 1n).toString(16).padStart(64, "0");
    const good: SolutionClaim[] = [
      { mineHash, ...seal },
      { header, ...seal },
      { header: bytes(header), nonce: bytes(seal.nonce), solution: bytes(seal.solution) },
      { mineHash, ...seal, difficulty: difficulty as string },
      { mineHash, ...seal, difficulty: 1 },
      { mineHash, ...seal, difficulty: 11482158n, target: "ff".repeat(32) },
      { mineHash, ...seal, target: after },
    ];
    for (const claim of good) expect(verifySolution(claim)).toEqual({ ok: true });
    const missed: SolutionClaim[] = [
      { mineHash, ...seal, target: powHash },
      { mineHash, ...seal, difficulty: (1n << 128n) - 1n },
      { mineHash, ...seal, difficulty: 1, target: zeros(32) },
    ];
    for (const claim of missed) {
      expect(verifySolution(claim)).toEqual({ ok: false, reason: "target-missed" });
    }
    const tree = solutionTree(mineHash, seal.nonce, seal.solution);
    expect([tree.length, tree[1022]]).toEqual([1023, 210]);
    expect(tree.slice(512, 768).every((zeroBits) => zeroBits >= 21)).toBe(true);
  });
});

describe("the artifact", () => {
  const path = fileURLToPath(new URL("../wasm/verify/aion_pow_bg.wasm", import.meta.url));
  const glue = readFileSync(path.replace("_bg.wasm", ".js"), "utf8");
  const bytes = readFileSync(path);
  const module = new WebAssembly.Module(bytes);

  test("exports verifying and memory, and nothing that mines", () => {
    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    const own = names.filter((name) => !name.startsWith("__"));
    expect(own.sort()).toEqual([
      "memory",
      "mineHash",
      "solutionTree",
      "verifyBlock",
      "verifyEquihash",
      "verifyJson",
      "verifySolution",
    ]);
  });

  test("imports only what makes errors and tables, and no memory of others", () => {
    for (const { name, kind } of WebAssembly.Module.imports(module)) {
      expect(kind, name).toBe("function");
      expect(name).toMatch(/^__wb(g_Error_|g___wbindgen_throw|indgen_|g___wbindgen_|g_)/);
      expect(name).not.toMatch(/fetch|socket|worker|postMessage|now/i);
    }
  });

  test("says nothing of workers, sockets or miners", () => {
    const text = `${bytes.toString("latin1")}${glue}`;
    const pattern =
      /\bworker|websocket|sharedarraybuffer|stratum|\bminer|\bmining|\bpool\b|nonce.?range|hash.?rate/i;
    expect(pattern.exec(text)?.[0]).toBeUndefined();
  });
});

test("the browsers' script needs nothing beside it but the module, and loads where there is no browser", async () => {
  const script = new URL("../dist/index.js", import.meta.url);
  expect(readFileSync(script, "utf8")).not.toMatch(/^\s*(import|export .* from)\s/m);
  const { init, verifyBlock } = (await import(script.href)) as typeof import("aion-pow-verify");
  await init(readFileSync(new URL("../wasm/verify/aion_pow_bg.wasm", import.meta.url)));
  expect(verifyBlock("null").reason).toBe("unknown-block");
});

test("Node loads the package by import and by require", () => {
  const run = (script: string, ...options: string[]) =>
    execFileSync(process.execPath, [...options, "--eval", script], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  const use = "init().then(() => console.log(verifyBlock('null').reason))";
  expect(run(`import { init, verifyBlock } from "aion-pow-verify"; ${use}`, "--input-type=module")).toBe(
    "unknown-block",
  );
  expect(run(`const { init, verifyBlock } = require("aion-pow-verify"); ${use}`)).toBe("unknown-block");
});
