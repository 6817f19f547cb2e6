// A site that embeds the packages: its page, its headers, and what it needs of a proxy.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newestBlock } from "../../scripts/examples/newest-block.mjs";
import { until } from "./browser.mjs";
import { BUNDLERS, page } from "./bundle.mjs";
import { startPlainServer } from "./plain-server.mjs";
import { startProxy } from "./proxy.mjs";

/** Who the site mines for. */
export const ACCOUNT = `0xa0${"c0de".repeat(15)}ab`;
export const OWNER = "Example Library";

/** The headers that give a page threads. */
export const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

const SCRIPT = `
import "aion-web-miner/element";
import { init, verifyBlock } from "aion-web-miner/verify";

globalThis.verify = async (block) => {
  await init();
  return verifyBlock(block);
};
`;

/** Where a page without a bundler finds the packages. */
const IMPORTS = {
  "aion-web-miner": "/node_modules/aion-web-miner/dist/index.js",
  "aion-web-miner/element": "/node_modules/aion-web-miner/dist/element/index.js",
  "aion-web-miner/isolation": "/node_modules/aion-web-miner/dist/isolation.js",
  "aion-web-miner/verify": "/node_modules/aion-web-miner/dist/verify.js",
  "aion-pow-verify": "/node_modules/aion-pow-verify/dist/index.js",
  "aion-pow-verify/element": "/node_modules/aion-pow-verify/dist/element.js",
};
const IMPORT_MAP = JSON.stringify({ imports: IMPORTS });

/** The element, for a pool of that address. */
export function minerTag(pool, more = "") {
  return `<aion-miner pool="${pool}" account="${ACCOUNT}" owner="${OWNER}" threads="2" ${more}></aion-miner>`;
}

const DOCUMENT = await readFile(new URL("../../docs/isolation.md", import.meta.url), "utf8");
const [, POLICY] = /^Content-Security-Policy:\n([^`]*)/m.exec(DOCUMENT);

/**
 * The very policy of docs/isolation.md. `pool` is where the page's sockets go, if not to its own server; `importMap` the text
 * of the page's import map, which is allowed by its hash, if it has one.
 */
export function strictPolicy(pool, importMap = IMPORT_MAP) {
  const hash = importMap && ` 'sha256-${createHash("sha256").update(importMap).digest("base64")}'`;
  return POLICY.replaceAll(/\s+/g, " ")
    .trim()
    .replace(" wss://pool.example", pool && ` ${pool}`)
    .replace("'wasm-unsafe-eval'", `'wasm-unsafe-eval'${hash}`);
}

/**
 * Starts a site in a folder that has the packages installed, and a proxy with a development pool that lets its pages in.
 * `bundler` is none or one of {@link BUNDLERS}; `headers(pool)` gives the headers of all files; `body(pool)` the page's.
 */
export async function startConsumer(
  folder,
  { bundler, headers = () => ISOLATION, body = minerTag, script = SCRIPT, host = "127.0.0.1" } = {},
) {
  const from = join(folder, bundler ?? "plain");
  const to = bundler ? join(from, "dist") : folder;
  await mkdir(to, { recursive: true });
  await mkdir(from, { recursive: true });
  let pool = "";
  const server = await startPlainServer(
    to,
    () => ({ pools: [] }),
    () => headers(pool),
  );
  const url = server.url.replace("127.0.0.1", host);
  const proxy = await startProxy("--dev", "--allow-origin", url).catch(async (error) => {
    await server.stop();
    throw error;
  });
  pool = proxy.url.replace("http:", "ws:");
  const tags = body(`${pool}/pool/local`);
  await writeFile(join(from, "main.js"), script);
  if (bundler) await BUNDLERS[bundler](from, to, tags);
  else {
    const map = `<script type="importmap">${IMPORT_MAP}</script>`;
    await writeFile(join(folder, "index.html"), page("/plain/main.js", tags, map));
  }
  return {
    url,
    proxy,
    poolHost: new URL(pool).host,
    /** The files that pages asked for, each with its content. */
    async loaded() {
      const paths = [...new Set(server.asked)].filter((path) => /\.(js|wasm)$/.test(path));
      return Promise.all(paths.map(async (path) => ({ path, content: await readFile(join(to, path)) })));
    },
    async stop() {
      await proxy.stop();
      await server.stop();
    },
  };
}

/** A block takes 16 solutions on the mean, which is seconds, and may take many times that on a busy machine. */
const BLOCK_SECONDS = 180;

/** The newest block of the development chain, once one was mined. */
export async function minedBlock(proxy) {
  let block;
  await until(
    "a block was mined",
    async () => {
      ({ result: block } = JSON.parse(await newestBlock(proxy.url)));
      return block !== null;
    },
    BLOCK_SECONDS,
  );
  return block;
}
