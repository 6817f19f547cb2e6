/* global document, navigator, Event, EventTarget */
// What makes a miner pause and go on, in a browser that really hides tabs, hands locks on and loses its network.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { until } from "./browser.mjs";
import { launchChromium } from "./chromium.mjs";
import { startIsolatedServer } from "./isolated-server.mjs";
import { SITE, startProxy } from "./proxy.mjs";
import { Tab } from "./tab.mjs";

const WORKER = `0xa0${"de7e10".repeat(10)}de`;

/** A name that the browser takes for this machine: a pool elsewhere, without which being offline would be no matter. */
const ELSEWHERE = "pool.test";

let server, proxy, browser;
const tabs = [];

before(async () => {
  server = await startIsolatedServer();
  proxy = await startProxy("--dev", "--site", SITE, "--allow-origin", server.url, "--allow-host", ELSEWHERE);
  browser = await launchChromium([`--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1`]);
});
afterEach(async () => {
  for (const tab of tabs.splice(0)) await tab.close();
});
after(async () => {
  await browser?.stop();
  await proxy?.stop();
  await server?.stop();
});

/** A timer may be ten seconds late, and is asked every two. */
const ASLEEP_MS = 12_500;

/** What the machine of the tests happens to be like is no matter, but for the policy that a test is about. */
const CALM = { pauseOnBattery: "never", pauseUnderPressure: false, pauseOnMetered: false };

/**
 * Opens a tab with a button that starts a miner and stops it. `prepare` is given the tab before there is a miner; `threads`
 * is the option of that name.
 */
async function open(name, policies = {}, prepare = undefined, threads = 1) {
  const url = `${server.url}/#${name}`;
  const tab = await Tab.open(browser.endpoint, url);
  tabs.push(tab);
  await prepare?.(tab);
  await tab.evaluate(setUp, {
    script: `${server.url}/www/lib/dist/miner.js`,
    options: {
      pool: `${proxy.url.replace("http:", "ws:").replace("127.0.0.1", ELSEWHERE)}/pool/local`,
      worker: WORKER,
      threads,
      policies: { ...CALM, ...policies },
    },
  });
  return tab;
}

/** Runs in the page. */
async function setUp({ script, options }) {
  const { Miner } = await import(script);
  const miner = new Miner(options);
  const states = [];
  miner.addEventListener("state", ({ detail: { state } }) => states.push({ state, at: Date.now() }));
  const errors = [];
  miner.addEventListener("error", ({ detail: { error } }) => errors.push(error.code));
  const told = [[]];
  miner.addEventListener("pause", ({ detail: { reasons } }) => told.push(reasons));
  const notices = [];
  miner.addEventListener("notice", ({ detail: { code } }) => notices.push(code));
  const button = document.createElement("button");
  button.textContent = "Start or stop";
  button.addEventListener("click", () => {
    const running = !["idle", "stopped", "failed"].includes(miner.state);
    (running ? miner.stop() : miner.start()).catch((error) => {
      errors.push(error.code);
      globalThis.refusal = error;
    });
  });
  document.body.replaceChildren(button);
  Object.assign(globalThis, { miner, states, errors, notices, told });
}

const press = (tab) => tab.click("button");
const reads = (tab) =>
  tab.evaluate(
    "({ state: miner.state, reasons: miner.pauseReasons, told: told.at(-1), runs: miner.stats.runs, errors })",
  );

/** Waits until a run is finished, after those before the last pause. */
async function mines(tab) {
  let read;
  const finished = async () => {
    read = await reads(tab);
    return read.state === "mining" && read.told.length === 0 && read.runs > (tab.runsBefore ?? 0);
  };
  await until("a run is finished", finished, 20).catch((cause) => {
    throw new Error(`${cause.message}: ${JSON.stringify(read)}`, { cause });
  });
}

/** Waits until the miner pauses for that reason alone; what it has done by then does not count as mining later. */
async function pauses(tab, reason) {
  await until(`it pauses: ${reason}`, async () => (await reads(tab)).state === "paused");
  const { reasons, told, runs } = await reads(tab);
  assert.deepEqual(reasons, [reason]);
  assert.deepEqual(told, [reason], "an event said so");
  assert.equal(await tab.evaluate("miner.stats.solutionsPerSecond"), 0);
  assert.deepEqual(tab.workers.names, ["aion-solver"], "the workers stay");
  tab.runsBefore = runs;
}

test("nothing starts without a gesture on this very page, and a click is one", async () => {
  const tab = await open("gesture");
  const code = await tab.evaluate("miner.start().then(() => 'started', ({ code }) => code)");
  assert.equal(code, "no-gesture");
  assert.deepEqual(tab.workers.names, []);
  await press(tab);
  await mines(tab);
});

test("a tab behind another one pauses, and goes on when it is in front", async () => {
  const tab = await open("hidden");
  await press(tab);
  await mines(tab);
  const other = await Tab.open(browser.endpoint, `${server.url}/#front`);
  tabs.push(other);
  assert.equal(await tab.evaluate("document.visibilityState"), "hidden");
  await pauses(tab, "hidden");
  await tab.front();
  await mines(tab);
  assert.deepEqual(await tab.evaluate("errors"), []);
});

