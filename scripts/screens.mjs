// `npm run screens`: writes a picture of every state of the page into docs/screens/, from the real page in a real Chromium,
// with the real proxy behind it. Build the page first. CHROMIUM, STRATUM_PROXY and AION_VECTORS as in the tests.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { SOFTWARE_GPU, startBrowser, until } from "../tests/e2e/browser.mjs";
import { startHostilePool } from "../tests/e2e/hostile-pool.mjs";
import { startPlainServer } from "../tests/e2e/plain-server.mjs";
import { SITE, startProxy } from "../tests/e2e/proxy.mjs";
import { vectors } from "../tests/e2e/vectors.mjs";
import { findChromium } from "./bootstrap/chromium.mjs";
import { thisMachine } from "./bootstrap/machine.mjs";
import { program } from "./builds.mjs";
import { root } from "./checkout.mjs";

const FOLDER = join(root, "docs/screens");
/** Widths in CSS pixels, and what of the page's height is shown at the most. */
const SIZES = [
  { width: 375, most: 1500 },
  { width: 1280, most: 1000 },
  { width: 2560, most: 1000 },
];
const WALLET = `0xa0${"ab".repeat(31)}`;
/** V8 without the processor instructions that WebAssembly's SIMD needs, and with 64 MiB at most for a memory. */
const NO_SIMD = ["--js-flags=--no-enable-sse4-1 --no-enable-avx --no-enable-avx2"];
const LITTLE_MEMORY = ["--js-flags=--wasm-max-mem-pages=1024"];

const status = (page) => page.locator("#mine-status").textContent();
const says = (page, pattern) =>
  until(`the page says ${pattern}`, async () => pattern.test(await status(page)), 60);
const start = (page) => page.locator("#start-stop").click();

async function mine(page) {
  await start(page);
  await says(page, /^Mining at/);
  await page.locator("#curious > summary").click();
  await until(
    "runs enough for a chart",
    async () => (await page.locator("#figure-runs").textContent()) >= 20,
    60,
  );
}

async function verify(page, block) {
  await page.locator("#tab-verify").click();
  await page.locator("#block").fill(JSON.stringify(block));
  await page.locator("#verify-form button").click();
  await page.locator("#results h3").first().waitFor();
}

/** A page that hides, as far as it can tell. */
async function hide(page) {
  await start(page);
  await says(page, /^Mining at/);
  await page.evaluate(() => {
    const { document, Event } = globalThis;
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await says(page, /^Paused: this tab is hidden/);
}

const [{ java_eth_getBlockByNumber: block }] = await vectors("rpc-shapes.json");

/** Each state: its name, the site that shows it, what brings it about, and what the browser must be told. */
const STATES = [
  { name: "stopped", act: () => undefined },
  {
    name: "connecting",
    site: "silent",
    act: async (page) => {
      await page.locator("#wallet").fill(WALLET);
      await start(page);
      await says(page, /^Connecting/);
    },
  },
  { name: "mining", act: mine, schemes: ["light", "dark"] },
  { name: "paused", act: hide },
  {
    // On a program instead of a GPU: slow, but what the page shows is the same.
    name: "gpu",
    flags: SOFTWARE_GPU,
    act: async (page) => {
      await page.getByRole("radio", { name: "Both" }).check();
      await start(page);
      await until(
        "the GPU has a rate",
        async () => /^(?!0\.00)\d/.test(await page.locator("#rate-gpu").textContent()),
        300,
      );
    },
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
  {
    name: "pool-down",
    site: "gone",
    act: async (page) => {
      await page.locator("#wallet").fill(WALLET);
      await start(page);
      await says(page, /pool-unreachable/);
    },
  },
  {
    name: "bad-wallet",
    act: async (page) => {
      await page.locator("#wallet").fill("0xa0zz");
      await start(page);
    },
  },
  { name: "no-pools", site: "bare", act: (page) => says(page, /^There is no pool/) },
  { name: "no-isolation", site: "plain", act: () => undefined },
  {
    name: "insecure",
    site: "lan",
    flags: ["--host-resolver-rules=MAP miner.lan 127.0.0.1"],
    act: () => undefined,
  },
  { name: "no-simd", flags: NO_SIMD, act: (page) => says(page, /not possible/) },
  {
    name: "out-of-memory",
    flags: LITTLE_MEMORY,
    act: async (page) => {
      await start(page);
      await says(page, /out-of-memory/);
    },
  },
  { name: "verify-valid", act: (page) => verify(page, block), schemes: ["light", "dark"] },
  { name: "verify-not-valid", act: (page) => verify(page, { ...block, nonce: `0x${"11".repeat(32)}` }) },
  {
    name: "benchmark",
    act: async (page) => {
      await page.locator("#tab-benchmark").click();
      await page.locator("#benchmark-run").click();
      await page.locator("#benchmark-result").waitFor({ timeout: 60_000 });
    },
  },
  { name: "about", act: (page) => page.locator("#tab-about").click() },
];

/** The places that the states need, with what ends them. */
async function openSites() {
  const silent = await startHostilePool(() => undefined);
  const gone = await startHostilePool(() => undefined);
  await gone.stop();
  const proxies = {
    dev: await startProxy("--dev", "--site", SITE),
    silent: await startProxy("--pool", `example=${silent.address}`, "--site", SITE),
    gone: await startProxy("--pool", `example=${gone.address}`, "--site", SITE),
  };
  const plain = await startPlainServer(SITE, () => ({ pools: [{ name: "local" }] }));
  const bare = await startPlainServer(SITE, () => ({ pools: [] }));
  const urls = Object.fromEntries(
    Object.entries({ ...proxies, plain, bare }).map(([name, { url }]) => [name, url]),
  );
  urls.lan = plain.url.replace("127.0.0.1", "miner.lan");
  return {
    urls,
    async stop() {
      for (const server of [...Object.values(proxies), plain, bare, silent]) await server.stop();
    },
  };
}

/** A page has few colours: with a palette its picture takes a third. */
function smaller(png) {
  return sharp(png).png({ palette: true, colours: 48, effort: 7, compressionLevel: 9 }).toBuffer();
}

async function shoot(page, name) {
  let bytes = 0;
  for (const { width, most } of SIZES) {
    await page.setViewportSize({ width, height: 800 });
    const height = Math.min(most, await page.evaluate("document.documentElement.scrollHeight"));
    await page.setViewportSize({ width, height });
    await page.evaluate("scrollTo(0, 0)");
    const picture = await smaller(await page.screenshot({ animations: "disabled" }));
    await writeFile(join(FOLDER, `${name}-${width}.png`), picture);
    bytes += picture.length;
  }
  console.log(`${name}: ${Math.round(bytes / 1024)} KiB`);
  return bytes;
}

process.env.CHROMIUM = findChromium(thisMachine, process.env);
process.env.STRATUM_PROXY ??= await program("stratum-proxy");
const wanted = process.argv.slice(2);
if (wanted.length === 0) await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
const sites = await openSites();
let bytes = 0;
try {
  for (const { name, site = "dev", flags = [], act, schemes = ["light"] } of STATES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const browser = await startBrowser(flags);
    try {
      const { page, close } = await browser.open(`${sites.urls[site]}/`);
      await act(page);
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme });
        // The status changes once a second at the most, and the chart draws in the next frame.
        await page.waitForTimeout(1100);
        bytes += await shoot(page, colorScheme === "light" ? name : `${name}-${colorScheme}`);
      }
      await close();
    } finally {
      await browser.close();
    }
  }
} finally {
  await sites.stop();
}
console.log(`${Math.round(bytes / 1024)} KiB in all`);
