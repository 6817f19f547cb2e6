// axe-core in a page: what it finds against WCAG 2.2 AA and its best practices.
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
export async function accessible(page, state) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), [], `${state}, ${colorScheme}`);
  }
}
