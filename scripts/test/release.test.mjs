import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NIGHTLY } from "../bootstrap/toolchain.mjs";
import { root } from "../checkout.mjs";
import { options, publishing, sourceFaults, treeFaults, workspaceVersion } from "../supply/checks.mjs";

const good = {
  version: "1.2.3",
  crates: { a: "1.2.3" },
  packages: {
    "www/verify/package.json": { name: "verify", version: "1.2.3" },
    "www/lib/package.json": {
      name: "lib",
      version: "1.2.3",
      dependencies: { verify: "1.2.3", other: "9.0.0" },
    },
  },
  changelog: "# Changelog\n\n## 1.2.3, 2026-12-01\n",
  rehearsal: false,
};

test("a checkout whose versions agree and whose changelog has the version is fine", () => {
  expect(sourceFaults(good)).toEqual([]);
  expect(sourceFaults({ ...good, rehearsal: true })).toEqual([]);
});

test.each([
  ["a crate", { crates: { a: "1.2.2" } }, ["the crate a has the version 1.2.2, not 1.2.3"]],
  [
    "a package",
    { packages: { "p/package.json": { name: "p", version: "1.2.4" } } },
    ["p/package.json has the version 1.2.4, not 1.2.3"],
  ],
  [
    "a package of the own that is wanted",
    {
      packages: {
        ...good.packages,
        "www/lib/package.json": { name: "lib", version: "1.2.3", dependencies: { verify: "1.2.2" } },
      },
    },
    ["www/lib/package.json wants verify 1.2.2, not 1.2.3"],
  ],
  ["a changelog", { changelog: "## Unreleased\n" }, ['CHANGELOG.md has no "## 1.2.3"']],
  ["a longer version in the changelog", { changelog: "## 1.2.30\n" }, ['CHANGELOG.md has no "## 1.2.3"']],
  [
    "a rehearsal's changelog",
    { changelog: "## 1.2.2\n", rehearsal: true },
    ['CHANGELOG.md has no "## 1.2.3" and no "## Unreleased"'],
  ],
])("%s of another version is found out", (_, over, faults) => {
  expect(sourceFaults({ ...good, ...over })).toEqual(faults);
});

test("a rehearsal may have what is unreleased", () => {
  expect(sourceFaults({ ...good, changelog: "## Unreleased\n", rehearsal: true })).toEqual([]);
});

test("without a version nothing is released", () => {
  expect(workspaceVersion('[package]\nversion = "1.2.3"\n')).toBe(undefined);
  expect(sourceFaults({ ...good, version: undefined, crates: {}, packages: {} })).toContain(
    "Cargo.toml has the version undefined",
  );
});

test("the version is the workspace's", () => {
  expect(
    workspaceVersion(
      '[package]\nversion = "9.9.9"\n[workspace.package]\nedition = "2024"\nversion = "1.2.3"\n',
    ),
  ).toBe("1.2.3");
  expect(workspaceVersion(readFileSync(join(root, "Cargo.toml"), "utf8"))).toMatch(/^\d+\.\d+\.\d+$/);
});

test("a tree with changes, or without the tag, is found out", () => {
  expect(treeFaults({ version: "1.2.3", status: "", tags: ["v1.2.3", ""] })).toEqual([]);
  expect(treeFaults({ version: "1.2.3", status: " M a\n?? b c\n", tags: ["v1.2.3"] })).toEqual([
    "the tree is not clean: a, b c",
  ]);
  expect(treeFaults({ version: "1.2.3", status: "", tags: ["v1.2.30", "1.2.3"] })).toEqual([
    "HEAD is not tagged v1.2.3",
  ]);
});

test("an option that is none is said", () => {
  expect(options([])).toEqual({ rehearsal: false, programs: true });
  expect(options(["--dry-run", "--no-programs"])).toEqual({ rehearsal: true, programs: false });
  expect(() => options(["--dryrun"])).toThrow("--dryrun is none of --dry-run, --no-programs");
});

test("publishing is a person's, the verifier before the miner that needs it", () => {
  expect(publishing({ version: "1.2.3", tarballs: ["verify.tgz", "miner.tgz"], folder: "f" })).toEqual([
    "(cd f && sha256sum --check SHA256SUMS)",
    "git push origin v1.2.3",
    "npm publish ./f/verify.tgz --access public",
    "npm publish ./f/miner.tgz --access public",
  ]);
});

test("the document names the compiler that is pinned", () => {
  const text = readFileSync(join(root, "docs/releasing.md"), "utf8");
  expect(text.match(/nightly-[\d-]+\d/g)).toEqual([NIGHTLY]);
});
