/* global document, navigator, Event, EventTarget */
// Every state that the page can be in, and how it comes about in a real Chromium with the real proxy behind it. The pictures of
// docs/screens and the accessibility tests both go through this table, so that a state which is added is in both.
import { setTimeout as sleep } from "node:timers/promises";
import { SOFTWARE_GPU, startBrowser, until } from "./browser.mjs";
import { greet, startHostilePool } from "./hostile-pool.mjs";
import { startPlainServer } from "./plain-server.mjs";
import { SITE, startProxy } from "./proxy.mjs";
import { vectors } from "./vectors.mjs";

const WALLET = `0xa0${"ab".repeat(31)}`;

/** Names that the browsers take for this machine: a site on a local network, and a pool elsewhere. */
const LAN = "miner.lan";
const ELSEWHERE = "pool.test";

/** What the page of a browser can do is fixed when it starts: each of these is one. */
const BROWSERS = {
  usual: [],
  /** V8 without the processor instructions that WebAssembly's SIMD needs. */
  "no-simd": ["--js-flags=--no-enable-sse4-1 --no-enable-avx --no-enable-avx2"],
  /** 64 MiB at most for a memory. */
  "little-memory": ["--js-flags=--wasm-max-mem-pages=1024"],
  /** A program instead of a GPU: slow, but what the page shows is the same. */
  gpu: SOFTWARE_GPU,
};

const status = (page) => page.locator("#mine-status").textContent();
const says = (page, pattern, seconds = 60) =>
  until(`the page says ${pattern}`, async () => pattern.test(await status(page)), seconds);
const start = (page) => page.locator("#start-stop").click();

async function startAndSee(page, pattern) {
  await start(page);
  await says(page, pattern);
}

async function mine(page) {
  await startAndSee(page, /^Mining at/);
  await page.locator("#curious > summary").click();
  await until("a stage's time is shown", async () => (await page.locator("#stages tr").count()) === 10, 60);
}

/** Mines with the wallet of a person, at a pool that is not the development one. */
async function startWithWallet(page, pattern) {
  await page.locator("#wallet").fill(WALLET);
  await startAndSee(page, pattern);
}

/** Pauses for a reason that the page is told of before it loads. */
const paused = (name, why, prepare) => ({
  name,
  prepare,
  act: (page) => startAndSee(page, new RegExp(`^Paused: ${why}`)),
});

async function verify(page, text) {
  await page.locator("#tab-verify").click();
  await page.locator("#block").fill(text);
  await page.locator("#verify-form button").click();
  await until("there is a verdict", async () => (await page.locator("#verify-status").textContent()) !== "");
}

const verifyBlocks =
  (...changes) =>
  async (page) => {
    const [{ java_eth_getBlockByNumber: block }] = await vectors("rpc-shapes.json");
    const blocks = changes.map((change) => ({ ...block, ...change }));
    await verify(page, JSON.stringify(blocks.length === 1 ? blocks[0] : blocks));
    await page.locator("#results h3").first().waitFor();
  };

async function runBenchmark(page) {
  await page.locator("#tab-benchmark").click();
  await page.locator("#benchmark-run").click();
}

/**
 * Each state: its `name`; the `site` that shows it and the `browser` that can; what `prepare`s the page before it loads; and
 * the `act` that brings the state about. `vectors` where that takes blocks of outside this repository. `schemes` that a
 * picture is taken in beside light, and `forced` where one is with forced colours. `ripen` waits for what takes a minute more
 * to be seen.
 */
