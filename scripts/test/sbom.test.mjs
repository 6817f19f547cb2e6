import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { root } from "../checkout.mjs";
import { PACKAGES } from "../pack.mjs";
import { ARTIFACTS, allSboms, checksums, readTree, sbom, sbomFaults } from "../supply/sbom.mjs";

const TREE = `0|top v0.1.0 (/home/somebody/top)|MIT
1|both v1.0.0|MIT/Apache-2.0
1|derive v2.0.0 (proc-macro)|MIT
2|both v1.0.0|MIT/Apache-2.0
2|syn v3.0.0+meta|MIT
`;
const SUM = "0a".repeat(32);
const main = {
  type: "application",
  "bom-ref": "pkg:cargo/top@0.1.0",
  name: "top",
  version: "0.1.0",
  licenses: [{ expression: "MIT" }],
  purl: "pkg:cargo/top@0.1.0",
  dependsOn: [],
};
const small = () => sbom(main, [readTree(TREE)], new Map([["both@1.0.0", SUM]]), [["rustc", "1.0.0"]]);

test("a bill has every crate once, says what only the compiler ran, and names no folder", () => {
  const bom = small();
  expect(sbomFaults(bom, ["/home/somebody"])).toEqual([]);
  expect(bom.components.map(({ purl, scope }) => [purl, scope])).toEqual([
    ["pkg:cargo/both@1.0.0", "required"],
    ["pkg:cargo/derive@2.0.0", "excluded"],
    ["pkg:cargo/syn@3.0.0%2Bmeta", "excluded"],
  ]);
  expect(bom.components[0]).toMatchObject({
    hashes: [{ alg: "SHA-256", content: SUM }],
    licenses: [{ expression: "MIT OR Apache-2.0" }],
  });
  expect(bom.dependencies.find(({ ref }) => ref === "pkg:cargo/top@0.1.0").dependsOn).toEqual([
    "pkg:cargo/both@1.0.0",
    "pkg:cargo/derive@2.0.0",
  ]);
});

test.each([
  ["format", (bom) => (bom.bomFormat = "SPDX"), "it is no CycloneDX"],
  ["version", (bom) => (bom.specVersion = "1.4"), "its version is 1.4, not 1.5"],
  ["purl", (bom) => delete bom.components[0].purl, "both 1.0.0 has the purl undefined"],
  ["licence", (bom) => delete bom.components[0].licenses, "both 1.0.0 has no licence"],
  ["twin", (bom) => bom.components.push(bom.components[0]), "both 1.0.0 is there twice"],
  ["gap", (bom) => bom.dependencies[0].dependsOn.push("x"), "x is depended on and not there"],
  ["host", (bom) => (bom.components[0].description = "https://a.example"), "it names a host"],
  [
    "place",
    (bom) => (bom.components[0].description = "/home/me/x"),
    "it names /home/me, a folder of this machine",
  ],
])("a bill with a bad %s is found out", (_, spoil, fault) => {
  const bom = small();
  spoil(bom);
  expect(sbomFaults(bom, ["/home/me"])).toEqual([fault]);
});

test("checksums are those of the lock file", () => {
  const lock = `[[package]]\nname = "ours"\nversion = "0.1.0"\n\n[[package]]\nname = "both"\nversion = "1.0.0"\nsource = "registry+x"\nchecksum = "${SUM}"\n`;
  expect([...checksums(lock)]).toEqual([["both@1.0.0", SUM]]);
});

describe("the bills of what is released", () => {
  let bills;
  beforeAll(async () => {
    bills = await allSboms({ "aion-pow": "aion-pow-cli" }, "x86_64-unknown-linux-gnu", {
      packages: [["rustc", "1.0.0"]],
      programs: [["rustc", "2.0.0"]],
    });
  });
  const names = (bill) => bills[bill].components.map(({ name }) => name);

  test("are well-formed", () => {
    for (const [name, bom] of Object.entries(bills)) expect(sbomFaults(bom), name).toEqual([]);
    expect(Object.keys(bills)).toEqual(
      [...Object.keys(PACKAGES), "aion-pow"].map((name) => `${name}.cdx.json`),
    );
  });

  test("name the compiler", () => {
    const compiler = (bill) => bills[bill].metadata.tools.components[0];
    expect(compiler("aion-web-miner.cdx.json")).toEqual({
      type: "application",
      name: "rustc",
      version: "1.0.0",
    });
    expect(compiler("aion-pow.cdx.json").version).toBe("2.0.0");
  });

  test("have what is in each and not what is in others", () => {
    expect(names("aion-pow-verify.cdx.json")).toEqual(expect.arrayContaining(["aion-pow", "wasm-bindgen"]));
    expect(names("aion-pow-verify.cdx.json")).not.toContain("rayon");
    expect(names("aion-web-miner.cdx.json")).toEqual(
      expect.arrayContaining(["aion-pow-verify", "rayon", "wgpu", "wasm-bindgen-rayon"]),
    );
    expect(names("aion-web-miner.cdx.json")).not.toContain("vitest");
    expect(names("aion-pow.cdx.json")).toEqual(expect.arrayContaining(["clap", "rayon"]));
    expect(names("aion-pow.cdx.json")).not.toContain("wasm-bindgen");
  });
});

test("artifacts have the features that they are built with", () => {
  const source = readFileSync(join(root, "crates/xtask/src/artifact.rs"), "utf8");
  const table = /name: "([a-z-]+)",\s+features: "([a-z,-]+)",[^}]*?out_dir: "www\/(\w+)\//g;
  const built = [...source.matchAll(table)].map(([, name, features, folder]) => [folder, name, features]);
  const listed = Object.entries(ARTIFACTS).flatMap(([name, artifacts]) =>
    Object.entries(artifacts).map((artifact) => [PACKAGES[name].slice("www/".length), ...artifact]),
  );
  expect(listed).toEqual(built);
});
