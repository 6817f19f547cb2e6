// `npm run examples`: the examples side by side, from a fresh clone, over the packages as they are in the checkout.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bootstrap } from "./bootstrap.mjs";
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
  bootstrap();
  await npmPackages();
  await wasmArtifacts();
  await page();
  const proxy = await program("stratum-proxy");
  const { build } = await import("vite");
  await build({ root: join(root, "examples/react"), logLevel: "warn" });

  const file = process.env.BLOCK;
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

await exitCleanly(examples);
