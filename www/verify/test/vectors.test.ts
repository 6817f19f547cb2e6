import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { init, verifyJson, verifySolution } from "../src/node.js";

interface BlockVector {
  readonly header: Record<string, string | number>;
  readonly mine_hash: string;
  readonly block_hash?: string;
  readonly nonce: string;
  readonly solution: string;
  readonly target: string;
}

const FOLDER =
  process.env["AION_VECTORS"] ?? fileURLToPath(new URL("../../../../shared/vectors", import.meta.url));
const read = (name: string): unknown => JSON.parse(readFileSync(`${FOLDER}/${name}`, "utf8"));

if (!existsSync(FOLDER)) console.warn(`SKIPPED: no vectors in ${FOLDER}; set AION_VECTORS to their folder`);

beforeAll(() => init());

test("a text that is no JSON is unreadable, and the message says where", () => {
  expect(() => verifyJson("{")).toThrow(expect.objectContaining({ code: "unreadable" }));
});

test("an item of no known shape is malformed, and says what is missing", () => {
  const [result] = verifyJson("{}");
  expect(result).toMatchObject({ index: 0, ok: false, reason: "malformed" });
  expect(result?.detail).toBeTruthy();
});

describe.skipIf(!existsSync(FOLDER))("real blocks", () => {
  const blocks = existsSync(FOLDER) ? (read("blocks.json") as BlockVector[]) : [];

  test("every block is valid, with the hashes of the chain", () => {
    const results = verifyJson(JSON.stringify(blocks));
    expect(results).toHaveLength(50);
    for (const [i, block] of blocks.entries()) {
      expect(results[i], `block ${i}`).toMatchObject({
        index: i,
        ok: true,
        mineHash: block.mine_hash,
        equihash: true,
        target: true,
        ...(block.block_hash === undefined ? {} : { blockHash: block.block_hash }),
      });
    }
  });

  test("a solution by itself is judged by its bytes, and refused for the reason that its block is", () => {
    const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
    for (const block of blocks) {
      const [mineHash, nonce, solution] = [bytes(block.mine_hash), bytes(block.nonce), bytes(block.solution)];
      const reason = (change: object) => verifySolution({ mineHash, nonce, solution, ...change }).reason;
      expect(verifySolution({ mineHash, nonce, solution })).toEqual({ ok: true });
      expect(reason({ mineHash: nonce })).toBe("digit-not-zero");
      expect(reason({ solution: new Uint8Array(1408) })).toBe("duplicate-index");
      expect(reason({ solution: solution.subarray(1) })).toBe("solution-length");
    }
  });

  test.each([
    ["another nonce", { nonce: "11".repeat(32) }, "digit-not-zero"],
    ["half a solution", { solution: "00".repeat(704) }, "solution-length"],
    ["a solution of one index", { solution: "00".repeat(1408) }, "duplicate-index"],
    ["a target that the hash misses", { target: "00".repeat(31) + "01" }, "target-missed"],
    ["a mine hash that is not the header's", { mine_hash: "22".repeat(32) }, "mine-hash-mismatch"],
  ])("%s is refused for that reason", (_, change, reason) => {
    const [block] = blocks;
    const [result] = verifyJson(JSON.stringify({ ...block, ...change }));
    expect(result).toMatchObject({ ok: false, reason });
  });

  test("no solution that must be rejected passes", () => {
    const results = verifyJson(JSON.stringify(read("invalid.json")));
    expect(results.length).toBeGreaterThan(0);
    for (const { index, ok, reason } of results) {
      expect(ok, `item ${index}`).toBe(false);
      expect(reason, `item ${index}`).toBeDefined();
    }
  });
});
