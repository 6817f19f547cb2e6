// `npm run examples`: the examples side by side, from a fresh clone, over the packages as they are in the checkout.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { bootstrap } from "./bootstrap.mjs";
import { BootstrapError } from "./bootstrap/machine.mjs";
import { npmPackages, page, program, wasmArtifacts } from "./builds.mjs";
import { root } from "./checkout.mjs";
import { newestBlock } from "./examples/newest-block.mjs";
import { serveExamples } from "./examples/server.mjs";
import { exitCleanly } from "./exit.mjs";
import { runLocalProxy } from "./local-proxy.mjs";
import { PACKAGES } from "./pack.mjs";
import { choosePort } from "./port.mjs";

/** What an example's `npm run vendor` would copy into its `vendor/`. */
const VENDOR = Object.fromEntries(Object.entries(PACKAGES).map(([name, path]) => [name, join(root, path)]));

async function examples() {
  const port = await choosePort(process.env.PORT);
  const file = blockFile(process.env.BLOCK);
  bootstrap();
  await npmPackages();
  await wasmArtifacts();
  await page();
  const proxy = await program("stratum-proxy");
  const { build } = await import("vite");
  await build({ root: join(root, "examples/react"), logLevel: "warn" });

  let site;
  try {
    await runLocalProxy(proxy, ["--listen", "127.0.0.1:0"], async (proxyUrl) => {
      const folders = {
        "plain-html": { folder: join(root, "examples/plain-html"), vendor: VENDOR },
        react: { folder: join(root, "examples/react/dist") },
        "explorer-badge": { folder: join(root, "examples/explorer-badge"), vendor: VENDOR },
      };
      const block = () => (file ? readFile(file, "utf8") : newestBlock(proxyUrl));
      site = await serveExamples(folders, { proxy: proxyUrl, block, port });
      const addresses = Object.keys(folders).map((name) => `  ${site.url}/${name}/`);
      console.log(`\n${addresses.join("\n")}\n\n  Open one in a browser. Ctrl+C ends them.\n`);
    });
  } finally {
    await site?.stop();
  }
}

/** The file whose block the explorer shows, if BLOCK names one; relative to where npm was called. */
function blockFile(named) {
  if (!named) return undefined;
  const file = resolve(process.env.INIT_CWD ?? "", named);
  if (!existsSync(file))
    throw new BootstrapError(`BLOCK is ${JSON.stringify(named)}: there is no file ${file}.`);
  return file;
}

await exitCleanly(examples);
