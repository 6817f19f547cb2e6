import { expect, test } from "vitest";
import {
  KeptSettings,
  type PauseSettings,
  type Settings,
  SETTINGS_KEY,
  type SettingsStore,
} from "../src/settings.js";

const policies: PauseSettings = {
  pauseWhenHidden: true,
  pauseOnBattery: "low",
  pauseUnderPressure: true,
  pauseOnMetered: true,
  oneTab: true,
};
const SETTINGS: Settings = {
  pool: "example",
  wallet: `0xa0${"ab".repeat(31)}`,
  threads: 3,
  throttle: 0.5,
  backend: "both",
  policies: { ...policies, pauseOnBattery: "always", oneTab: false },
};

function storeOf(text?: string): SettingsStore & { readonly kept: Map<string, string> } {
  const kept = new Map(text === undefined ? [] : [[SETTINGS_KEY, text]]);
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

test("what was kept comes back, and is gone when it is forgotten", () => {
  const store = storeOf();
  const settings = new KeptSettings(() => store);
  expect(settings.load()).toEqual({});
  expect(settings.save(SETTINGS)).toBe(true);
  expect([...store.kept.keys()]).toEqual([SETTINGS_KEY]);
  expect(settings.load()).toEqual(SETTINGS);
  settings.forget();
  expect(store.kept.size).toBe(0);
  expect(settings.load()).toEqual({});
});

test.each([
  ["no JSON", "{", {}],
  ["no object", '"example"', {}],
  ["null", "null", {}],
  ["threads that are no number", '{"threads":"4","pool":"a"}', { pool: "a" }],
  ["more threads than a solver takes", '{"threads":49}', {}],
  ["a throttle above 1", '{"throttle":2}', {}],
  ["a wallet longer than any", JSON.stringify({ wallet: "0".repeat(67) }), {}],
  ["a back end that the page does not offer", '{"backend":"auto"}', {}],
  [
    "policies of another kind",
    '{"policies":{"oneTab":false,"pauseOnBattery":"often","pauseWhenHidden":1}}',
    { policies: { ...policies, oneTab: false } },
  ],
])("of %s only what can be used is taken", (_, text, expected) => {
  expect(new KeptSettings(() => storeOf(text)).load()).toEqual(expected);
});

test("a browser that forbids storage keeps nothing and is no error", () => {
  const settings = new KeptSettings(() => {
    throw new Error("forbidden");
  });
  expect(settings.load()).toEqual({});
  expect(settings.save(SETTINGS)).toBe(false);
  expect(() => {
    settings.forget();
  }).not.toThrow();
});
