// The examples as somebody gets them who copies one: installed from the packed packages, built, and served with the headers
// that each asks for.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build, createServer } from "vite";
import { serveExamples } from "../../scripts/examples/server.mjs";
import { violations } from "./accessibility.mjs";
import { poolVerdicts, startBrowser, until } from "./browser.mjs";
import { strictPolicy } from "./consumer.mjs";
import { installExamples } from "./packages.mjs";
import { startProxy } from "./proxy.mjs";
import { freePort } from "./server-process.mjs";
import { vectors, withoutVectors } from "./vectors.mjs";

const ACCOUNT = `0xa0${"00".repeat(31)}`;
const OWNER = "Example Library";

/** The pages that mine, and where each is. */
const MINING = [
  ["plain HTML with the element", "plain-html/"],
  ["plain HTML by script", "plain-html/by-script.html"],
  ["React", "react/"],
];

let consumers, folders, proxy, site, browser;
/** What the explorer's server has for block.json. */
let block;

before(async () => {
  consumers = await installExamples("plain-html", "react", "explorer-badge");
  const { "plain-html": plain, react, "explorer-badge": explorer } = consumers.folders;
  for (const cwd of [plain, explorer]) execFileSync("npm", ["run", "--silent", "vendor"], { cwd });
  await build({ root: react, logLevel: "warn" });
  folders = {
    "plain-html": { folder: plain },
    react: { folder: join(react, "dist") },
    "explorer-badge": { folder: explorer },
  };
  proxy = await startProxy("--dev", "--dev-difficulty", "1");
  site = await serveExamples(folders, { proxy: proxy.url, block: () => block() });
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await proxy?.stop();
  await consumers?.remove();
});

/** Opens a page of a server; all ends with the test. */
async function open(t, path, server = site) {
  const tab = await browser.open(`${server.url}/${path}`);
  t.after(tab.close);
  return tab;
}

const button = (page, name) => page.getByRole("button", { name, exact: true });
const status = (page) => page.getByRole("status");
const says = (page, pattern) =>
  until(`the page says ${pattern}`, async () => pattern.test(await status(page).textContent()), 60);

/** Starts by a click, on a page that has done nothing so far. */
async function start(page) {
  await button(page, "Start mining").click();
  await says(page, /^Mining\b/);
}

/** Whether the page, as it stands, suits everybody: in both schemes, and on the narrowest of phones. */
async function suits(page, state) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), [], `${state}, ${colorScheme}`);
  }
  const { width: was, height } = page.viewportSize();
  await page.setViewportSize({ width: 320, height });
  const width = await page.evaluate("document.documentElement.scrollWidth");
  assert.ok(width <= 320, `${state}: the page is ${width} wide on a screen of 320`);
  await page.setViewportSize({ width: was, height });
}

const subscriptions = (frames) => frames.filter(({ line }) => line?.method === "mining.subscribe").length;

for (const [name, path] of MINING) {
  test(`${name}: nothing runs before a click, then the pool accepts a share, and Stop leaves nothing`, async (t) => {
    const { page, faults, frames, workers } = await open(t, path);
    await until("there is a button", () => button(page, "Start mining").isEnabled());
    assert.equal(await page.evaluate("crossOriginIsolated"), true);
    const snapshot = await page.locator("body").ariaSnapshot();
    for (const words of [OWNER, ACCOUNT, "processor threads"]) assert.ok(snapshot.includes(words), snapshot);
    await suits(page, "stopped");
    assert.deepEqual([workers.names, frames], [[], []], "nothing starts by itself");

    await start(page);
    await until("the pool accepts a share", () => poolVerdicts(frames).includes(true), 60);
    assert.equal(subscriptions(frames), 1);
    for (const script of workers.scripts) assert.ok(script.startsWith(`${site.url}/`), script);
    await until("the share is shown", async () => /[1-9]\d* ?(shares?|$)/m.test(await shownShares(page)));

    const mining = await browser.pageLoad();
    await button(page, "Stop mining").click();
    await says(page, /^Stopped\./);
    await until("no worker is left", () => workers.names.length === 0, 1);
    const used = await browser.pageLoad();
    const words = `${used.toFixed(3)} s of processor time a second after the stop, ${mining.toFixed(3)} before`;
    t.diagnostic(words);
    // A machine that is busy with other things may leave little to the page in either second.
    assert.ok(used < Math.max(0.1, mining / 5), words);
    assert.deepEqual(faults, []);
  });
}

/** Where a page says how many shares were accepted. */
async function shownShares(page) {
  const figure = page.locator("dl > div", { hasText: "Shares accepted" }).locator("dd");
  return (await figure.count()) > 0 ? figure.textContent() : page.locator("#thanks").textContent();
}

