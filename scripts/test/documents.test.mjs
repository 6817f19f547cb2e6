// What all documents for people have in common: their links lead somewhere, their commands exist.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../checkout.mjs";

const read = (path) => readFileSync(join(root, path), "utf8");

/** The documents for people, by their paths. */
const DOCUMENTS = [
  "README.md",
  "SECURITY.md",
  "CONTRIBUTING.md",
  "deploy/README.md",
  "www/lib/README.md",
  "www/verify/README.md",
].concat(
  readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
);

/** The anchors of a document's headings, as the places that show it make them. */
function anchorsOf(path) {
  const headings = read(path)
    .replace(/^```.*?^```/gms, "")
    .matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe.each(DOCUMENTS)("%s", (path) => {
  const scripts = JSON.parse(read("package.json")).scripts;

  test("names npm scripts that there are", () => {
    const named = [...read(path).matchAll(/\bnpm (?:run (?:--silent )?([a-z][a-z0-9:]*)|(start|test)\b)/g)];
    const unknown = named
      .map(([, script, short]) => script ?? short)
      .filter((script) => !(script in scripts));
    expect(unknown).toEqual([]);
  });

  test("names scripts for node that there are", () => {
    const named = [...read(path).matchAll(/\bnode ((?:scripts|tests|benches)\/\S+\.mjs)/g)].map(
      ([, file]) => file,
    );
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  test("has links that lead somewhere", () => {
    const links = [
      ...read(path)
        .replace(/^```.*?^```/gms, "")
        .matchAll(/\]\(([^)\s]+)\)/g),
    ].map(([, link]) => link);
    const broken = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [file, anchor] = link.split("#");
      const target = file === "" ? path : normalize(join(dirname(path), file));
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});
