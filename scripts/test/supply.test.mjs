import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cargoLockFaults, crateFaults, rules } from "../supply/crates.mjs";
import { isAllowed, licenceOf } from "../supply/licences.mjs";
import { exampleFaults, npmFaults } from "../supply/npm.mjs";
import { differences, hashes } from "../supply/reproducible.mjs";

const INDEX = "https://github.com/rust-lang/crates.io-index";

test.each([
  ["MIT", true],
  ["GPL-3.0-only", false],
  ["GPL-3.0-only OR MIT", true],
  ["MIT OR GPL-3.0-only", true],
  ["MIT/Apache-2.0", true],
  ["MIT AND GPL-3.0-only", false],
  ["GPL-3.0-only OR MIT AND Zlib", false],
  ["(MIT OR GPL-3.0-only) AND Apache-2.0", true],
  ["Apache-2.0 WITH LLVM-exception", false],
  ["Apache-2.0 WITH LLVM-exception OR MIT", true],
  ["MIT OR", false],
  ["MIT GPL-3.0-only", false],
  ["(MIT", false],
  ["", false],
  [null, false],
])("the licence %s is met: %s", (expression, met) => {
  expect(isAllowed(expression, ["MIT", "Apache-2.0"])).toBe(met);
});

test.each([
  [{ license: "MIT" }, "MIT"],
  [{ license: { type: "MIT", url: "…" } }, "MIT"],
  [{ licenses: [{ type: "MIT" }, { type: "ISC" }] }, "(MIT OR ISC)"],
  [{}, ""],
])("the licence of %j is read", (manifest, licence) => {
  expect(licenceOf(manifest)).toBe(licence);
});

describe("crates", () => {
  const pack = (over) => ({
    id: "x",
    name: "x",
    version: "1.0.0",
    license: "MIT",
    source: `registry+${INDEX}`,
    dependencies: [],
    ...over,
  });
  const held = { licences: ["MIT"], registries: [INDEX], olderVersions: [] };
  const faults = (packages, over) =>
    crateFaults([{ packages, workspace_members: ["ours"] }], { ...held, ...over });

  test("that keep to the rules are no fault", () => {
    expect(faults([pack(), pack({ id: "ours", name: "ours", source: null })])).toEqual([]);
  });

  test.each([
    ["a licence", [pack({ license: "GPL-3.0-only" })], "x 1.0.0 has the licence GPL-3.0-only"],
    ["no licence", [pack({ license: null })], "x 1.0.0 has the licence of a file"],
    [
      "another registry",
      [pack({ source: "registry+https://a.example" })],
      "x 1.0.0 comes from registry+https://a.example",
    ],
    [
      "a repository",
      [pack({ source: "git+https://a.example/x#1" })],
      "x 1.0.0 comes from git+https://a.example/x#1",
    ],
    [
      "any version",
      [pack({ id: "ours", source: null, dependencies: [{ name: "y", req: "*" }] })],
      "x 1.0.0 takes any version of y",
    ],
    [
      "two versions",
      [pack({ version: "1.10.0" }), pack({ version: "1.9.0" })],
      'x@1.9.0 is beside a newer version, and not under "skip"',
    ],
  ])("with %s are", (_, packages, fault) => {
    expect(faults(packages)).toEqual([fault]);
  });

  test("of this checkout may be taken by path, and old versions that are known are no fault until they are gone", () => {
    const path = [{ name: "y", req: "*", path: "/somewhere" }];
    expect(faults([pack({ id: "ours", source: null, dependencies: path })])).toEqual([]);
    const olderVersions = ["x@0.9.0"];
    expect(faults([pack(), pack({ version: "0.9.0" })], { olderVersions })).toEqual([]);
    expect(faults([pack()], { olderVersions })).toEqual([
      'x@0.9.0 is under "skip", and is not beside a newer version any more',
    ]);
  });

  test("of a registry have a checksum", () => {
    const entry = (rest) => `[[package]]\nname = "x"\nversion = "1.0.0"\n${rest}`;
    const source = `source = "registry+${INDEX}"\n`;
    expect(cargoLockFaults(`${entry(`${source}checksum = "${"0a".repeat(32)}"\n`)}\n${entry("")}`)).toEqual(
      [],
    );
    expect(cargoLockFaults(entry(source))).toEqual(["x has no checksum in Cargo.lock"]);
  });

  test("are held to what deny.toml says", () => {
    const text = `
[licenses]
allow = [
    # "GPL-3.0-only",
    "MIT",
]
[bans]
skip = [
    { crate = "x@1.0.0", reason = "y" },
]
[sources]
allow-registry = ["${INDEX}"]
`;
    expect(rules(text)).toEqual({ licences: ["MIT"], registries: [INDEX], olderVersions: ["x@1.0.0"] });
    expect(() => rules(text.replace("skip =", "skipped ="))).toThrow('no list "skip" under [bans]');
  });
});

