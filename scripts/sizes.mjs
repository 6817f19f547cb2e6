// `npm run sizes`: what the packages weigh on a page, held against budgets.json.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { root } from "./checkout.mjs";

const FORMS = ["raw", "gzip", "brotli"];

/**
 * What is weighed: a module is a script, with all that it imports before it runs, as a bundler makes it smallest; a `wasm`
 * file is weighed as it is. Packages of their own, and what a worker fetches later, have rows of their own.
 */
const WEIGHED = {
  "aion-pow-verify": { script: "www/verify/dist/index.js" },
  "aion-pow-verify/element": { script: "www/verify/dist/element.js", without: /\/index\.js$/ },
  "aion-web-miner": { script: "www/lib/dist/index.js", without: /^aion-pow-verify/ },
  "aion-web-miner/element": { script: "www/lib/dist/element/index.js", without: /^aion-pow-verify/ },
  "aion-web-miner/isolation": { script: "www/lib/dist/isolation.js" },
  "aion-web-miner/isolation-worker.js": { script: "www/lib/isolation-worker.js" },
  "aion-web-miner/solver-worker": { script: "www/lib/dist/solver-worker.js", without: /\/wasm\// },
  "aion-web-miner/gpu-worker": { script: "www/lib/dist/gpu-worker.js", without: /\/wasm\// },
  "miner-mt, script": { script: "www/lib/wasm/miner-mt/aion_pow.js" },
  "miner-st, script": { script: "www/lib/wasm/miner-st/aion_pow.js" },
  "gpu, script": { script: "www/lib/wasm/gpu/aion_pow.js" },
  "verify, wasm": { wasm: "www/verify/wasm/verify/aion_pow_bg.wasm" },
  "miner-mt, wasm": { wasm: "www/lib/wasm/miner-mt/aion_pow_bg.wasm" },
  "miner-st, wasm": { wasm: "www/lib/wasm/miner-st/aion_pow_bg.wasm" },
  "gpu, wasm": { wasm: "www/lib/wasm/gpu/aion_pow_bg.wasm" },
};

/** The most bytes that each may have, by name and form, for the compiler that made the artifacts. */
export function budgets() {
  const { olderCompiler, ...limits } = JSON.parse(readFileSync(join(root, "budgets.json"), "utf8"));
  // Compilers before 1.91 cannot leave out the messages of panics, which the verifier's artifact shows.
  const verifier = readFileSync(join(root, WEIGHED["verify, wasm"].wasm));
  const more = verifier.includes("index out of bounds") ? olderCompiler : { raw: 0, gzip: 0, brotli: 0 };
  for (const [name, limit] of Object.entries(limits)) {
    if (!WEIGHED[name]?.wasm) continue;
    limits[name] = Object.fromEntries(FORMS.map((form) => [form, limit[form] + more[form]]));
  }
  return limits;
}

/** The bytes that each has, by name and form. */
export async function sizes() {
  const rows = Object.entries(WEIGHED).map(async ([name, weighed]) => [name, weigh(await content(weighed))]);
  return Object.fromEntries(await Promise.all(rows));
}

/** What is over its budget or has none, and budgets of nothing, as sentences. */
export function overweight(sizes, budgets) {
  const names = new Set([...Object.keys(sizes), ...Object.keys(budgets)]);
  return [...names].flatMap((name) => {
    if (!budgets[name]) return [`${name} has no budget`];
    if (!sizes[name]) return [`the budget of ${name} is for nothing that is weighed`];
    return FORMS.filter((form) => !(sizes[name][form] <= budgets[name][form])).map(
      (form) => `${name} has ${sizes[name][form]} bytes ${form}, over its budget of ${budgets[name][form]}`,
    );
  });
}

async function content({ script, wasm, without = [] }) {
  if (wasm) return readFileSync(join(root, wasm));
  const bundle = await rolldown({ input: join(root, script), external: without, platform: "browser" });
  try {
    const { output } = await bundle.generate({ format: "es", minify: true });
    const scripts = output.filter(({ type }) => type === "chunk");
    return Buffer.from(scripts.map(({ code }) => code).join("\n"));
  } finally {
    await bundle.close();
  }
}

function weigh(bytes) {
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes).length,
  };
}

function table(sizes, budgets) {
  const rows = Object.entries(sizes).map(([name, size]) => {
    const cells = FORMS.map(
      (form) => `${size[form].toLocaleString("en")} of ${budgets[name]?.[form].toLocaleString("en")}`,
    );
    return `| ${[name, ...cells].join(" | ")} |`;
  });
  return [`| bytes | ${FORMS.join(" | ")} |`, "| --- | --- | --- | --- |", ...rows].join("\n");
}

if (process.argv[1] === import.meta.filename) {
  const [found, limits] = [await sizes(), budgets()];
  console.log(table(found, limits));
  const faults = overweight(found, limits);
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