test("the headers of the pages that mine are those of docs/isolation.md, and the import map has its hash", async () => {
  for (const [path, mapped] of [
    ["plain-html/", true],
    ["plain-html/by-script.html", true],
    ["react/", false],
  ]) {
    const response = await fetch(`${site.url}/${path}`);
    const html = await response.text();
    const [, importMap = ""] = /<script type="importmap">([^]*?)<\/script>/.exec(html) ?? [];
    assert.equal(importMap !== "", mapped, path);
    assert.equal(response.headers.get("content-security-policy"), strictPolicy("", importMap), path);
    assert.equal(response.headers.get("cross-origin-opener-policy"), "same-origin", path);
    assert.equal(response.headers.get("cross-origin-embedder-policy"), "require-corp", path);
  }
});

test("the element takes the page's colours, whatever the page calls them", async (t) => {
  const { page } = await open(t, "plain-html/");
  const colours = await button(page, "Start mining").evaluate((button) => {
    const { getComputedStyle, document } = globalThis;
    const link = document.createElement("p");
    link.style.color = "var(--accent)";
    document.body.append(link);
    return [getComputedStyle(button).backgroundColor, getComputedStyle(link).color];
  });
  assert.equal(colours[0], colours[1]);
  assert.notEqual(colours[0], "rgba(0, 0, 0, 0)");
});

test("React: a miner that is unmounted while it starts or mines is stopped, and the next waits for a click", async (t) => {
  const { page, faults, frames, workers } = await open(t, "react/");
  const leave = async () => {
    await button(page, "Read").click();
    await until("no worker is left", () => workers.names.length === 0, 5);
    assert.equal(await button(page, "Stop mining").count(), 0);
    await button(page, "Support us").click();
    assert.match(await status(page).textContent(), /^Not mining\./);
  };
  await button(page, "Start mining").click();
  await leave();

  await start(page);
  assert.notDeepEqual(workers.names, []);
  await leave();
  const before = frames.length;
  assert.ok((await browser.pageLoad()) < 0.2, "and the processor is at rest");
  assert.equal(frames.length, before, "no socket says anything more");
  assert.deepEqual(workers.names, []);
  assert.deepEqual(faults, []);
});

/** Serves the React example as its developer sees it, without a build; ends with the test. */
async function develop(t) {
  const server = { host: "127.0.0.1", port: 0, proxy: { "/pool": { target: proxy.url, ws: true } } };
  const vite = await createServer({ root: consumers.folders.react, server, logLevel: "warn" });
  t.after(() => vite.close());
  await vite.listen();
  return { url: `http://127.0.0.1:${vite.httpServer.address().port}` };
}

test("React: under StrictMode, whose effects run twice in development, there is one miner", async (t) => {
  const { page, faults, frames, workers } = await open(t, "", await develop(t));
  await until("there is a button", () => button(page, "Start mining").isVisible());
  assert.equal(await page.evaluate("crossOriginIsolated"), true);
  assert.deepEqual([workers.names, subscriptions(frames)], [[], 0], "nothing starts by itself");
  await start(page);
  await until("the pool accepts a share", () => poolVerdicts(frames).includes(true), 60);
  assert.equal(workers.names.filter((name) => name === "aion-solver").length, 1);
  assert.equal(subscriptions(frames), 1);

  await button(page, "Read").click();
  await until("no worker is left", () => workers.names.length === 0, 5);
  await button(page, "Support us").click();
  await start(page);
  assert.equal(workers.names.filter((name) => name === "aion-solver").length, 1);
  assert.equal(subscriptions(frames), 2);
  await button(page, "Stop mining").click();
  await until("no worker is left", () => workers.names.length === 0, 5);
  assert.deepEqual(faults, []);
});

const OTHER_ACCOUNT = `0xa0${"0b".repeat(31)}`;

/** A page of somebody's who lets the account be changed while it mines. */
const CHANGING = `
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { MinerPanel } from "./src/MinerPanel.js";
import { SETTINGS } from "./src/settings.js";

function Page() {
  const [account, setAccount] = useState(SETTINGS.account);
  return (
    <main>
      <button onClick={() => setAccount("${OTHER_ACCOUNT}")}>Other account</button>
      <MinerPanel settings={{ ...SETTINGS, account }} owner="Example Library" />
    </main>
  );
}
createRoot(document.body).render(<Page />);
`;

