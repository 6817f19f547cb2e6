/** Leaves of a solution's tree: its 512 indices. */
export const LEAVES = 512;
/** The root's level; leaves are level 0. */
export const ROOT_LEVEL = 9;
/** Nodes of all levels together. */
export const NODES = 2 * LEAVES - 1;
/** Bits of the root, all of which must be zero. */
export const ALL_BITS = 210;

const DIGIT_BITS = 21;

/** A node of the tree: its level, and its place there counted from zero at the left. */
export interface TreeNode {
  readonly level: number;
  readonly place: number;
}

export const ROOT: TreeNode = { level: ROOT_LEVEL, place: 0 };

/** How many nodes a level has. */
export function nodesOf(level: number): number {
  return LEAVES >> level;
}

/** How many leading zero bits each node of a level must have. */
export function zerosWanted(level: number): number {
  return level === ROOT_LEVEL ? ALL_BITS : level * DIGIT_BITS;
}

/** A node's leading zero bits, in what `solutionTree` returns: level by level, leaves first. */
export function zerosOf(zeros: Uint16Array, { level, place }: TreeNode): number {
  return zeros[2 * LEAVES - 2 * nodesOf(level) + place] ?? 0;
}

/** Whether a node has the zero bits that its level wants. */
export function holds(zeros: Uint16Array, node: TreeNode): boolean {
  return zerosOf(zeros, node) >= zerosWanted(node.level);
}

/** What is to be said of a level as a whole. */
export interface LevelSummary {
  readonly level: number;
  readonly nodes: number;
  readonly wanted: number;
  readonly fewest: number;
  readonly most: number;
  readonly failing: number;
}

/** All levels, from the leaves to the root. */
export function summarise(zeros: Uint16Array): LevelSummary[] {
  return Array.from({ length: ROOT_LEVEL + 1 }, (_, level) => {
    const all = Array.from({ length: nodesOf(level) }, (_, place) => zerosOf(zeros, { level, place }));
    const wanted = zerosWanted(level);
    return {
      level,
      nodes: all.length,
      wanted,
      fewest: Math.min(...all),
      most: Math.max(...all),
      failing: all.filter((found) => found < wanted).length,
    };
  });
}

/** A node in words; `index` is what a leaf stands for, where it is known. */
export function nodeWords(zeros: Uint16Array, node: TreeNode, index?: number): string {
  const { level, place } = node;
  const found = bits(zerosOf(zeros, node));
  if (level === 0) {
    const leaf = `Leaf ${place + 1} of ${LEAVES}`;
    return index === undefined ? `${leaf}: ${found}.` : `${leaf}, index ${index}: ${found}.`;
  }
  const first = place << level;
  const which = level === ROOT_LEVEL ? "Root" : `Level ${level}, node ${place + 1} of ${nodesOf(level)}`;
  const verdict = holds(zeros, node) ? "enough" : "too few";
  return `${which}, leaves ${first + 1} to ${first + (1 << level)}: ${found}, ${zerosWanted(level)} wanted, ${verdict}.`;
}

function bits(count: number): string {
  return `${count} leading zero ${count === 1 ? "bit" : "bits"}`;
}

/** Where a key leads from a node; undefined where it leads nowhere. */
export function step({ level, place }: TreeNode, key: string): TreeNode | undefined {
  const last = nodesOf(level) - 1;
  switch (key) {
    case "ArrowUp":
      return level === ROOT_LEVEL ? undefined : { level: level + 1, place: place >> 1 };
    case "ArrowDown":
      return level === 0 ? undefined : { level: level - 1, place: 2 * place };
    case "ArrowLeft":
      return place === 0 ? undefined : { level, place: place - 1 };
    case "ArrowRight":
      return place === last ? undefined : { level, place: place + 1 };
    case "Home":
      return { level, place: 0 };
    case "End":
      return { level, place: last };
    default:
      return undefined;
  }
}

/** Whether `inner` is `outer` or below it. */
export function isWithin(inner: TreeNode, outer: TreeNode): boolean {
  return inner.level <= outer.level && inner.place >> (outer.level - inner.level) === outer.place;
}
