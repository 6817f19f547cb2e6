// What of the page's states takes a minute to be seen, looked at by axe.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible } from "./accessibility.mjs";
import { STATES, StatesStage } from "./states.mjs";

const stage = new StatesStage();
before(() => stage.set());
after(() => stage.clear());

for (const state of STATES.filter(({ ripen }) => ripen !== undefined))
  test(`axe finds nothing in the state ${state.name} once it is whole`, async () => {
    const { page, faults, close } = await stage.show(state);
    await state.ripen(page);
    await accessible(page);
    assert.deepEqual(faults, []);
    await close();
  });