test("React: for another account it stops, and waits for a click; the next one mines for that account", async (t) => {
  await writeFile(join(consumers.folders.react, "changing.tsx"), CHANGING);
  const html =
    '<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="changing.tsx"></script>';
  await writeFile(join(consumers.folders.react, "changing.html"), html);
  const { page, frames, workers } = await open(t, "changing.html", await develop(t));
  await until("there is a button", () => button(page, "Start mining").isVisible());
  await start(page);
  await button(page, "Other account").click();
  await until("no worker is left", () => workers.names.length === 0, 5);
  assert.match(await status(page).textContent(), /^Not mining\./);
  assert.ok((await page.locator("main").textContent()).includes(OTHER_ACCOUNT));

  await start(page);
  const accounts = frames
    .filter(({ line }) => line?.method === "mining.authorize")
    .map(({ line }) => line.params[0]);
  assert.deepEqual(accounts, [ACCOUNT, OTHER_ACCOUNT]);
});

for (const [name, path] of MINING) {
  test(`${name}: a pool that cannot be reached is told with its code, and Stop ends the tries`, async (t) => {
    const lone = await serveExamples(folders, { proxy: `http://127.0.0.1:${await freePort()}` });
    t.after(() => lone.stop());
    const { page, workers } = await open(t, path, lone);
    await button(page, "Start mining").click();
    await says(page, /\(pool-unreachable\)\. (Next try in \d+ s\.|It tries again by itself\.)$/);
    await suits(page, "running, with an error");
    await button(page, "Stop mining").click();
    await says(page, /^Stopped\./);
    await until("no worker is left", () => workers.names.length === 0, 5);
  });

  test(`${name}: a pause is told with its reason, and ends by itself`, async (t) => {
    const { page, faults, workers } = await open(t, path);
    await start(page);
    const other = await page.context().newPage();
    await other.goto(`${site.url}/plain-html/`);
    await start(other);
    await says(page, /^Paused, because another tab of this site mines already\./);
    await button(other, "Stop mining").click();
    await says(page, /^Mining\b/);
    await button(page, "Stop mining").click();
    await until("no worker is left", () => workers.names.length === 0, 5);
    assert.deepEqual(faults, []);
  });
}

/** The block of the explorer's tests, with some of its members changed. */
async function realBlock(changes = {}) {
  const [{ java_eth_getBlockByNumber: real }] = await vectors("rpc-shapes.json");
  return { ...real, ...changes };
}

/** The same hex with its byte at that place changed by one bit. */
function withOtherByte(hex, at) {
  const from = 2 + 2 * at;
  const byte = (Number.parseInt(hex.slice(from, from + 2), 16) ^ 1).toString(16).padStart(2, "0");
  return hex.slice(0, from) + byte + hex.slice(from + 2);
}

const badge = (page, state) =>
  until(
    `the badge is ${state}`,
    async () => (await page.locator("#badge").getAttribute("data-state")) === state,
  );

test(
  "explorer: a real block is valid, checked by the verifier alone",
  { skip: withoutVectors },
  async (t) => {
    const real = await realBlock();
    block = () => JSON.stringify(real);
    site.asked.length = 0;
    const { page, faults, frames, workers } = await open(t, "explorer-badge/");
    await badge(page, "valid");
    assert.match(await status(page).textContent(), /Proof of work checked by your browser/);
    assert.equal(await page.locator("h1").textContent(), "Block 700,023");
    assert.ok((await page.locator("#fact-list").textContent()).includes(real.hash), "the hash computed here");
    await page.locator("#steps summary").click();
    assert.match(await page.locator("#step-list").textContent(), /✓ level 9: .*✓ target: .*✓ block hash: /);
    assert.match(await page.locator("#open-list").textContent(), /on the chain/);
    await suits(page, "valid");

    assert.equal(await page.evaluate("crossOriginIsolated"), false, "it needs no isolation");
    assert.ok(!existsSync(join(consumers.folders["explorer-badge"], "node_modules/aion-web-miner")));
    const vendor = "/explorer-badge/vendor/aion-pow-verify/";
    const asked = site.asked.filter((path) => /\.(js|wasm)$/.test(path) && !path.startsWith(vendor));
    assert.deepEqual(asked, ["/explorer-badge/block-page.js", "/explorer-badge/judge-block.js"]);
    const modules = site.asked.filter((path) => path.endsWith(".wasm"));
    assert.deepEqual(modules, [`${vendor}wasm/verify/aion_pow_bg.wasm`]);
    assert.deepEqual([workers.names, frames], [[], []]);
    assert.deepEqual(faults, []);
  },
);

