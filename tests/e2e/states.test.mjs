// Every state of the page is one that everybody can use: axe finds nothing in it, in light and in dark; what is to be pressed is
// large enough; and it needs no sideways scrolling where only 320 pixels are there.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessible, fits, pressable } from "./accessibility.mjs";
import { STATES, StatesStage } from "./states.mjs";
import { withoutVectors } from "./vectors.mjs";

const stage = new StatesStage();
before(() => stage.set());
after(() => stage.clear());

// Two at a time: half of each is waiting for the page.
describe("everybody can use the state", { concurrency: 2 }, () => {
  for (const state of STATES)
    test(state.name, { skip: state.vectors ? withoutVectors : false }, async () => {
      const { page, faults, close } = await stage.show(state);
      await accessible(page);
      await pressable(page);
      await page.setViewportSize({ width: 320, height: 640 });
      await fits(page);
      await pressable(page);
      assert.deepEqual(faults, []);
      await close();
    });
});
