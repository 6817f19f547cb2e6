import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import initWasm, { verifyEquihash, verifyJson } from "../../www/verify/wasm/verify/aion_pow.js";
import { dice, MUTATIONS } from "./mutations.js";
import { judgePuzzle, judgeSeal, type Puzzle, type Refusal, type Seal } from "./verifier.js";

interface Case {
  readonly name?: string;
  readonly mine_hash?: string;
  readonly header_hex?: string;
  readonly nonce: string;
  readonly solution: string;
  readonly target?: string;
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const json = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

const FOLDER = process.env["AION_VECTORS"] ?? path("../../../shared/vectors");
const HAVE_VECTORS = existsSync(FOLDER);
if (!HAVE_VECTORS) console.warn(`SKIPPED: no vectors in ${FOLDER}; set AION_VECTORS to their folder`);
const vectors = (name: string) => (HAVE_VECTORS ? (json(`${FOLDER}/${name}`) as Case[]) : []);

/** How many mutated blocks both verifiers judge; the slow tests ask for more. */
const MUTATED = Number(process.env["AION_MUTATIONS"] ?? 400);

beforeAll(() =>
  initWasm({ module_or_path: readFileSync(path("../../www/verify/wasm/verify/aion_pow_bg.wasm")) }),
);

/** The chain's puzzle over whatever header a vector brings. */
function chainPuzzle({ mine_hash, header_hex, nonce, solution }: Case): Puzzle {
  const personalization = bytes("41494f4e30506f57d200000009000000");
  const input = bytes((mine_hash ?? header_hex ?? "") + nonce);
  return { n: 210, k: 9, personalization, input, solution: bytes(solution) };
}

/** What both say of a puzzle. */
function judgeTwice(puzzle: Puzzle): Refusal | undefined {
  const { n, k, personalization, input, solution } = puzzle;
  const refused = judgePuzzle(puzzle);
  expect(verifyEquihash(n, k, personalization, input, solution)).toBe(refused);
  return refused;
}

function sealOf(block: Case): Seal {
  return {
    mineHash: bytes(block.mine_hash ?? ""),
    nonce: bytes(block.nonce),
    solution: bytes(block.solution),
    boundary: BigInt(`0x${block.target ?? ""}`),
  };
}

/** The library's words on a seal. */
function judgeInWasm({ mineHash, nonce, solution, boundary }: Seal): { ok: boolean; reason?: string } {
  const target = boundary.toString(16).padStart(64, "0");
  const claim = { mine_hash: hex(mineHash), nonce: hex(nonce), solution: hex(solution), target };
  const [verdict] = JSON.parse(verifyJson(JSON.stringify(claim))) as { ok: boolean; reason?: string }[];
  return verdict ?? { ok: false, reason: "no verdict" };
}

test.each(json(path("../known-answers/equihash.json")) as Record<string, string>[])(
  "both accept $name, and refuse it with its first bit flipped",
  ({ n, k, personalization, input, solution }) => {
    const puzzle = {
      n: Number(n),
      k: Number(k),
      personalization: bytes(personalization ?? ""),
      input: bytes(input ?? ""),
      solution: bytes(solution ?? ""),
    };
    expect(judgeTwice(puzzle)).toBeUndefined();
    puzzle.solution[0] = (puzzle.solution[0] ?? 0) ^ 0x80;
    expect(judgeTwice(puzzle)).toBeDefined();
  },
);

describe.skipIf(!HAVE_VECTORS)("the published vectors", () => {
  test("both accept every block, boundary included", () => {
    const blocks = vectors("blocks.json");
    expect(blocks).toHaveLength(50);
    for (const block of blocks) {
      expect(judgeSeal(sealOf(block)), block.name).toBeUndefined();
      expect(judgeInWasm(sealOf(block)), block.name).toMatchObject({ ok: true });
    }
  });

  test("both accept every solution that must be accepted", () => {
    const cases = [...vectors("solutions.json"), ...vectors("dashboard-blocks.json")];
    const { header_hex, runs } = json(`${FOLDER}/solver-runs.json`) as {
      header_hex: string;
      runs: { nonce: string; solutions: string[] }[];
    };
    cases.push(
      ...runs.flatMap(({ nonce, solutions }) =>
        solutions.map((solution) => ({ header_hex, nonce, solution })),
      ),
    );
    expect(cases.length).toBeGreaterThan(40);
    for (const one of cases) expect(judgeTwice(chainPuzzle(one)), one.name).toBeUndefined();
  });

  test("both refuse every solution that must be refused, for the same reason", () => {
    const cases = vectors("invalid.json");
    expect(cases).toHaveLength(29);
    for (const one of cases) expect(judgeTwice(chainPuzzle(one)), one.name).toBeDefined();
  });

  test(`both say the same of ${MUTATED} mutated blocks`, { timeout: 600_000 }, () => {
    const blocks = vectors("blocks.json").map(sealOf);
    const roll = dice(20_181_120);
    const pick = <T>(items: readonly T[]): T => items[roll(items.length)] as T;
    const said = new Map<string, number>();
    for (let i = 0; i < MUTATED; i++) {
      const names: string[] = [];
      let seal = pick(blocks);
      for (let more = roll(3); more >= 0; more--) {
        const name = pick(Object.keys(MUTATIONS));
        names.push(name);
        seal = MUTATIONS[name]?.(seal, roll) ?? seal;
      }
      const reason = judgeSeal(seal);
      const verdict = judgeInWasm(seal);
      expect([verdict.ok, verdict.reason], `block ${i}: ${names.join(", then ")}`).toEqual([
        reason === undefined,
        reason,
      ]);
      said.set(reason ?? "valid", (said.get(reason ?? "valid") ?? 0) + 1);
    }
    // Mutations that all end alike would show nothing.
    expect([...said.keys()].sort()).toEqual([
      "digit-not-zero",
      "duplicate-index",
      "index-order",
      "solution-length",
      "target-missed",
      "valid",
    ]);
  });
});