export const STATES = [
  { name: "stopped", act: (page) => says(page, /^Stopped/) },
  {
    name: "settings",
    act: async (page) => {
      await says(page, /^Stopped/);
      await page.locator("#throttle").selectOption("0.5");
      await page.locator(".pauses > summary").click();
    },
  },
  {
    name: "phone",
    prepare: beAPhone,
    act: async (page) => {
      await says(page, /^Stopped/);
      await start(page);
      await until("it is asked for", () => page.evaluate("document.activeElement.id === 'allow-mobile'"));
    },
  },
  { name: "connecting", site: "silent", act: (page) => startWithWallet(page, /^Connecting/) },
  {
    name: "waiting",
    site: "jobless",
    act: (page) => startWithWallet(page, /Waiting for a job/),
  },
  { name: "mining", act: mine, schemes: ["dark"], forced: true },
  {
    name: "elsewhere",
    act: async (page) => {
      await startAndSee(page, /^Mining at/);
      await page.locator("#tab-verify").click();
    },
  },
  {
    name: "paused",
    act: async (page) => {
      await startAndSee(page, /^Mining at/);
      await page.evaluate(hide);
      await says(page, /^Paused: this tab is hidden/);
    },
  },
  paused("paused-battery", "the machine runs on its battery", drain),
  paused("paused-pressure", "the machine has too much to do", press),
  paused("paused-metered", "the connection is metered", meter),
  {
    name: "paused-other-tab",
    act: async (page) => {
      await startAndSee(page, /^Mining at/);
      const other = await page.context().newPage();
      await other.goto(page.url());
      await startAndSee(other, /^Mining at/);
      await says(page, /^Paused: another tab/);
      await page.bringToFront();
    },
  },
  {
    name: "paused-offline",
    site: "elsewhere",
    act: async (page) => {
      await startWithWallet(page, /^Mining at/);
      await page.context().setOffline(true);
      await says(page, /^Paused: there is no network/);
    },
  },
  {
    name: "gpu",
    browser: "gpu",
    act: async (page) => {
      await page.getByRole("radio", { name: "Both" }).check();
      await startAndSee(page, /^Mining at/);
    },
    ripen: (page) =>
      until(
        "the GPU has a rate",
        async () => /^(?!0\.00)\d/.test(await page.locator("#rate-gpu").textContent()),
        300,
      ),
  },
  {
    name: "gpu-fallback",
    act: async (page) => {
      await page.getByRole("radio", { name: "GPU" }).check();
      await start(page);
      await until(
        "the reason is told",
        async () => /gpu-/.test(await page.locator("#environment").textContent()),
        60,
      );
      await says(page, /^Mining at/);
    },
  },
  { name: "pool-down", site: "gone", act: (page) => startWithWallet(page, /pool-unreachable/) },
  {
    name: "bad-wallet",
    act: async (page) => {
      await says(page, /^Stopped/);
      await page.locator("#wallet").fill("0xa0zz");
      await start(page);
    },
  },
  { name: "no-pools", site: "bare", act: (page) => says(page, /^There is no pool/) },
  { name: "no-isolation", site: "plain", act: (page) => says(page, /^Stopped/) },
  { name: "insecure", site: "lan", act: (page) => says(page, /^Stopped/) },
  { name: "no-simd", browser: "no-simd", act: (page) => says(page, /not possible/) },
  { name: "out-of-memory", browser: "little-memory", act: (page) => startAndSee(page, /out-of-memory/) },
  { name: "verify-valid", act: verifyBlocks({}), vectors: true, schemes: ["dark"], forced: true },
  { name: "verify-not-valid", act: verifyBlocks({ nonce: `0x${"11".repeat(32)}` }), vectors: true },
  {
    name: "verify-several",
    act: verifyBlocks({}, { nonce: `0x${"11".repeat(32)}` }, { solution: null }),
    vectors: true,
  },
  {
    name: "verify-error",
    act: (page) => verify(page, '{"number": 600091, "nonce": 0x00'),
  },
  {
    name: "benchmark-running",
    act: async (page) => {
      await runBenchmark(page);
      await page.locator("#benchmark-progress[value]").waitFor({ timeout: 60_000 });
    },
  },
  {
    name: "benchmark",
    act: async (page) => {
      await runBenchmark(page);
      await page.locator("#benchmark-result").waitFor({ timeout: 120_000 });
    },
  },
  { name: "about", act: (page) => page.locator("#tab-about").click() },
];