describe("npm packages", () => {
  const integrity = `sha512-${"A".repeat(86)}==`;
  const good = { version: "1.0.0", integrity, license: "MIT", dev: true };
  const faults = (pack, installed) =>
    npmFaults({ lockfileVersion: 3, packages: { "node_modules/x": pack } }, {}, () => installed);

  test("that keep to the rules are no fault", () => {
    expect(faults(good)).toEqual([]);
    expect(faults({ ...good, license: undefined }, { license: "ISC", version: "1.0.0" })).toEqual([]);
  });

  test.each([
    ["no hash", { ...good, integrity: undefined }, "has no SHA-512"],
    ["a weak hash", { ...good, integrity: "sha1-AAAA" }, "has no SHA-512"],
    [
      "a host",
      { ...good, resolved: "https://a.example/x.tgz" },
      "names where it comes from: https://a.example/x.tgz",
    ],
    ["a repository", { ...good, version: "git+ssh://a.example/x" }, "has the version git+ssh://a.example/x"],
    ["a script", { ...good, hasInstallScript: true }, "runs a script when it is installed"],
    ["a licence", { ...good, license: "GPL-3.0-only" }, "has the licence GPL-3.0-only"],
    [
      "a tool's licence that ships",
      { ...good, dev: undefined, license: "MPL-2.0" },
      "has the licence MPL-2.0",
    ],
    ["no licence", { ...good, license: undefined }, "has the licence of nobody knows what"],
  ])("with %s are", (_, pack, fault) => {
    expect(faults(pack)).toEqual([`node_modules/x ${fault}`]);
  });

  test("are what was locked, by what they say themselves", () => {
    expect(faults(good, { license: "GPL-3.0-only", version: "1.0.1" })).toEqual([
      "node_modules/x has the licence GPL-3.0-only",
      "node_modules/x is installed as 1.0.1, and locked as 1.0.0",
    ]);
  });

  test("are links to this checkout's own folders only, and asked for in one version", () => {
    const link = (resolved) => ({
      lockfileVersion: 3,
      packages: { "node_modules/x": { resolved, link: true } },
    });
    expect(npmFaults(link("www/x"), { "www/x": {} })).toEqual([]);
    expect(npmFaults(link("../x"), { "www/x": {} })).toEqual(["node_modules/x is a link to ../x"]);
    expect(npmFaults(link("www/x"), { "www/x": { dependencies: { y: "^1.0.0" } } })).toEqual([
      "www/x/package.json takes y in more versions than one: ^1.0.0",
    ]);
  });
});

describe("an example", () => {
  const lock = {
    packages: {
      "www/ours": { version: "0.1.0" },
      "node_modules/ours": { link: true, resolved: "www/ours" },
      "node_modules/react": { version: "19.0.0" },
    },
  };
  const faults = (manifest) => exampleFaults(lock, { "examples/x": { private: true, ...manifest } });

  test("that takes what is locked, and of ours what is here, is no fault", () => {
    expect(faults({ dependencies: { ours: "0.1.0" }, devDependencies: { react: "19.0.0" } })).toEqual([]);
  });

  test.each([
    ["a range", { dependencies: { react: "^19.0.0" } }, "takes react ^19.0.0, and here is 19.0.0"],
    ["an older version of ours", { dependencies: { ours: "0.0.9" } }, "takes ours 0.0.9, and here is 0.1.0"],
    [
      "a tool of another version",
      { devDependencies: { react: "18.0.0" } },
      "takes react 18.0.0, and here is 19.0.0",
    ],
    ["what nobody installs", { dependencies: { y: "1.0.0" } }, "takes y 1.0.0, and here is none"],
    ["no word of being private", { private: undefined }, "could be published: it is not private"],
  ])("with %s is one", (_, manifest, fault) => {
    expect(faults(manifest)).toEqual([`examples/x/package.json ${fault}`]);
  });
});

test("two builds are compared file by file", () => {
  const folder = mkdtempSync(join(tmpdir(), "aion-hashes-"));
  try {
    mkdirSync(join(folder, "inner"));
    writeFileSync(join(folder, "inner/a"), "abc");
    const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect(hashes(folder)).toEqual({ "inner/a": abc });
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(differences({ same: "1", other: "1", gone: "1" }, { same: "1", other: "2", more: "1" })).toEqual([
    "gone was not made a second time",
    "more was made the second time only",
    "other is 1 here and 2 there",
  ]);
});
