import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { startBrowser, until } from "./browser.mjs";
import { SITE, startProxy } from "./proxy.mjs";
import { vectors, withoutVectors } from "./vectors.mjs";

let node, proxy, browser;
const requests = [];
let answer = () => ({ result: null });

before(async () => {
  node = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    requests.push(JSON.parse(Buffer.concat(parts)));
    response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, ...answer() }));
  });
  await new Promise((resolve) => node.listen(0, "127.0.0.1", resolve));
  const { port } = node.address();
  proxy = await startProxy("--dev", "--rpc", `main=http://127.0.0.1:${port}`, "--site", SITE);
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await proxy?.stop();
  node?.close();
  node?.closeAllConnections();
});

async function ask(page, name, wanted) {
  await page.locator("#node").selectOption(name);
  await page.locator("#wanted").fill(wanted);
  await page.locator("#fetch").click();
}

test("a block comes from the node that is chosen, and is checked", { skip: withoutVectors }, async () => {
  const { page, faults, close } = await browser.open(`${proxy.url}/#verify`);
  const [{ java_eth_getBlockByNumber: block }] = await vectors("rpc-shapes.json");
  answer = () => ({ result: block });
  await page.locator("#node-form").waitFor({ state: "visible" });
  await ask(page, "main", "700023");
  const status = page.locator("#verify-status");
  await until("the verdict", async () => (await status.textContent()) === "1 item: 1 valid.");
  assert.deepEqual(requests.at(-1).params, ["0xaae77", false]);
  assert.ok((await page.locator(".tree rect.bar").count()) > 0, "the tree is drawn from the envelope too");
  assert.deepEqual(faults, []);
  await close();
});

test("a node that serves the mining interface alone is asked by that", { skip: withoutVectors }, async () => {
  const { page, faults, close } = await browser.open(`${proxy.url}/#verify`);
  const [{ java_getHeaderByBlockNumber: header }] = await vectors("rpc-shapes.json");
  answer = () =>
    requests.at(-1).method === "getHeaderByBlockNumber"
      ? { result: header }
      : { error: { code: -32601, message: "Method not found" } };
  await page.locator("#node-form").waitFor({ state: "visible" });
  await ask(page, "main", "700,023");
  const status = page.locator("#verify-status");
  await until("the verdict", async () => (await status.textContent()) === "1 item: 1 valid.");
  assert.deepEqual(requests.at(-1).params, [700023]);
  assert.deepEqual(faults, []);
  await close();
});

test("a block that the development chain does not know is not called invalid", async () => {
  const { page, faults, close } = await browser.open(`${proxy.url}/#verify`);
  await page.locator("#node-form").waitFor({ state: "visible" });
  await ask(page, "local", "latest");
  const status = page.locator("#verify-status");
  await until("the verdict", async () => (await status.textContent()) === "1 item: 1 nothing to judge.");
  assert.deepEqual(faults, []);
  await close();
});

test("what is no block's name asks nobody, and a node's own error is shown", async () => {
  const { page, faults, close } = await browser.open(`${proxy.url}/#verify`);
  await page.locator("#node-form").waitFor({ state: "visible" });
  const note = page.locator("#wanted-note");
  const before = requests.length;
  await ask(page, "main", "the newest");
  await until("the fault", async () => /no block number/.test(await note.textContent()));
  assert.equal(requests.length, before);
  answer = () => ({ error: { code: -32000, message: "still syncing" } });
  await ask(page, "main", "1");
  await until("the fault", async () => /No block from main: still syncing\./.test(await note.textContent()));
  assert.deepEqual(faults, []);
  await close();
});
