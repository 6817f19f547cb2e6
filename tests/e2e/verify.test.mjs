/* global DataTransfer, DragEvent, File, document, location */
import assert from "node:assert/strict";
import { test } from "node:test";
import { violations } from "./accessibility.mjs";
import { picture, until } from "./browser.mjs";
import { stage } from "./stage.mjs";
import { VECTORS, vectors, withoutVectors } from "./vectors.mjs";

const on = stage();
const skip = withoutVectors;

async function verify(page, pasted) {
  await page.locator("#block").fill(pasted);
  await page.locator("#verify-form button").click();
}

const status = (page) => page.locator("#verify-status").textContent();
const shows = (page, text) => until(`“${text}”`, async () => (await status(page)) === text);
const fits = (page) =>
  page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth");

test("a real block is valid step by step, and what was not checked is said", { skip }, async () => {
  const { page, faults, workers, close } = await on.browser.open(`${on.proxy.url}/#verify`);
  const [{ java_eth_getBlockByNumber: block, mine_hash }] = await vectors("rpc-shapes.json");
  await verify(page, JSON.stringify(block));
  await shows(page, "1 item: 1 valid.");
  const steps = page.locator("#results .steps > li");
  const names = await steps.locator("h4").allTextContents();
  assert.deepEqual(names, [
    "Mine hash",
    "Solution length",
    "Indices all different",
    "Order of the indices",
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((level) => `Level ${level}`),
    "Target",
    "Block hash",
  ]);
  assert.equal(await page.locator("#results .steps > .holds").count(), names.length);
  const result = await page.locator("#results > li").textContent();
  for (const value of [mine_hash, block.hash.slice(2), "Not checked", "On the chain"]) {
    assert.ok(result.includes(value), `the result says ${value}`);
  }
  assert.deepEqual(workers.names, [], "verifying starts no worker");
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), [], colorScheme);
  }
  for (const [width, height] of [
    [1280, 900],
    [360, 800],
  ]) {
    await page.setViewportSize({ width, height });
    assert.ok(await fits(page), `nothing is wider than ${width} pixels`);
    await picture(page, `verify-${width}-valid`);
  }
  assert.deepEqual(faults, []);
  await close();
});

test("a block with another nonce is not valid, and the tree shows where", { skip }, async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/#verify`);
  const [block] = await vectors("blocks.json");
  await verify(page, JSON.stringify({ ...block, nonce: "11".repeat(32) }));
  await shows(page, "1 item: 1 not valid.");
  assert.match(await page.locator("#results h3").textContent(), /Not valid: digit-not-zero at level 1/);
  const failed = page.locator("#results .steps > .fails h4");
  assert.equal(await failed.first().textContent(), "Level 1");
  assert.ok((await page.locator(".tree rect.bar.failing").count()) > 500, "most nodes fall short");
  for (const [width, height] of [
    [1280, 900],
    [360, 800],
  ]) {
    await page.setViewportSize({ width, height });
    assert.ok(await fits(page), `nothing is wider than ${width} pixels`);
    await picture(page, `verify-${width}-not-valid`);
  }
  assert.deepEqual(faults, []);
  await close();
});