test(
  "explorer: the block that the page's address asks for, and no other",
  { skip: withoutVectors },
  async (t) => {
    const real = await realBlock();
    block = () => JSON.stringify({ jsonrpc: "2.0", id: 1, result: real });
    const asked = await open(t, `explorer-badge/?hash=${real.hash}`);
    await badge(asked.page, "valid");
    const another = await open(t, `explorer-badge/?hash=0x${"11".repeat(32)}`);
    await badge(another.page, "another");
    assert.match(await status(another.page).textContent(), /Not the block that was asked for/);
    assert.match(await another.page.locator("#why").textContent(), /^The block hash expected is 1111/);
    const none = await open(t, "explorer-badge/?hash=12");
    await badge(none.page, "not-checked");
    assert.match(
      await none.page.locator("#why").textContent(),
      /^The verifier cannot use an option: expectedHash /,
    );
  },
);

test(
  "explorer: one changed byte, of solution, nonce or header, is not valid",
  { skip: withoutVectors },
  async (t) => {
    const real = await realBlock();
    for (const [member, at] of [
      ["solution", 700],
      ["nonce", 31],
      ["stateRoot", 0],
    ]) {
      block = () => JSON.stringify({ ...real, [member]: withOtherByte(real[member], at) });
      const { page, faults } = await open(t, "explorer-badge/");
      await badge(page, "invalid");
      assert.match(await status(page).textContent(), /Proof of work not valid/, member);
      assert.match(await page.locator("#why").textContent(), /\w/, member);
      assert.match(await page.locator("#step-list").textContent(), /✗/, member);
      if (member === "solution") await suits(page, "invalid");
      assert.deepEqual(faults, [], member);
    }
  },
);

test(
  "explorer: a server's error is no verdict, and Try again fetches once more",
  { skip: withoutVectors },
  async (t) => {
    block = () => Promise.reject(new Error("the node is away"));
    const { page, faults } = await open(t, "explorer-badge/");
    await badge(page, "not-fetched");
    assert.match(await status(page).textContent(), /The block could not be fetched/);
    assert.equal(await page.locator("#why").textContent(), "The explorer answered with status 502.");
    assert.equal(await page.locator("#facts").isVisible(), false);
    await suits(page, "not fetched");

    await page.context().setOffline(true);
    await button(page, "Try again").click();
    await until("the reason is the network", async () =>
      /fetch/.test(await page.locator("#why").textContent()),
    );
    await badge(page, "not-fetched");
    await page.context().setOffline(false);

    block = () =>
      JSON.stringify({ jsonrpc: "2.0", id: 1, error: { code: -32000, message: "still syncing" } });
    await button(page, "Try again").click();
    await until("the node's words", async () =>
      /still syncing/.test(await page.locator("#why").textContent()),
    );
    await badge(page, "not-fetched");

    const real = await realBlock();
    block = () => JSON.stringify(real);
    await button(page, "Try again").click();
    await badge(page, "valid");
    assert.equal(await button(page, "Try again").isVisible(), false);
    for (const fault of faults) assert.match(fault, /^console: Failed to load resource/);
  },
);

test(
  "explorer: what is no header, no block or no proof of work is called so",
  { skip: withoutVectors },
  async (t) => {
    const cases = [
      [
        "malformed",
        /Not a valid block header/,
        JSON.stringify(await realBlock({ nonce: "0x12" })),
        /^Nonce holds 1 byte/,
      ],
      ["malformed", /Not a valid block header/, "{}", /^The item is an object without/],
      ["malformed", /Not a valid block header/, "<!doctype html>", /^It is no JSON/],
      [
        "nothing",
        /No proof of work to check/,
        '{"jsonrpc":"2.0","id":1,"result":null}',
        /^The explorer knows no such block\.$/,
      ],
    ];
    for (const [state, said, text, why] of cases) {
      block = () => text;
      const { page, faults } = await open(t, "explorer-badge/");
      await badge(page, state);
      assert.match(await status(page).textContent(), said);
      assert.match(await page.locator("#why").textContent(), why);
      assert.equal(await page.locator("#facts").isVisible(), false);
      await suits(page, state);
      assert.deepEqual(faults, []);
    }
  },
);

test(
  "explorer: a verifier that cannot be loaded is no verdict either",
  { skip: withoutVectors },
  async (t) => {
    const real = await realBlock();
    block = () => JSON.stringify(real);
    const { page } = await open(t, "explorer-badge/");
    await page.route("**/*.wasm", (route) => route.abort());
    await page.reload();
    await badge(page, "not-checked");
    assert.match(await status(page).textContent(), /Proof of work not checked/);
    assert.match(await page.locator("#why").textContent(), /^The verifier could not be loaded: /);
  },
);
