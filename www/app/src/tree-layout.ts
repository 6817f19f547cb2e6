import { LEAVES, ROOT_LEVEL, type TreeNode } from "./proof-tree.js";

/** A node and the part of its row that it takes, in units of the width given. */
export interface Cell {
  readonly node: TreeNode;
  readonly x: number;
  readonly width: number;
}

/**
 * The tree as rows of cells, from the leaves to the root: a node is as wide as the leaves below it, so that a node's
 * children stand under it. `shown` is what fills the width; the nodes above it are cut off at the sides.
 */
export function rows(shown: TreeNode, width: number): Cell[][] {
  const first = shown.place << shown.level;
  const end = first + (1 << shown.level);
  const scale = width / (end - first);
  return Array.from({ length: ROOT_LEVEL + 1 }, (_, level) => {
    const cells: Cell[] = [];
    for (let place = first >> level; place << level < end; place++) {
      const from = Math.max(place << level, first);
      const to = Math.min((place + 1) << level, end);
      cells.push({ node: { level, place }, x: (from - first) * scale, width: (to - from) * scale });
    }
    return cells;
  });
}

/** The node at a point: `x` within the width, on a level. */
export function nodeAt(shown: TreeNode, width: number, x: number, level: number): TreeNode {
  const leaf = (shown.place << shown.level) + Math.floor((x / width) * (1 << shown.level));
  return { level, place: Math.min(Math.max(leaf, 0), LEAVES - 1) >> level };
}