/** Makes the browser call itself one of a phone, from the next load on. */
async function beAPhone(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setUserAgentOverride", {
    userAgent: await page.evaluate("navigator.userAgent"),
    userAgentMetadata: {
      platform: "Android",
      platformVersion: "15",
      architecture: "",
      model: "a phone",
      mobile: true,
    },
  });
}

/** Playwright keeps every page in front, so this one is told that it hides. */
function hide() {
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}

/** A battery that is nearly empty. */
function drain(page) {
  return page.addInitScript(() => {
    const battery = Object.assign(new EventTarget(), { charging: false, level: 0.1 });
    navigator.getBattery = () => Promise.resolve(battery);
  });
}

/** A machine that has too much to do. */
function press(page) {
  return page.addInitScript(() => {
    globalThis.PressureObserver = class {
      #callback;
      constructor(callback) {
        this.#callback = callback;
      }
      observe() {
        this.#callback([{ state: "critical" }]);
        return Promise.resolve();
      }
      disconnect() {
        // It never says anything more.
      }
    };
  });
}

/** A person who asked to save data. */
function meter(page) {
  return page.addInitScript(() => {
    Object.defineProperty(navigator.connection, "saveData", { value: true });
  });
}

/** The sites that the states need, each by its address. `opened` gets whatever has to be stopped, at once. */
async function openSites(opened) {
  const keep = async (starting) => {
    const server = await starting;
    opened.push(server);
    return server;
  };
  const pool = (script) => keep(startHostilePool(script));
  const site = (pools, headers) => keep(startPlainServer(SITE, () => ({ pools: pools() }), headers));
  const proxy = (...args) => keep(startProxy(...args, "--site", SITE));

  const [silent, jobless, gone] = [
    await pool(() => undefined),
    await pool(greet),
    await pool(() => undefined),
  ];
  await gone.stop();
  const isolated = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  };
  const elsewhere = await site(
    () => [{ name: "example", url: `ws://${ELSEWHERE}:${new URL(dev.url).port}/pool/local` }],
    () => isolated,
  );
  const dev = await proxy("--dev", "--allow-origin", elsewhere.url, "--allow-host", ELSEWHERE);
  const plain = await site(() => [{ name: "local" }]);
  return {
    dev: dev.url,
    silent: (await proxy("--pool", `example=${silent.address}`)).url,
    jobless: (await proxy("--pool", `example=${jobless.address}`)).url,
    gone: (await proxy("--pool", `example=${gone.address}`)).url,
    elsewhere: elsewhere.url,
    plain: plain.url,
    lan: plain.url.replace("127.0.0.1", LAN),
    bare: (await site(() => [])).url,
  };
}

/** The sites and the browsers of all states; a browser starts with the first state that needs it. */
export class StatesStage {
  #urls;
  #servers = [];
  #browsers = new Map();

  /** Opens the sites. Whatever becomes of it, {@link clear} is to be called. */
  async set() {
    this.#urls = await openSites(this.#servers);
  }

  /**
   * Opens a page and brings the state about; resolves as a browser's `open` does. `options` are those of the browser's
   * contexts.
   */
  async show({ site = "dev", browser = "usual", prepare, act }, options = {}) {
    const started = await this.#browser(browser);
    const expected = [`${ELSEWHERE}:${new URL(this.#urls.dev).port}`];
    const opened = await started.open(`${this.#urls[site]}/`, { expected, prepare, ...options });
    await act(opened.page);
    return opened;
  }

  /** Ends the browsers and the sites. */
  async clear() {
    for (const browser of this.#browsers.values()) await (await browser).close();
    for (const server of this.#servers) await server.stop();
  }

  #browser(name) {
    const hosts = `--host-resolver-rules=MAP ${LAN} 127.0.0.1, MAP ${ELSEWHERE} 127.0.0.1`;
    if (!this.#browsers.has(name)) this.#browsers.set(name, startBrowser([hosts, ...BROWSERS[name]]));
    return this.#browsers.get(name);
  }
}

/** Waits until what the page says has come to rest: its status changes once a second, its chart in the frame after. */
export const settled = () => sleep(1100);
