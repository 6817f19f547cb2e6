import { type BlockOptions, verifyBlock } from "./block.js";
import type { BlockResult } from "./result.js";
import { needLoaded } from "./verifier.js";

/** How long blocks are verified in one go before others get their turn, in milliseconds. */
const TURN_MS = 10;

/** How a run over many blocks is watched and ended. */
export interface ManyOptions extends BlockOptions {
  /** Ends the run between two blocks: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after each block with its result, and how many are done. */
  readonly onProgress?: (result: BlockResult, done: number) => void;
}

/**
 * Verifies blocks one after the other, each as {@link verifyBlock} does, and resolves to their results in their order; a
 * result's `index` is its block's place. Blocks may come from an array, a generator or a stream. Other work of the thread
 * gets its turn every ten milliseconds. Whoever wants no list that grows with the blocks calls {@link verifyEach}.
 */
export async function verifyMany(
  blocks: Iterable<string | object> | AsyncIterable<string | object>,
  options: ManyOptions = {},
): Promise<BlockResult[]> {
  const results: BlockResult[] = [];
  for await (const result of verifyEach(blocks, options)) results.push(result);
  return results;
}

/** As {@link verifyMany}, result by result: nothing is kept. */
export async function* verifyEach(
  blocks: Iterable<string | object> | AsyncIterable<string | object>,
  { signal, onProgress, ...options }: ManyOptions = {},
): AsyncGenerator<BlockResult, void, undefined> {
  needLoaded("verifyMany");
  signal?.throwIfAborted();
  let index = 0;
  let turnEnds = performance.now() + TURN_MS;
  for await (const block of blocks) {
    if (performance.now() >= turnEnds) {
      await othersTurn();
      turnEnds = performance.now() + TURN_MS;
    }
    signal?.throwIfAborted();
    const result = { ...verifyBlock(block, options), index };
    index += 1;
    onProgress?.(result, index);
    yield result;
  }
}

/** Lets timers, events and the page's rendering run; promises alone would not. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