test("a machine on its battery pauses where that is asked, until it is charged", async () => {
  // DevTools have no battery to give: the browser's function answers with one that the test drains.
  const drain = () => {
    const battery = Object.assign(new EventTarget(), { charging: true, level: 1 });
    navigator.getBattery = () => Promise.resolve(battery);
    globalThis.battery = battery;
  };
  const tab = await open("battery", { pauseOnBattery: "low" }, (tab) => tab.evaluate(drain));
  const become = (charging, level) =>
    tab.evaluate(
      ([charging, level]) => {
        Object.assign(globalThis.battery, { charging, level });
        globalThis.battery.dispatchEvent(new Event("levelchange"));
      },
      [charging, level],
    );
  await press(tab);
  await mines(tab);
  await become(false, 0.5);
  assert.equal((await reads(tab)).state, "mining");
  await become(false, 0.2);
  await pauses(tab, "battery");
  await become(true, 0.2);
  await mines(tab);
});

test("critical pressure pauses, and fair pressure ends the pause", async () => {
  const press_ = (state) => (tab) => tab.send("Emulation.setPressureStateOverride", { source: "cpu", state });
  const tab = await open("pressure", { pauseUnderPressure: true }, async (tab) => {
    const metadata = { available: true };
    await tab.send("Emulation.setPressureSourceOverrideEnabled", { enabled: true, source: "cpu", metadata });
    await press_("nominal")(tab);
  });
  await press(tab);
  await mines(tab);
  await press_("critical")(tab);
  await pauses(tab, "pressure");
  await press_("fair")(tab);
  await mines(tab);
});

test("a person who saves data, or is on a cellular connection, pauses until neither is so", async () => {
  const tab = await open("metered", { pauseOnMetered: true });
  const change = "navigator.connection.dispatchEvent(new Event('change'))";
  // DevTools change what the browser answers, and leave out its event.
  const saves = async (dataSaverEnabled) => {
    await tab.send("Emulation.setDataSaverOverride", { dataSaverEnabled });
    await tab.evaluate(change);
  };
  // Desktops have no name for their network.
  const becomes = (type) =>
    tab.evaluate(
      `Object.defineProperty(navigator.connection, "type", { value: "${type}", configurable: true }); ${change}`,
    );
  await press(tab);
  await mines(tab);
  await saves(true);
  await pauses(tab, "metered");
  await becomes("cellular");
  await saves(false);
  await pauses(tab, "metered");
  await becomes("wifi");
  await mines(tab);
  assert.deepEqual(await tab.evaluate("errors"), []);
});

/** A phone, as far as the browser is asked; or, where it is not `mobile`, none. */
async function callItself(tab, mobile) {
  const userAgent = await tab.evaluate("navigator.userAgent");
  const named = { platform: "Android", platformVersion: "15", architecture: "", model: "a phone" };
  await tab.send("Emulation.setUserAgentOverride", { userAgent, userAgentMetadata: { ...named, mobile } });
}

/** A machine with as much memory, in GiB. */
const haveMemory = (tab, gib) =>
  tab.evaluate(`Object.defineProperty(navigator, "deviceMemory", { value: ${gib}, configurable: true })`);

/** Presses the button, and waits for the start to be refused; resolves with the error's code. */
async function refused(tab) {
  const before = (await tab.evaluate("errors")).length;
  await press(tab);
  await until("the start is refused", async () => (await tab.evaluate("errors")).length > before);
  assert.deepEqual(tab.workers.names, [], "no worker was there");
  return tab.evaluate("refusal.code");
}

test("a phone or a tablet mines only where that is allowed, on one of its processors", async () => {
  const eightProcessors = (tab) =>
    tab.send("Emulation.setHardwareConcurrencyOverride", { hardwareConcurrency: 8 });
  const phone = async (tab) => {
    await eightProcessors(tab);
    await callItself(tab, true);
  };
  const asked = await open("phone", {}, phone);
  assert.equal(await refused(asked), "mobile-device");
  // The same machine, which says that it is none.
  await callItself(asked, false);
  await press(asked);
  await mines(asked);
  await press(asked);
  await until("it stopped", async () => (await reads(asked)).state === "stopped");

  // Touched, with no finer pointer, and of little memory.
  await asked.send("Emulation.setTouchEmulationEnabled", { enabled: true });
  await haveMemory(asked, 4);
  assert.equal(await refused(asked), "mobile-device");

  const allowed = await open("allowed", { allowMobile: true }, phone, undefined);
  await press(allowed);
  await mines(allowed);
  assert.equal(await allowed.evaluate("miner.stats.threads"), 1);
  const usual = `import("${server.url}/www/lib/dist/environment.js").then((it) => it.defaultThreads(it.capabilities()))`;
  assert.equal(await allowed.evaluate(usual), 1);
  await callItself(allowed, false);
  assert.equal(await allowed.evaluate(usual), 4, "elsewhere it is half of them");
});

