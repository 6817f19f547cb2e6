import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../checkout.mjs";
import { PACKAGES, packInto } from "../pack.mjs";

const ALLOWED = [
  /^(README\.md|LICENSE-MIT|LICENSE-APACHE|package\.json)$/,
  /^isolation-worker\.js$/,
  /^dist\/([a-z-]+\/)?[a-z-]+\.(js|js\.map|d\.ts)$/,
  /^wasm\/[a-z-]+\/aion_pow(_bg\.wasm|\.js|\.d\.ts)$/,
  /^wasm\/miner-mt\/threads\/[a-z-]+\.js$/,
];

let folder, packed;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aion-packed-"));
  packed = Object.fromEntries(packInto(folder).map((one) => [one.name, one]));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(Object.entries(PACKAGES))("%s", (name, path) => {
  const inPackage = (file) => readFileSync(join(root, path, file), "utf8");
  const manifest = JSON.parse(inPackage("package.json"));
  const entries = Object.entries(manifest.exports);

  test("is packed with what is needed and nothing else", () => {
    const { files } = packed[name];
    const strange = files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file)));
    expect(strange).toEqual([]);
    // The compiler leaves behind what it made of a source that is gone.
    const left = files
      .filter((file) => file.startsWith("dist/"))
      .map((file) => file.replace(/^dist\/(.*?)\.(js|js\.map|d\.ts)$/, "src/$1.ts"))
      .filter((source) => !existsSync(join(root, path, source)));
    expect(left, "npm test and npm start build anew").toEqual([]);
    const targets = entries.flatMap(([, target]) =>
      typeof target === "string" ? [target] : Object.values(target),
    );
    const needed = [
      "README.md",
      "LICENSE-MIT",
      "LICENSE-APACHE",
      ...targets.map((target) => target.slice(2)),
    ];
    expect(files).toEqual(expect.arrayContaining(needed));
  });

  test("has the project's licence texts", () => {
    for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"])
      expect(inPackage(licence)).toBe(readFileSync(join(root, licence), "utf8"));
  });

  test("has maps that carry what they are maps of", () => {
    const maps = packed[name].files.filter((file) => file.endsWith(".map"));
    expect(maps).not.toEqual([]);
    for (const map of maps) {
      const { sources, sourcesContent } = JSON.parse(inPackage(map));
      expect(
        sourcesContent?.filter((text) => typeof text === "string"),
        map,
      ).toHaveLength(sources.length);
    }
  });

  test("publint finds nothing to say", async () => {
    const tarball = readFileSync(packed[name].tarball);
    const { messages, pkg } = await publint({ pack: { tarball: tarball.buffer }, level: "suggestion" });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test("types resolve wherever an ES module can be imported", () => {
    // CommonJS can reach the package by import() alone, and TypeScript's resolution of before 2022 knows no exports: the
    // profile leaves both out. Nor are artifacts and the service worker's script modules; they are named by their address.
    const notModules = entries
      .map(([entry]) => entry)
      .filter((entry) => /\.wasm$|isolation-worker/.test(entry));
    const options = ["--profile", "esm-only", "--no-color", "--no-emoji", "--format", "ascii"];
    const excluded = notModules.length > 0 ? ["--exclude-entrypoints", ...notModules] : [];
    const attw = join(root, "node_modules/@arethetypeswrong/cli/dist/index.js");
    const args = [attw, packed[name].tarball, ...options, ...excluded];
    const said = execFileSync(process.execPath, args, { encoding: "utf8" });
    for (const [entry] of entries.filter(([entry]) => !notModules.includes(entry)))
      expect(said).toContain(`"${join(name, entry)}"`);
  });
});

test("what is imported for what it does counts as a side effect, and nothing else", () => {
  const effects = (path) => JSON.parse(readFileSync(join(root, path, "package.json"), "utf8")).sideEffects;
  expect(effects("www/verify")).toEqual(["./dist/element.js"]);
  expect(effects("www/lib")).toEqual([
    "./dist/element/index.js",
    "./dist/solver-worker.js",
    "./dist/gpu-worker.js",
    "./isolation-worker.js",
    "./wasm/*/threads/thread-worker.js",
  ]);
});
