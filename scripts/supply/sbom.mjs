// What is inside of what is released, as CycloneDX 1.5: no times, no machines, so the same sources give the same bytes.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { root } from "../checkout.mjs";
import { PACKAGES } from "../pack.mjs";
import { output } from "../run.mjs";
import { normalised } from "./licences.mjs";

/** What `sbom` is told of the main component and does not print with it. */
const BUILDING = ["dependsOn", "packages"];

const WASM = "wasm32-unknown-unknown";

/** The artifacts in each npm package, with their features as crates/xtask/src/artifact.rs has them. */
export const ARTIFACTS = {
  "aion-pow-verify": { verify: "wasm" },
  "aion-web-miner": {
    "miner-st": "solver,wasm",
    "miner-mt": "solver,parallel,wasm,wasm-threads",
    gpu: "gpu,wasm-gpu",
  },
};

/**
 * The crates that cargo links, from what `cargo tree --prefix depth --no-dedupe` prints with the format of `crateTree`.
 * `crates` has each by its id, "NAME@VERSION": its licence, what it depends on, and whether it only ran in the compiler.
 */
export function readTree(text) {
  const crates = new Map();
  const path = [];
  for (const line of text.split("\n").filter((line) => line !== "")) {
    const [depth, called, license] = line.split("|");
    const [, name, version] = /^(\S+) v(\S+)/.exec(called);
    const id = `${name}@${version}`;
    const parent = path[Number(depth) - 1];
    // What a macro is made of runs in the compiler, as the macro does.
    const compiling = called.includes("(proc-macro)") || (Number(depth) > 0 && parent.compiling);
    path.length = Number(depth);
    path.push({ id, compiling });
    const known = crates.get(id) ?? { name, version, license, dependsOn: new Set(), compiling: true };
    known.compiling &&= compiling;
    crates.set(id, known);
    if (parent) crates.get(parent.id).dependsOn.add(id);
  }
  return { root: path[0].id, crates };
}

/** The checksums of a Cargo.lock, by "NAME@VERSION". */
export function checksums(lock) {
  const entry = /name = "(.*)"\nversion = "(.*)"\n(?:source = .*\n)?checksum = "([0-9a-f]{64})"/g;
  return new Map([...lock.matchAll(entry)].map(([, name, version, sum]) => [`${name}@${version}`, sum]));
}

/** A bill of materials of one thing and what `trees` of crates and npm packages say is in it. */
export function sbom(main, trees, sums, compilers = []) {
  const parts = new Map();
  const edges = new Map([[main["bom-ref"], new Set(main.dependsOn)]]);
  for (const tree of trees) {
    for (const [id, { name, version, license, dependsOn, compiling }] of tree.crates) {
      const ref = cargoRef(id);
      if (ref !== main["bom-ref"]) {
        const before = parts.get(ref);
        parts.set(ref, {
          type: "library",
          "bom-ref": ref,
          name,
          version,
          scope: compiling && before?.scope !== "required" ? "excluded" : "required",
          ...(sums.has(id) ? { hashes: [{ alg: "SHA-256", content: sums.get(id) }] } : {}),
          licenses: [{ expression: normalised(license) }],
          purl: ref,
        });
      }
      const known = edges.get(ref) ?? new Set();
      edges.set(ref, known);
      for (const other of dependsOn) known.add(cargoRef(other));
    }
    const top = cargoRef(tree.root);
    if (top !== main["bom-ref"]) edges.get(main["bom-ref"]).add(top);
  }
  for (const part of main.packages ?? []) parts.set(part["bom-ref"], part);
  for (const ref of parts.keys()) if (!edges.has(ref)) edges.set(ref, new Set());
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      tools: { components: compilers.map(([name, version]) => ({ type: "application", name, version })) },
      component: Object.fromEntries(Object.entries(main).filter(([key]) => !BUILDING.includes(key))),
    },
    components: sorted([...parts.values()], (part) => part["bom-ref"]),
    dependencies: sorted([...edges], ([ref]) => ref).map(([ref, others]) => ({
      ref,
      dependsOn: [...others].sort(),
    })),
  };
}

