import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { picture, until } from "./browser.mjs";
import { stage } from "./stage.mjs";

const FOLDER = process.env.AION_VECTORS ?? fileURLToPath(new URL("../../../shared/vectors", import.meta.url));
const skip = existsSync(FOLDER)
  ? false
  : `SKIPPED: no vectors in ${FOLDER}; set AION_VECTORS to their folder`;

const on = stage();

async function verify(page, pasted) {
  await page.locator("#block").fill(pasted);
  await page.locator("#verify-form button").click();
}

const status = (page) => page.locator("#verify-status").textContent();

test("a real block is valid, and a block with another nonce is not, for a reason", { skip }, async () => {
  const { page, faults, workers, close } = await on.browser.open(`${on.proxy.url}/#verify`);
  const [block] = JSON.parse(await readFile(`${FOLDER}/blocks.json`, "utf8"));
  await verify(page, JSON.stringify(block));
  await until("the verdict is shown", async () => (await status(page)) === "1 item: 1 valid.");
  const result = await page.locator("#results li").textContent();
  for (const value of [
    block.mine_hash,
    block.block_hash,
    "The solution keeps the whole rule",
    "below the boundary",
  ]) {
    assert.ok(result.includes(value), `the result names ${value}`);
  }
  await picture(page, "verify-1280-valid");

  await verify(page, JSON.stringify({ ...block, nonce: "11".repeat(32) }));
  await until("the verdict is shown", async () => (await status(page)) === "1 item: 1 not valid.");
  assert.match(await page.locator("#results h3").textContent(), /Not valid: digit-not-zero at level 1/);
  await page.setViewportSize({ width: 390, height: 844 });
  await picture(page, "verify-390-not-valid");
  assert.deepEqual(workers.names, [], "verifying starts no worker");
  assert.deepEqual(faults, []);
  await close();
});

test("a file of blocks is read as it is chosen", { skip }, async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/#verify`);
  await page.locator("#file").setInputFiles(`${FOLDER}/blocks.json`);
  await until("the verdicts are shown", async () => (await status(page)) === "50 items: 50 valid.");
  assert.equal(await page.locator("#results li").count(), 50);
  assert.deepEqual(faults, []);
  await close();
});

test("what is no JSON is named as such, and so is nothing", async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/#verify`);
  await verify(page, "not a block");
  await until("the fault is shown", async () => /^Cannot be read: .*line 1/.test(await status(page)));
  await verify(page, "  ");
  await until("the fault is shown", async () => /nothing to verify/.test(await status(page)));
  assert.equal(await page.locator("#results li").count(), 0);
  assert.deepEqual(faults, []);
  await close();
});
