import { expect, test } from "vitest";

test("the element's module can be imported where there is no page", async () => {
  const { BLOCK_PROOF, BlockProofElement } = await import("../src/element.js");
  expect(BLOCK_PROOF).toBe("aion-block-proof");
  expect(BlockProofElement.observedAttributes).toEqual(["block", "wasm-url"]);
});
