// What a site's own build makes of the packages, with no settings but where things are.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build as vite } from "vite";
import webpack from "webpack";

/** Each bundles `main.js` of a folder into another, and puts an `index.html` with that body beside it. */
export const BUNDLERS = {
  webpack: async (from, to, body = "") => {
    const config = {
      mode: "production",
      context: from,
      entry: join(from, "main.js"),
      output: { path: to, filename: "main.js" },
    };
    const stats = await new Promise((resolve, reject) => {
      webpack(config, (error, stats) => (error ? reject(error) : resolve(stats)));
    });
    assert.deepEqual(stats.toJson({ errors: true, warnings: false }).errors, []);
    await writeFile(join(to, "index.html"), page("main.js", body));
  },
  Vite: async (from, to, body = "") => {
    await writeFile(join(from, "index.html"), page("./main.js", body));
    const build = { outDir: to, target: "es2022", emptyOutDir: false };
    await vite({ root: from, base: "./", configFile: false, logLevel: "warn", build });
  },
};

/** A page with one module script, and with `head` before it. */
export function page(script, body, head = "") {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<title></title><link rel="icon" href="data:,">${head}<script type="module" src="${script}"></script><body>${body}`;
}
