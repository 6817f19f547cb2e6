import assert from "node:assert/strict";
import { test } from "node:test";
import { picture, poolVerdicts, until } from "./browser.mjs";
import { stage } from "./stage.mjs";

const on = stage();

const text = (page, id) => page.locator(`#${id}`).textContent();
const count = async (page, id) => Number(await text(page, id));

test("a click mines on threads until the pool accepts a share, and Stop leaves no worker", async () => {
  const { page, faults, frames, workers, close } = await on.browser.open(`${on.proxy.url}/`);
  assert.equal(await page.evaluate("crossOriginIsolated"), true);
  assert.equal(await page.title(), "Aion web miner");
  assert.match(await text(page, "mine-status"), /^Stopped\. Nothing runs until you press Start mining\.$/);
  assert.match(await text(page, "wallet-note"), /^Development address/);
  assert.deepEqual(workers.names, [], "nothing starts by itself");
  assert.equal(frames.length, 0);
  await picture(page, "mine-1280-stopped");

  const max = Number(await page.locator("#threads").getAttribute("max"));
  const threads = Math.min(2, max);
  await page.locator("#threads").fill(String(threads));
  await page.locator("#start-stop").click();
  await until("the page says that it mines", async () =>
    /^Mining at local/.test(await text(page, "mine-status")),
  );
  assert.equal(await page.title(), "Mining · Aion web miner");
  assert.equal(await text(page, "mining-address"), await page.locator("#wallet").inputValue());
  assert.equal(await page.locator("#mining-for").isVisible(), true);
  assert.deepEqual(workers.names, ["aion-solver", ...Array(threads - 1).fill("aion-pow-thread")].sort());
  const memories = await workers.memories("aion-solver");
  assert.equal(memories.length, 1);
  assert.equal(memories[0].shared, true);
  assert.ok(memories[0].bytes <= 256 * 2 ** 20, `linear memory is ${memories[0].bytes} bytes`);

  await until("a share is accepted", async () => (await count(page, "figure-accepted")) > 0, 60);
  assert.ok(poolVerdicts(frames).includes(true), "the pool itself said so");
  assert.match(await page.locator("#log").textContent(), /accepted by the pool/);
  assert.match(await text(page, "figure-solver"), new RegExp(`^${threads} thread`));
  assert.match(await text(page, "figure-memory"), /^\d+ MiB$/);
  await until("the rate is shown", async () => (await count(page, "figure-rate")) > 0);
  await picture(page, "mine-1280-mining");
  await page.setViewportSize({ width: 390, height: 844 });
  await picture(page, "mine-390-mining");
  const width = await page.evaluate("document.documentElement.scrollWidth");
  assert.ok(width <= 390, `the page is ${width} wide`);

  await page.locator("#start-stop").click();
  await until("the page says that it stopped", async () =>
    /^Stopped\. /.test(await text(page, "mine-status")),
  );
  await until("no worker is left", () => workers.names.length === 0, 1);
  assert.equal(await page.title(), "Aion web miner");
  const verdicts = poolVerdicts(frames);
  assert.equal(await count(page, "figure-accepted"), verdicts.filter((accepted) => accepted).length);
  assert.equal(
    (await count(page, "figure-rejected")) + (await count(page, "figure-stale")),
    verdicts.filter((accepted) => !accepted).length,
  );
  assert.deepEqual(faults, []);
  await close();
});

test("the keyboard alone starts and stops", async () => {
  const { page, faults, workers, close } = await on.browser.open(`${on.proxy.url}/`);
  const focused = () => page.evaluate("document.activeElement.id");
  const tabTo = async (id) => {
    for (let i = 0; i < 10 && (await focused()) !== id; i++) await page.keyboard.press("Tab");
    assert.equal(await focused(), id);
  };
  await tabTo("tab-mine");
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.locator("#panel-verify").isVisible(), true);
  await page.keyboard.press("End");
  assert.equal(await page.locator("#panel-about").isVisible(), true);
  await page.keyboard.press("Home");
  assert.equal(await focused(), "tab-mine");
  for (const id of ["pool", "wallet", "threads", "throttle", "start-stop"]) {
    await tabTo(id);
    const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
    assert.notEqual(outline, "none", `${id} shows that it has the focus`);
  }
  await page.keyboard.press("Enter");
  await until("it mines", async () => /^Mining at/.test(await text(page, "mine-status")));
  await tabTo("throttle");
  for (let i = 0; i < 2; i++) await page.keyboard.press("ArrowDown");
  assert.equal(await page.locator("#throttle").inputValue(), "0.5");
  assert.equal(await text(page, "throttle-note"), "Rests 50 % of the time.");
  await until("it still mines", async () => (await count(page, "figure-runs")) > 0);
  await tabTo("start-stop");
  await page.keyboard.press("Space");
  await until("it stopped", async () => /^Stopped\./.test(await text(page, "mine-status")));
  await until("no worker is left", () => workers.names.length === 0, 1);
  assert.deepEqual(faults, []);
  await close();
});

test("a wallet address is judged as it is typed, and a bad one does not start", async () => {
  const { page, faults, workers, close } = await on.browser.open(`${on.proxy.url}/`);
  const wallet = page.locator("#wallet");
  for (const [typed, note] of [
    ["0xb0", /begins with 0xa0/],
    [`0xa0${"g".repeat(62)}`, /“g” is not a hex digit/],
    [`0xa0${"a".repeat(61)}`, /66 characters; this has 65/],
  ]) {
    await wallet.fill(typed);
    assert.match(await text(page, "wallet-note"), note);
    assert.equal(await wallet.getAttribute("aria-invalid"), "true");
    await page.locator("#start-stop").click();
    assert.equal(await page.evaluate("document.activeElement.id"), "wallet");
    assert.deepEqual(workers.names, []);
  }
  await wallet.fill(`0xa0${"ab".repeat(31)}`);
  assert.equal(await wallet.getAttribute("aria-invalid"), "false");
  assert.equal(await text(page, "wallet-note"), "");
  assert.deepEqual(faults, []);
  await close();
});
