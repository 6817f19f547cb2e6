import { describe, expect, test } from "vitest";
import { type AttributeName, readSettings } from "../src/element/attributes.js";
import { Miner } from "../src/miner.js";

const BASE = "https://library.example/about/us.html";
const ACCOUNT = `0xa0${"ab".repeat(31)}`;
const GOOD = { pool: "wss://pool.example/pool/main", account: ACCOUNT, owner: "Example Library" };

function settings(change: Partial<Record<AttributeName, string>> = {}, base = BASE) {
  const attributes: Partial<Record<AttributeName, string>> = { ...GOOD, ...change };
  return readSettings((name) => attributes[name] ?? null, base);
}

test("pool, account and owner are enough, and make a miner", () => {
  const { account, owner, options, faults } = settings();
  expect(faults).toEqual([]);
  expect([account, owner]).toEqual([ACCOUNT, "Example Library"]);
  expect(options).toEqual({ pool: [GOOD.pool], worker: ACCOUNT, policies: { allowMobile: false } });
  expect(new Miner(options).state).toBe("idle");
});

test("every attribute reaches the miner's options", () => {
  const { options, faults } = settings({
    pool: " wss://a.example/pool/x\n/pool/y ",
    rig: "attic-1",
    password: "d=8",
    threads: "3",
    throttle: "0.5",
    backend: "both",
    "pause-on-battery": "always",
    "allow-mobile": "",
    "worker-url": "worker.js",
    "gpu-worker-url": "/gpu.js",
    "wasm-base": "../wasm",
  });
  expect(faults).toEqual([]);
  expect(options).toEqual({
    pool: ["wss://a.example/pool/x", "wss://library.example/pool/y"],
    worker: `${ACCOUNT}.attic-1`,
    password: "d=8",
    threads: 3,
    throttle: 0.5,
    backend: "both",
    policies: { pauseOnBattery: "always", allowMobile: true },
    workerUrl: "https://library.example/about/worker.js",
    gpuWorkerUrl: "https://library.example/gpu.js",
    wasmBase: "https://library.example/wasm",
  });
});

test("a path is a pool on the page's server, by ws: where that came by http:", () => {
  expect(settings({ pool: "/pool/local" }, "http://localhost:8080/").options.pool).toEqual([
    "ws://localhost:8080/pool/local",
  ]);
});

describe("what cannot be used is said by name, with the value and what is wanted", () => {
  test.each<[AttributeName, string, RegExp]>([
    ["account", "", /^The attribute account is missing: wanted is 0xa0 and 62 more hex digits\.$/],
    ["account", "0xb0", /^The attribute account is “0xb0”: wanted/],
    ["owner", " ", /^The attribute owner is missing: wanted is the name/],
    ["pool", "", /^The attribute pool is missing: /],
    ["pool", "https://pool.example/", /^The attribute pool is “https:/],
    ["pool", "wss://a.example/ wss://a.example/", /: wanted are different /],
    ["pool", "ftp://a.example/", /^The attribute pool is “ftp:/],
    ["pool", "wss://", /^The attribute pool is “wss:/],
    ["rig", "a b", /^The attribute rig is “a b”: wanted are 1 to 32/],
    ["password", "x".repeat(257), /^The attribute password is too long: wanted are at most 256/],
    ["threads", "0", /^The attribute threads is “0”: wanted is a whole number from 1 to 48\.$/],
    ["threads", "many", /“many”/],
    ["threads", "1.5", /“1\.5”/],
    ["throttle", "0", /^The attribute throttle is “0”: wanted is a number above 0 and at most 1\.$/],
    ["throttle", "1,5", /“1,5”/],
    ["backend", "quantum", /“quantum”: wanted is one of auto, cpu, gpu, both\.$/],
    ["pause-on-battery", "maybe", /“maybe”: wanted is never, low or always\.$/],
    ["worker-url", "blob:https://library.example/1", /“blob:.*wanted is an http: or https: address/],
    ["wasm-base", "data:text/plain,x", /“data:/],
  ])("%s=%j", (name, value, words) => {
    const { faults } = settings({ [name]: value });
    expect(faults).toEqual([expect.stringMatching(words)]);
  });

  test("all at once, and long values by their beginning", () => {
    const { faults } = settings({ pool: "x:", owner: "", account: "1".repeat(500), threads: "-1" });
    expect(faults).toHaveLength(4);
    expect(Math.max(...faults.map(({ length }) => length))).toBeLessThan(220);
  });
});
