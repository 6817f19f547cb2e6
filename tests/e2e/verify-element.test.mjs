/* global addEventListener, customElements, document, getComputedStyle */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { picture, startBrowser, until } from "./browser.mjs";
import { startExplorer } from "./explorer-server.mjs";
import { vectors, withoutVectors } from "./vectors.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

const quoted = (block) => JSON.stringify(block).replaceAll("&", "&amp;").replaceAll('"', "&quot;");
const badge = (page, id) => page.locator(`#${id} summary`);
const state = (page, id, expected) =>
  until(
    `${id} is ${expected}`,
    async () => (await page.locator(`#${id}`).getAttribute("state")) === expected,
  );

test(
  "each kind of block has its badge, on a page that is not isolated",
  { skip: withoutVectors },
  async () => {
    const [{ java_eth_getBlockByNumber: block }] = await vectors("rpc-shapes.json");
    const tag = (id, json) => `<p><aion-block-proof id="${id}" block="${json}"></aion-block-proof></p>`;
    const explorer = await startExplorer(
      [
        tag("valid", quoted(block)),
        tag("invalid", quoted({ ...block, nonce: `0x${"11".repeat(32)}` })),
        tag("stake", quoted({ ...block, sealType: "0x2", nonce: undefined, solution: undefined })),
        tag("broken", "{"),
        tag("malformed", quoted({ ...block, nonce: "0x11" })),
        tag("refused", quoted({ jsonrpc: "2.0", id: 1, error: { code: -32601, message: "no such method" } })),
        "<p><aion-block-proof id='empty'></aion-block-proof></p>",
      ].join(""),
    );
    const { page, faults, close } = await browser.open(`${explorer.url}/`);
    assert.equal(await page.evaluate("crossOriginIsolated"), false);
    for (const [id, expected, text] of [
      ["valid", "valid", "Proof of work checked by your browser"],
      ["invalid", "invalid", "Proof of work not valid"],
      ["stake", "none", "Not a proof-of-work block"],
      ["broken", "error", "Proof of work not checked"],
      ["malformed", "error", "Not a block that can be read"],
      ["refused", "error", "No block came from the node"],
      ["empty", "none", "No block"],
    ]) {
      await state(page, id, expected);
      const snapshot = await badge(page, id).ariaSnapshot();
      assert.ok(snapshot.includes(text), `${id}: ${snapshot}`);
    }
    const details = page.locator("#valid [part=details]");
    assert.equal(await details.isVisible(), false);
    await badge(page, "valid").focus();
    await page.keyboard.press("Enter");
    assert.ok(await details.isVisible());
    assert.match(await details.textContent(), /✓ level 9: .*Not checked:.*on chain/);
    assert.ok((await details.evaluate((part) => getComputedStyle(part).position)) === "absolute", "styled");
    await picture(page, "badges");
    await page.keyboard.press("Escape");
    assert.equal(await details.isVisible(), false);
    const loaded = explorer.asked.filter((path) => path.endsWith(".wasm"));
    assert.deepEqual(loaded, ["/wasm/verify/aion_pow_bg.wasm"], "the verifier comes once for all badges");
    assert.deepEqual(faults, []);
    await close();
    await explorer.stop();
  },
);

test(
  "a block given by script, before or after the class is there, is checked, and an event says so",
  { skip: withoutVectors },
  async () => {
    const [{ java_eth_getBlockByNumber: block }] = await vectors("rpc-shapes.json");
    const explorer = await startExplorer("");
    const { page, faults, close } = await browser.open(`${explorer.url}/`);
    const reasons = await page.evaluate(async (block) => {
      await customElements.whenDefined("aion-block-proof");
      const made = document.createElement("aion-block-proof");
      made.id = "made";
      const verdict = () =>
        new Promise((resolve) =>
          addEventListener("verified", ({ detail }) => resolve(detail.reason ?? "valid"), { once: true }),
        );
      made.block = block;
      const first = verdict();
      document.body.append(made);
      const found = [await first];
      const second = verdict();
      made.block = { ...block, timestamp: "0x1" };
      found.push(await second);
      return found;
    }, block);
    assert.deepEqual(reasons, ["valid", "digit-not-zero"]);
    await state(page, "made", "invalid");
    assert.deepEqual(faults, []);
    await close();
    await explorer.stop();
  },
);

test("a verifier that cannot be loaded is said, and is no verdict", async () => {
  const explorer = await startExplorer(
    "<aion-block-proof id='lost' wasm-url='/wasm/none.wasm' block='{}'></aion-block-proof>",
  );
  const { page, close } = await browser.open(`${explorer.url}/`);
  await state(page, "lost", "error");
  assert.match(await badge(page, "lost").textContent(), /not checked/);
  await close();
  await explorer.stop();
});
