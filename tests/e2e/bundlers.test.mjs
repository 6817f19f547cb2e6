// What an explorer's own build makes of the package: by webpack and by Vite, and then in a real Chromium.
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startBrowser, until } from "./browser.mjs";
import { BUNDLERS } from "./bundle.mjs";
import { startPlainServer } from "./plain-server.mjs";
import { vectors, withoutVectors } from "./vectors.mjs";

// Inside of the checkout, so that the package is found as it is by whoever installed it.
const FOLDER = fileURLToPath(new URL("./output/bundled/", import.meta.url));
const WASM = new URL("../../www/verify/wasm/verify/aion_pow_bg.wasm", import.meta.url);

const SCRIPT = `
import { init, verifySolution } from "aion-pow-verify";
const block = await (await fetch("block.json")).json();
await init();
const { mineHash, nonce, solution, difficulty } = block;
document.title = JSON.stringify(verifySolution({ mineHash, nonce, solution, difficulty }));
`;

let browser;
before(async () => {
  await rm(FOLDER, { recursive: true, force: true });
  browser = await startBrowser();
});
after(() => browser?.close());

async function scripts(folder) {
  const names = await readdir(folder, { recursive: true });
  const texts = names
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFile(join(folder, name), "utf8"));
  return (await Promise.all(texts)).join("\n");
}

for (const [name, bundle] of Object.entries(BUNDLERS)) {
  test(
    `${name} bundles the verifier, leaves out what is not used, and it verifies`,
    { skip: withoutVectors },
    async () => {
      const [from, to] = [join(FOLDER, name, "src"), join(FOLDER, name, "dist")];
      await mkdir(from, { recursive: true });
      await mkdir(to, { recursive: true });
      await writeFile(join(from, "main.js"), SCRIPT);
      await bundle(from, to);
      const [{ java_eth_getBlockByNumber: block, mine_hash: mineHash }] = await vectors("rpc-shapes.json");
      await writeFile(join(to, "block.json"), JSON.stringify({ ...block, mineHash }));

      const text = await scripts(to);
      for (const unused of ["verifyMany", "solutionTree", "aion-block-proof"]) {
        assert.ok(!text.includes(unused), `${unused} is left out`);
      }
      assert.ok(!/new Worker|WebSocket/.test(text), "no worker, no socket");
      const modules = (await readdir(to, { recursive: true })).filter((file) => file.endsWith(".wasm"));
      assert.equal(modules.length, 1, "the module lies beside the script");
      assert.ok(
        (await readFile(join(to, modules[0]))).equals(await readFile(WASM)),
        "and is the package's own",
      );

      const server = await startPlainServer(to, () => []);
      const { page, faults, close } = await browser.open(`${server.url}/`);
      await until("the verdict", async () => (await page.title()) !== "");
      assert.equal(await page.title(), '{"ok":true}');
      assert.deepEqual(faults, []);
      await close();
      await server.stop();
    },
  );
}
