// Holds the crates of the lock files to deny.toml: licences, sources, versions. No network, and no cargo-deny.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../checkout.mjs";
import { output } from "../run.mjs";
import { isAllowed } from "./licences.mjs";

const WORKSPACES = ["Cargo.toml", "fuzz/Cargo.toml"];

/** Reads what is held here from the text of a deny.toml. */
export function rules(text) {
  const plain = text.replaceAll(/^\s*#.*$/gm, "");
  const list = (section, key) => {
    const body = new RegExp(String.raw`^\[${section}\]$([^]*?)(?=^\[[a-z]+\]$|(?![^]))`, "m").exec(
      plain,
    )?.[1];
    const found = new RegExp(String.raw`^${key} = \[([^]*?)\]$`, "m").exec(body ?? "")?.[1];
    if (found === undefined) throw new Error(`deny.toml has no list "${key}" under [${section}]`);
    return found;
  };
  const strings = (part) => [...part.matchAll(/"([^"]*)"/g)].map(([, value]) => value);
  return {
    licences: strings(list("licenses", "allow")),
    registries: strings(list("sources", "allow-registry")),
    olderVersions: [...list("bans", "skip").matchAll(/crate = "([^"]*)"/g)].map(([, crate]) => crate),
  };
}

/** What of the metadata of several workspaces breaks the rules, as sentences. */
export function crateFaults(workspaces, { licences, registries, olderVersions }) {
  const faults = new Set();
  const older = new Set();
  for (const { packages, workspace_members: members } of workspaces) {
    for (const pack of packages) {
      const called = `${pack.name} ${pack.version}`;
      if (!isAllowed(pack.license, licences))
        faults.add(`${called} has the licence ${pack.license ?? "of a file"}`);
      if (pack.source !== null && !registries.includes(pack.source.replace(/^(registry|sparse)\+/, "")))
        faults.add(`${called} comes from ${pack.source}`);
      for (const { name, req, path } of members.includes(pack.id) ? pack.dependencies : [])
        if (req === "*" && path === undefined) faults.add(`${called} takes any version of ${name}`);
    }

    for (const [name, several] of groupByName(packages)) {
      const sorted = several.map(({ version }) => version).sort(byVersion);
      for (const version of sorted.slice(0, -1)) older.add(`${name}@${version}`);
    }
  }
  for (const crate of older)
    if (!olderVersions.includes(crate))
      faults.add(`${crate} is beside a newer version, and not under "skip"`);
  for (const crate of olderVersions)
    if (!older.has(crate)) faults.add(`${crate} is under "skip", and is not beside a newer version any more`);
  return [...faults].sort();
}

/** Faults of a lock file of cargo's: what comes from a registry has a checksum. */
export function cargoLockFaults(text) {
  return text
    .split("[[package]]")
    .slice(1)
    .filter((entry) => /^source = /m.test(entry) && !/^checksum = "[0-9a-f]{64}"$/m.test(entry))
    .map((entry) => `${/^name = "(.*)"$/m.exec(entry)[1]} has no checksum in Cargo.lock`);
}

/** All faults of this checkout's crates. */
export async function checkCrates() {
  const read = (path) => readFileSync(join(root, path), "utf8");
  const workspaces = [];
  for (const manifest of WORKSPACES) {
    const args = [
      "metadata",
      "--locked",
      "--all-features",
      "--format-version",
      "1",
      "--manifest-path",
      manifest,
    ];
    workspaces.push(JSON.parse(await output("cargo", args)));
  }
  const count = new Set(workspaces.flatMap(({ packages }) => packages.map(({ id }) => id))).size;
  const locks = WORKSPACES.map((manifest) => read(manifest.replace(/toml$/, "lock")));
  return {
    count,
    faults: [...crateFaults(workspaces, rules(read("deny.toml"))), ...locks.flatMap(cargoLockFaults)],
  };
}

function groupByName(packages) {
  const groups = new Map();
  for (const pack of packages) groups.set(pack.name, [...(groups.get(pack.name) ?? []), pack]);
  return groups;
}

function byVersion(one, other) {
  const [a, b] = [one, other].map((version) => version.split(/[.+-]/).map(Number));
  const at = a.findIndex((number, index) => number !== b[index]);
  return at === -1 ? 0 : a[at] - b[at];
}
