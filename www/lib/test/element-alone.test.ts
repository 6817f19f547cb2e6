import { expect, test } from "vitest";

test("the element's module can be imported where there is no page", async () => {
  const { AION_MINER, MinerElement } = await import("../src/element/index.js");
  expect(AION_MINER).toBe("aion-miner");
  expect(MinerElement.observedAttributes).toContain("account");
});
