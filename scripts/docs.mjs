// `npm run docs`: the reference of packages and crates, from the comments in the sources, in target/docs.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bootstrap } from "./bootstrap.mjs";
import { npmPackages, wasmArtifacts } from "./builds.mjs";
import { root } from "./checkout.mjs";
import { exitCleanly } from "./exit.mjs";
import { output, run } from "./run.mjs";

const FOLDER = join(root, "target/docs");

/** What the index page leads to. */
const PARTS = [
  ["typescript/modules/aion-web-miner.html", "aion-web-miner", "the miner for web pages (npm)"],
  ["typescript/modules/aion-pow-verify.html", "aion-pow-verify", "the verifier for web pages and Node (npm)"],
  ["rust/aion_pow/index.html", "aion_pow", "verifier, solver, headers and targets (crate)"],
  ["rust/stratum/index.html", "stratum", "messages of both dialects, line codec (crate)"],
  ["rust/stratum_proxy/index.html", "stratum_proxy", "the proxy (crate)"],
  ["rust/solo_pool/index.html", "solo_pool", "the pool (crate)"],
];

/** Every warning is an error, as in scripts/typedoc.mjs: what is public has a comment, whose links lead somewhere. */
const STRICT = { RUSTDOCFLAGS: "-D warnings" };

/** Reads the comments of the npm packages, and writes their pages into a folder, where one is given. Needs the wasm artifacts. */
export const readTypeScript = (...folder) => run("node", ["scripts/typedoc.mjs", ...folder]);

/** Reads the comments of the library crates and writes their pages; returns cargo's folder of them. */
export async function readRust() {
  const metadata = await output("cargo", ["metadata", "--format-version", "1", "--no-deps", "--locked"]);
  const pages = join(JSON.parse(metadata).target_directory, "doc");
  // Cargo keeps what was documented before, dependencies and programs too.
  rmSync(pages, { recursive: true, force: true });
  const doc = (...args) =>
    run("cargo", ["doc", "--lib", "--no-deps", "--locked", "--quiet", ...args], STRICT);
  // The library first: the other crates' pages link to its own where they are there.
  await doc("--package", "aion-pow", "--features", "gpu");
  await doc("--workspace", "--exclude", "aion-pow");
  return pages;
}

/** Writes all of it. */
async function writeDocs() {
  bootstrap();
  await npmPackages();
  await wasmArtifacts();
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  await readTypeScript(join(FOLDER, "typescript"));
  cpSync(await readRust(), join(FOLDER, "rust"), { recursive: true });
  writeFileSync(join(FOLDER, "index.html"), indexPage());
  console.log(`open ${join(FOLDER, "index.html")}`);
}

function indexPage() {
  const items = PARTS.map(
    ([page, name, what]) => `<li><a href="${page}"><code>${name}</code></a>: ${what}</li>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>aion-web-miner: reference</title>
<h1>aion-web-miner: reference</h1>
<p>Made from the comments in the sources by <code>npm run docs</code>. Guides are in the folder <code>docs</code> of the
checkout.</p>
<ul>
${items.join("\n")}
</ul>
</html>
`;
}

if (process.argv[1] === import.meta.filename) await exitCleanly(writeDocs);
