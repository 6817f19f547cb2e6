import { DEFAULT_POLICIES } from "aion-web-miner";
import { expect, test } from "vitest";
import { moodOf, pausedWords, runningWords } from "../src/mine-words.js";
import { choiceWords, pauseWords } from "../src/pause-choices.js";

test("a pause says why, and that it ends by itself", () => {
  expect(pausedWords(["hidden"])).toBe("Paused: this tab is hidden. Goes on by itself when that ends.");
  expect(pausedWords([])).toBe("Paused.");
  expect(pauseWords(["battery", "metered", "other-tab"])).toBe(
    "the machine runs on its battery, the connection is metered and another tab of this site mines",
  );
});

test("the choices are said in a few words", () => {
  expect(choiceWords(DEFAULT_POLICIES)).toBe("hidden, low battery, pressure, metered, tabs");
  expect(choiceWords({ ...DEFAULT_POLICIES, pauseOnBattery: "always", oneTab: false })).toBe(
    "hidden, battery, pressure, metered",
  );
  expect(
    choiceWords({
      pauseWhenHidden: false,
      pauseOnBattery: "never",
      pauseUnderPressure: false,
      pauseOnMetered: false,
      oneTab: false,
    }),
  ).toBe("never");
});

test("the title tells mining from waiting and pausing", () => {
  expect((["mining", "paused", "reconnecting"] as const).map(runningWords)).toEqual([
    "Mining",
    "Mining (paused)",
    "Mining (waiting)",
  ]);
});

test("a state looks as it is: bad only where something is wrong", () => {
  expect(moodOf("mining", null, true)).toBe("mining");
  expect(moodOf("idle", null, true)).toBe("still");
  expect(moodOf("idle", null, false)).toBe("bad");
  expect(moodOf("connecting", null, true)).toBe("waiting");
  expect(moodOf("failed", null, true)).toBe("bad");
});
