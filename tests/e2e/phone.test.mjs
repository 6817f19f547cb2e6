/* global document, innerHeight, scrollTo, PerformanceObserver */
// On a phone the form is longer than the screen: what goes on, and the button that ends it, stay in view.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./browser.mjs";
import { stage } from "./stage.mjs";

const on = stage();
const VIEWPORT = { width: 375, height: 667 };

const status = (page) => page.locator("#mine-status").textContent();
const says = (page, pattern) =>
  until(`the page says ${pattern}`, async () => pattern.test(await status(page)));

/** Which of the two that must be seen a person does not see whole. */
function unseen(page) {
  return page.evaluate(() =>
    ["mine-status", "start-stop"].filter((id) => {
      const { top, bottom, left, right } = document.getElementById(id).getBoundingClientRect();
      const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      return top < 0 || bottom > innerHeight || over?.id !== id;
    }),
  );
}

test("after Start on a phone the status and Stop are in view, wherever one reads, and nothing jumps", async () => {
  const { page, faults, close } = await on.browser.open(`${on.proxy.url}/`, { viewport: VIEWPORT });
  await says(page, /^Stopped/);
  await page.evaluate(() => {
    globalThis.shifts = 0;
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of list.getEntries())
        if (!hadRecentInput) globalThis.shifts += value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  const box = await page.locator("#start-stop").boundingBox();
  assert.ok(box.y + box.height <= VIEWPORT.height, "Start is in view before anything is scrolled");
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await says(page, /^Mining at/);
  for (const place of ["0", "0.5", "1"]) {
    await page.evaluate(`scrollTo(0, ${place} * document.documentElement.scrollHeight)`);
    assert.deepEqual(await unseen(page), [], `scrolled to ${place}`);
  }
  assert.equal(await page.evaluate("scrollY > 0"), true, "the page is longer than the screen");
  await until(
    "figures have changed",
    async () => Number(await page.locator("#figure-runs").textContent()) > 2,
  );
  const shifts = await page.evaluate("shifts");
  assert.ok(shifts <= 0.1, `the layout shifts by ${shifts}`);
  const stop = await page.locator("#start-stop").boundingBox();
  await page.mouse.click(stop.x + stop.width / 2, stop.y + stop.height / 2);
  await says(page, /^Stopped\. /);
  assert.deepEqual(await unseen(page), [], "and it says that it has stopped");
  assert.deepEqual(faults, []);
  await close();
});

test("on a phone the keyboard goes from top to bottom, and never to what the bar covers", async () => {
  const { page, close } = await on.browser.open(`${on.proxy.url}/`, { viewport: VIEWPORT });
  await says(page, /^Stopped/);
  await page.locator(".pauses > summary").click();
  await page.locator("#tab-mine").click();
  const tops = [];
  for (let id; id !== "log";) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const it = document.activeElement;
      const { top, bottom, left, right } = it.getBoundingClientRect();
      const points = [0.1, 0.5, 0.9].map((part) => [
        left + part * (right - left),
        top + part * (bottom - top),
      ]);
      const whole = [it, it.closest("label"), ...(it.labels ?? [])];
      const own = (found) => whole.some((part) => part?.contains(found));
      return {
        id: it.id || it.className || it.tagName,
        seen: points.some(([x, y]) => own(document.elementFromPoint(x, y))),
      };
    });
    assert.ok(stop.seen, `${stop.id} has the focus and is covered`);
    ({ id } = stop);
    tops.push(id);
  }
  assert.ok(tops.indexOf("start-stop") > tops.indexOf("pause-battery"), tops.join());

  // Where all of the page is seen at once the bar is in its own place.
  await page.setViewportSize({ width: 375, height: 2400 });
  const order = await page.evaluate((ids) => {
    scrollTo(0, 0);
    return ids.map((id) => document.getElementById(id)?.getBoundingClientRect().top ?? null);
  }, tops);
  const seen = order.filter((top) => top !== null);
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
    tops.join(),
  );
  await close();
});

test("where a screen is very low the bar takes nothing of it away", async () => {
  const { page, close } = await on.browser.open(`${on.proxy.url}/`, {
    viewport: { width: 320, height: 256 },
  });
  const position = () => page.evaluate("getComputedStyle(document.getElementById('state')).position");
  assert.equal(await position(), "static");
  await page.setViewportSize(VIEWPORT);
  assert.equal(await position(), "sticky");
  await close();
});
