// Every state of the page, looked at by axe in light and in dark.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessible } from "./accessibility.mjs";
import { STATES, StatesStage } from "./states.mjs";
import { withoutVectors } from "./vectors.mjs";

const stage = new StatesStage();
before(() => stage.set());
after(() => stage.clear());

// Two at a time: half of each is waiting for the page.
describe("axe finds nothing in the state", { concurrency: 2 }, () => {
  for (const state of STATES)
    test(state.name, { skip: state.vectors ? withoutVectors : false }, async () => {
      const { page, faults, close } = await stage.show(state);
      await accessible(page, state.name);
      assert.deepEqual(faults, []);
      await close();
    });
});
