/** What can be done to a valid seal, by dice that fall the same every time. */
import { powHash, type Seal } from "./verifier.js";

/** A number from zero up to but not including `below`. */
export type Dice = (below: number) => number;

/** Dice that a seed decides: xorshift of 32 bits. */
export function dice(seed: number): Dice {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

type Mutation = (seal: Seal, dice: Dice) => Seal;

const MOST_EXTRA_BYTES = 8;
const INDICES = 512;
const INDEX_BITS = 22;

const flipped = (bytes: Uint8Array, dice: Dice): Uint8Array => {
  const bit = dice(bytes.length * 8);
  return bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (0x80 >> (bit & 7)) : byte));
};

/** Changes a solution through its list of indices; one that is not whole stays as it is. */
const reindexed =
  (change: (indices: number[], dice: Dice) => number[]): Mutation =>
  (seal, dice) => {
    const bits = Array.from(seal.solution, (byte) => byte.toString(2).padStart(8, "0")).join("");
    if (bits.length !== INDICES * INDEX_BITS) return seal;
    const indices = (bits.match(/.{22}/g) ?? []).map((index) => Number.parseInt(index, 2));
    const packed = change(indices, dice)
      .map((index) => index.toString(2).padStart(INDEX_BITS, "0"))
      .join("");
    const bytes = (packed.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
    return { ...seal, solution: Uint8Array.from(bytes) };
  };

/** The nodes of a level, from its leaves; level 0 is the leaves themselves. */
const nodesOf = (indices: number[], level: number): number[][] =>
  Array.from({ length: INDICES >> level }, (_, i) => indices.slice(i << level, (i + 1) << level));

const swapped = <T>(items: T[], dice: Dice): T[] => {
  const [first, second] = [dice(items.length), dice(items.length)];
  return items.map((item, i) => {
    if (i === first) return items[second] ?? item;
    return i === second ? (items[first] ?? item) : item;
  });
};

export const MUTATIONS: Record<string, Mutation> = {
  "a bit of the mine hash": (seal, dice) => ({ ...seal, mineHash: flipped(seal.mineHash, dice) }),
  "a bit of the nonce": (seal, dice) => ({ ...seal, nonce: flipped(seal.nonce, dice) }),
  "a bit of the solution": (seal, dice) => ({ ...seal, solution: flipped(seal.solution, dice) }),
  "a shorter solution": (seal, dice) => ({
    ...seal,
    solution: seal.solution.subarray(0, dice(seal.solution.length)),
  }),
  "a longer solution": (seal, dice) => ({
    ...seal,
    solution: new Uint8Array([...seal.solution, ...new Uint8Array(1 + dice(MOST_EXTRA_BYTES))]),
  }),
  "another index": reindexed((indices, dice) => indices.with(dice(INDICES), dice(1 << INDEX_BITS))),
  "an index over another": reindexed((indices, dice) =>
    indices.with(dice(INDICES), indices[dice(INDICES)] ?? 0),
  ),
  "two nodes swapped": reindexed((indices, dice) => swapped(nodesOf(indices, dice(9)), dice).flat()),
  "a level sorted": reindexed((indices, dice) =>
    nodesOf(indices, dice(9))
      .sort(([a = 0], [b = 0]) => a - b)
      .flat(),
  ),
  "a node turned": reindexed((indices, dice) => {
    const level = 1 + dice(9);
    const turned = dice(INDICES >> level);
    const half = 1 << (level - 1);
    return nodesOf(indices, level).flatMap((node, i) =>
      i === turned ? [...node.slice(half), ...node.slice(0, half)] : node,
    );
  }),
  "a boundary that the hash just meets": (seal) => ({ ...seal, boundary: powHash(seal) + 1n }),
  "a boundary that the hash just misses": (seal) => ({ ...seal, boundary: powHash(seal) }),
  nothing: (seal) => seal,
};
