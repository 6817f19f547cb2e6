/* global document, innerWidth */
// Whether everybody can use a page as it stands: what axe-core finds against WCAG 2.2 AA and its best practices, and what of
// the same it cannot find.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What is wrong with the page as it stands: a line for each element, with the rule and what axe says of it. */
export async function violations(page) {
  // By the debugger and not by a script element, which the page's Content-Security-Policy forbids.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(AXE);
  const found = await page.evaluate(
    async (values) =>
      (await globalThis.axe.run(globalThis.document, { runOnly: { type: "tag", values } })).violations,
    TAGS,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) =>
        `${id}: ${target.join(" ")}: ${failureSummary.split("\n").slice(1, 3).join("; ")}`,
    ),
  );
}

/** Asserts that axe finds nothing, in light and in dark. */
export async function accessible(page) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), [], colorScheme);
  }
}

/** Asserts that nothing to be pressed is smaller than 24 pixels (WCAG 2.5.8). */
export async function pressable(page) {
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, a, select, summary, input:not(.visually-hidden)")]
      .filter((element) => element.checkVisibility())
      // A box within its label is not the whole of its target.
      .map((element) => element.closest("label") ?? element)
      // A link within a sentence is as high as its line.
      .filter((element) => element.tagName !== "A" || element.closest("p") === null)
      .filter((element) => Math.min(element.offsetWidth, element.offsetHeight) < 24)
      .map(({ outerHTML }) => outerHTML.slice(0, 100)),
  );
  assert.deepEqual(small, []);
}

/** Asserts that nothing is wider than the page (WCAG 1.4.10), but for what lies in a box that is scrolled by itself. */
export async function fits(page, what) {
  // The chart takes its new size in a frame, and shows it in the next.
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  const found = await page.evaluate(() => ({
    scrolled: document.documentElement.scrollWidth - innerWidth,
    outside: [...document.querySelectorAll("body *")]
      .filter(
        (element) => element.checkVisibility() && element.closest("[tabindex='0'], svg, .plot") === null,
      )
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .map(({ outerHTML }) => outerHTML.slice(0, 100)),
  }));
  assert.deepEqual(found, { scrolled: 0, outside: [] }, what);
}