/** What is wrong with the shape of a bill of materials, as sentences. */
export function sbomFaults(bom, places = [root, homedir()]) {
  const faults = [];
  if (bom.bomFormat !== "CycloneDX") faults.push("it is no CycloneDX");
  if (bom.specVersion !== "1.5") faults.push(`its version is ${bom.specVersion}, not 1.5`);
  if (!Number.isInteger(bom.version)) faults.push("it has no number of its own");
  const parts = [bom.metadata?.component, ...(bom.components ?? [])];
  const refs = new Set();
  for (const part of parts) {
    const called = `${part?.name} ${part?.version}`;
    if (!["application", "library"].includes(part?.type)) faults.push(`${called} is of no type`);
    if (!/^pkg:(cargo|npm)\/(%40[\w.-]+\/)?[\w.-]+@[\w.%-]+$/.test(part?.purl ?? ""))
      faults.push(`${called} has the purl ${part?.purl}`);
    if (!part?.licenses?.every(({ expression }) => expression)) faults.push(`${called} has no licence`);
    if (refs.has(part?.["bom-ref"])) faults.push(`${called} is there twice`);
    refs.add(part?.["bom-ref"]);
  }
  for (const { ref, dependsOn } of bom.dependencies ?? [])
    for (const one of [ref, ...dependsOn])
      if (!refs.has(one)) faults.push(`${one} is depended on and not there`);
  for (const ref of refs)
    if (!bom.dependencies?.some((edge) => edge.ref === ref))
      faults.push(`of ${ref} it is not said what it needs`);
  const text = JSON.stringify(bom);
  if (text.includes("://")) faults.push("it names a host");
  for (const place of places.filter((place) => place.length > 1))
    if (text.includes(place)) faults.push(`it names ${place}, a folder of this machine`);
  return faults;
}

/** The bill of an npm package: the packages it needs, and the crates of its wasm artifacts. */
export async function packageSbom(name, compilers) {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const found = new Map();
  collect(name);
  const main = found.get(name);
  const inside = [...found.keys()].flatMap((one) => Object.values(ARTIFACTS[one] ?? {}));
  const trees = [];
  for (const features of inside)
    trees.push(await crateTree("aion-pow", WASM, ["--no-default-features", "--features", features]));
  const packages = [...found].filter(([one]) => one !== name).map(([, part]) => part);
  return sbom(
    { ...main, type: "library", packages, dependsOn: packages.map((part) => part["bom-ref"]) },
    trees,
    sums(),
    compilers,
  );

  function collect(one) {
    if (found.has(one)) return;
    const entry = lock[`node_modules/${one}`];
    const pack = entry.link ? lock[entry.resolved] : entry;
    const ref = `pkg:npm/${one.replace("@", "%40")}@${pack.version}`;
    const sum = /^sha512-(.*)$/.exec(pack.integrity ?? "")?.[1];
    found.set(one, {
      type: "library",
      "bom-ref": ref,
      name: one,
      version: pack.version,
      ...(sum ? { hashes: [{ alg: "SHA-512", content: Buffer.from(sum, "base64").toString("hex") }] } : {}),
      licenses: [{ expression: pack.license }],
      purl: ref,
    });
    for (const other of Object.keys(pack.dependencies ?? {})) collect(other);
  }
}

/** The bill of a program, from the package that it is made of. */
export async function programSbom(name, from, target, compilers) {
  const tree = await crateTree(from, target, []);
  const { version, license } = tree.crates.get(tree.root);
  const ref = cargoRef(tree.root);
  const main = {
    type: "application",
    "bom-ref": ref,
    name,
    version,
    licenses: [{ expression: license }],
    purl: ref,
  };
  return sbom({ ...main, dependsOn: [] }, [tree], sums(), compilers);
}

/** All bills of what is released, by the names of their files. `compilers` are those of packages and of programs. */
export async function allSboms(programs, target, compilers) {
  const bills = {};
  for (const name of Object.keys(PACKAGES))
    bills[`${name}.cdx.json`] = await packageSbom(name, compilers.packages);
  for (const [name, from] of Object.entries(programs))
    bills[`${name}.cdx.json`] = await programSbom(name, from, target, compilers.programs);
  return bills;
}

async function crateTree(name, target, features) {
  const args = ["tree", "--locked", "--package", name, "--target", target, "--edges", "normal", ...features];
  return readTree(
    await output("cargo", [...args, "--no-dedupe", "--prefix", "depth", "--format", "|{p}|{l}"]),
  );
}

function sums() {
  return checksums(readFileSync(join(root, "Cargo.lock"), "utf8"));
}

function cargoRef(id) {
  return `pkg:cargo/${id.replaceAll("+", "%2B")}`;
}

function sorted(list, key) {
  return list.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
