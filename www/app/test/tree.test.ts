import { describe, expect, test } from "vitest";
import {
  holds,
  isWithin,
  LEAVES,
  NODES,
  nodesOf,
  nodeWords,
  ROOT,
  ROOT_LEVEL,
  step,
  summarise,
  zerosOf,
  zerosWanted,
} from "../src/proof-tree.js";
import { nodeAt, rows } from "../src/tree-layout.js";

/** A tree whose nodes have just what they must, but for those named. */
function tree(changes: Record<number, number> = {}): Uint16Array {
  const levels = Array.from({ length: ROOT_LEVEL + 1 }, (_, level) => level);
  const zeros = levels.flatMap((level) => Array<number>(nodesOf(level)).fill(zerosWanted(level)));
  for (const [entry, found] of Object.entries(changes)) zeros[Number(entry)] = found;
  return Uint16Array.from(zeros);
}

test("entries lie level by level, leaves first and the root last", () => {
  const zeros = Uint16Array.from({ length: NODES }, (_, entry) => entry);
  expect([0, 511].map((place) => zerosOf(zeros, { level: 0, place }))).toEqual([0, 511]);
  expect([0, 255].map((place) => zerosOf(zeros, { level: 1, place }))).toEqual([512, 767]);
  expect([0, 1].map((place) => zerosOf(zeros, { level: 8, place }))).toEqual([1020, 1021]);
  expect(zerosOf(zeros, ROOT)).toBe(1022);
});

test("each level wants 21 bits more, and the root all 210", () => {
  expect([0, 1, 8, 9].map(zerosWanted)).toEqual([0, 21, 168, 210]);
  expect(holds(tree(), ROOT)).toBe(true);
  expect(holds(tree({ 1022: 209 }), ROOT)).toBe(false);
});

test("a level is summed up by its least and most, and by how many fall short", () => {
  const [leaves, pairs] = summarise(tree({ 0: 7, 512: 20, 513: 25 }));
  expect(leaves).toEqual({ level: 0, nodes: 512, wanted: 0, fewest: 0, most: 7, failing: 0 });
  expect(pairs).toEqual({ level: 1, nodes: 256, wanted: 21, fewest: 20, most: 25, failing: 1 });
});

test("a node is said with its leaves, its bits and whether they are enough", () => {
  const zeros = tree({ 4: 1, 513: 20 });
  expect(nodeWords(zeros, { level: 0, place: 4 })).toBe("Leaf 5 of 512: 1 leading zero bit.");
  expect(nodeWords(zeros, { level: 0, place: 4 }, 77)).toMatch(/^Leaf 5 of 512, index 77: /);
  expect(nodeWords(zeros, { level: 1, place: 1 })).toBe(
    "Level 1, node 2 of 256, leaves 3 to 4: 20 leading zero bits, 21 wanted, too few.",
  );
  expect(nodeWords(zeros, ROOT)).toBe("Root, leaves 1 to 512: 210 leading zero bits, 210 wanted, enough.");
});

test("keys lead to parent, first child and neighbours, and nowhere past an edge", () => {
  const node = { level: 3, place: 5 };
  expect(step(node, "ArrowUp")).toEqual({ level: 4, place: 2 });
  expect(step(node, "ArrowDown")).toEqual({ level: 2, place: 10 });
  expect(step(node, "ArrowLeft")).toEqual({ level: 3, place: 4 });
  expect(step(node, "End")).toEqual({ level: 3, place: 63 });
  for (const [at, key] of [
    [ROOT, "ArrowUp"],
    [ROOT, "ArrowLeft"],
    [ROOT, "ArrowRight"],
    [{ level: 0, place: 0 }, "ArrowDown"],
    [{ level: 0, place: 511 }, "ArrowRight"],
    [node, "x"],
  ] as const) {
    expect(step(at, key), `${key} from level ${at.level}`).toBeUndefined();
  }
});

describe("the layout", () => {
  test("of the whole tree fills every row, each node over its leaves", () => {
    const all = rows(ROOT, 1024);
    expect(all.map((cells) => cells.length)).toEqual([512, 256, 128, 64, 32, 16, 8, 4, 2, 1]);
    for (const [level, cells] of all.entries()) {
      for (const [place, cell] of cells.entries()) {
        expect(cell).toEqual({ node: { level, place }, x: place * (2 << level), width: 2 << level });
      }
    }
  });

  test("of a part shows what is below it, and its ancestors cut to its width", () => {
    const part = { level: 2, place: 9 };
    const shown = rows(part, 400);
    expect(shown[0]?.map(({ node, x }) => [node.place, x])).toEqual([
      [36, 0],
      [37, 100],
      [38, 200],
      [39, 300],
    ]);
    for (const cells of shown.slice(2)) {
      expect(cells).toHaveLength(1);
      expect(cells[0]).toMatchObject({ x: 0, width: 400 });
      expect(isWithin(part, cells[0]?.node ?? ROOT)).toBe(true);
    }
  });

  test.each([ROOT, { level: 4, place: 31 }, { level: 0, place: 511 }])(
    "finds each cell again by its middle",
    (part) => {
      for (const cells of rows(part, 700)) {
        for (const { node, x, width } of cells)
          expect(nodeAt(part, 700, x + width / 2, node.level)).toEqual(node);
      }
      expect(nodeAt(part, 700, 10_000, 0).place).toBeLessThan(LEAVES);
    },
  );
});