test("the tree is walked and zoomed by keys alone, and has the same in a table", { skip }, async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/#verify`);
  const [{ java_eth_getBlockByNumber: block }] = await vectors("rpc-shapes.json");
  await verify(page, JSON.stringify(block));
  const said = page.locator(".tree-said");
  const bars = () => page.locator(".tree rect.bar").count();
  await until("the tree is drawn", async () => (await bars()) === 1023);
  assert.equal(await page.locator(".tree rect.selected").isVisible(), true, "without motion too");
  assert.match(await said.textContent(), /^Root, leaves 1 to 512: 210 leading zero bits/);
  await page.locator(".tree summary").focus();
  await page.keyboard.press("Shift+Tab");
  for (const [key, expected, drawn] of [
    [
      "ArrowDown",
      /^Level 8, node 1 of 2, leaves 1 to 256: \d+ leading zero bits, 168 wanted, enough\.$/,
      1023,
    ],
    ["ArrowRight", /^Level 8, node 2 of 2/, 1023],
    ["Enter", /^Level 8, node 2 of 2/, 512],
    ["ArrowDown", /^Level 7, node 3 of 4/, 512],
    ["Enter", /^Level 7, node 3 of 4/, 257],
    ["Escape", /^Level 7, node 3 of 4/, 512],
  ]) {
    await page.keyboard.press(key);
    assert.match(await said.textContent(), expected, key);
    assert.equal(await bars(), drawn, `${key}: the nodes in sight`);
  }
  await page.keyboard.press("Shift+Tab");
  await page.locator(".tree summary").click();
  const rows = await page.locator(".tree tbody tr").allTextContents();
  assert.equal(rows.length, 10);
  assert.match(rows[9], /^Root1210210210/, "level, nodes, wanted, fewest and most");
  assert.deepEqual(faults, []);
  await close();
});

test("the tree of an old dashboard's block is drawn by the nonce that was meant", { skip }, async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/#verify`);
  const title = page.locator("#results h3");
  for (const { explorer_json: shown, header, solution } of await vectors("dashboard-blocks.json")) {
    await verify(page, JSON.stringify({ ...shown, bloom: header.logsBloom, solution }));
    const expected = `Block ${shown.blockNumber.toLocaleString("en")}: Valid`;
    await until(expected, async () => (await title.allTextContents())[0] === expected);
    await until("the tree is drawn", async () => (await page.locator(".tree rect.bar").count()) === 1023);
    assert.equal(await page.locator(".tree rect.bar.failing").count(), 0, expected);
  }
  assert.deepEqual(faults, []);
  await close();
});

test("a file of blocks is read as it is chosen", { skip }, async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/#verify`);
  await page.locator("#file").setInputFiles(`${VECTORS}/blocks.json`);
  await shows(page, "50 items: 50 valid.");
  assert.equal(await page.locator("#results > li").count(), 50);
  assert.deepEqual(faults, []);
  await close();
});

test("a file that is dropped is read too", { skip }, async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/#verify`);
  const blocks = await vectors("blocks.json");
  await page.evaluate(
    (text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], "blocks.json"));
      const panel = document.querySelector("#panel-verify");
      panel.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    },
    JSON.stringify(blocks.slice(0, 2)),
  );
  await shows(page, "2 items: 2 valid.");
  assert.deepEqual(faults, []);
  await close();
});

test("a link carries the block, and opens the tab with the block checked", { skip }, async () => {
  const { page, close } = await on.browser.open(`${on.proxy.url}/#verify`);
  const [{ java_eth_getBlockByNumber: block }] = await vectors("rpc-shapes.json");
  await verify(page, JSON.stringify(block, null, 2));
  const link = await page.locator(".link a").getAttribute("href");
  await close();
  assert.ok(link.length < 8_000, `${link.length} characters`);
  const opened = await on.browser.open(`${on.proxy.url}/${link}`);
  await shows(opened.page, "1 item: 1 valid.");
  assert.ok(await opened.page.locator("#panel-verify").isVisible());
  assert.equal(await opened.page.locator("#block").inputValue(), JSON.stringify(block));
  await verify(opened.page, JSON.stringify(block));
  assert.equal(await opened.page.evaluate("location.hash"), "#verify", "a pasted block is not the link's");
  await opened.page.evaluate((cut) => (location.hash = cut), link.slice(0, -9));
  await until("the fault is shown", async () =>
    /link cannot be read: it is cut off/.test(await status(opened.page)),
  );
  assert.equal(await opened.page.locator("#results > li").count(), 0);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test("what is no JSON is named as such, and so is nothing", async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/#verify`);
  await verify(page, "not a block");
  await until("the fault is shown", async () => /^Cannot be read: .*line 1/.test(await status(page)));
  await verify(page, "  ");
  await until("the fault is shown", async () => /nothing to verify/.test(await status(page)));
  assert.equal(await page.locator("#results > li").count(), 0);
  assert.deepEqual(faults, []);
  await close();
});