test("a device without the memory is refused before any worker, and judged anew at the next start", async () => {
  const tab = await open("memory", {}, (tab) => haveMemory(tab, 0.5));
  assert.equal(await refused(tab), "out-of-memory");
  const { neededBytes, availableBytes } = await tab.evaluate("refusal.memory");
  assert.equal(availableBytes, 128 * 2 ** 20);
  assert.ok(neededBytes > availableBytes, `${neededBytes}`);
  assert.match(await tab.evaluate("refusal.message"), /190 MiB.*512 MiB.*128 MiB/);
  await haveMemory(tab, 8);
  await press(tab);
  await mines(tab);
});

test("a long pause gives the memory back and keeps the connection, and its end takes another solver", async () => {
  // Ten minutes are too long for a test: in this page they are over after a moment.
  const hasten = () => {
    const { setTimeout } = globalThis;
    globalThis.setTimeout = (handler, ms, ...rest) => setTimeout(handler, ms === 600_000 ? 100 : ms, ...rest);
  };
  const tab = await open("long", {}, (tab) => tab.evaluate(hasten));
  await press(tab);
  await mines(tab);
  const bytes = () => tab.evaluate("miner.stats.memoryBytes");
  assert.ok((await bytes()) > 100 * 2 ** 20);
  const other = await Tab.open(browser.endpoint, `${server.url}/#front-of-long`);
  tabs.push(other);
  await until("the worker has ended", () => tab.workers.names.length === 0);
  assert.deepEqual((await reads(tab)).reasons, ["hidden"]);
  assert.equal(await bytes(), 0);
  tab.runsBefore = (await reads(tab)).runs;
  await tab.front();
  await mines(tab);
  assert.deepEqual(tab.workers.names, ["aion-solver"]);
  assert.ok((await bytes()) > 100 * 2 ** 20);
  const subscribed = (await tab.evaluate("notices")).filter((code) => code === "subscribed");
  assert.equal(subscribed.length, 1, "over the connection that was there");
  assert.deepEqual(await tab.evaluate("errors"), []);
});

test("the tab that starts last mines, the older one ends its work first and goes on when the newer is gone", async () => {
  const policies = { pauseWhenHidden: false };
  const older = await open("older", policies);
  await press(older);
  await mines(older);
  const newer = await open("newer", policies);
  await press(newer);
  await mines(newer);
  await pauses(older, "other-tab");
  const at = (tab, state) =>
    tab.evaluate((state) => globalThis.states.findLast((told) => told.state === state)?.at, state);
  const [rested, worked] = [await at(older, "paused"), await at(newer, "mining")];
  assert.ok(rested <= worked, `the older rested ${rested - worked} ms after the newer worked`);

  await press(newer);
  await mines(older);
  await press(newer);
  await pauses(older, "other-tab");
  tabs.splice(tabs.indexOf(newer), 1);
  await newer.close();
  await mines(older);
  assert.deepEqual(await older.evaluate("errors"), []);
});

test("a tab without a network pauses and tries nothing, and is back at once", async () => {
  const tab = await open("offline");
  await tab.send("Network.enable");
  const network = (offline) =>
    tab.send("Network.emulateNetworkConditions", {
      offline,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
  await press(tab);
  await mines(tab);
  await network(true);
  await pauses(tab, "offline");
  await network(false);
  await mines(tab);
  assert.deepEqual(await tab.evaluate("errors"), []);
});

test("a browser that slept for longer than any timer is late connects anew, and mines again", async () => {
  const tab = await open("sleep");
  await press(tab);
  await mines(tab);
  browser.signal("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, ASLEEP_MS));
  browser.signal("SIGCONT");
  await until("it says that it slept", async () => (await tab.evaluate("notices")).includes("woke"));
  tab.runsBefore = (await reads(tab)).runs;
  await mines(tab);
  const subscribed = (await tab.evaluate("notices")).filter((code) => code === "subscribed");
  assert.equal(subscribed.length, 2, "over another connection");
  assert.deepEqual(await tab.evaluate("errors"), []);
});

test("after a stop there is no worker, no lock and no listener", async () => {
  const policies = { pauseOnBattery: "low", pauseOnMetered: true };
  const tab = await open("stop", policies);
  const listeners = async () => [
    await tab.listeners("document"),
    await tab.listeners("window"),
    await tab.listeners("navigator.connection"),
  ];
  const before = await listeners();
  await press(tab);
  await mines(tab);
  assert.notDeepEqual(await listeners(), before);
  await press(tab);
  await until("it stopped", async () => (await reads(tab)).state === "stopped");
  assert.deepEqual(tab.workers.names, []);
  assert.deepEqual(await listeners(), before);
  const { held, pending } = await tab.evaluate("navigator.locks.query()");
  assert.deepEqual([...held, ...pending], []);
});
