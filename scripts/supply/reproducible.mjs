// `node scripts/supply/reproducible.mjs [ARTIFACT...]`: whether the wasm artifacts come out the same in another folder.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { wasmArtifacts } from "../builds.mjs";
import { root } from "../checkout.mjs";
import { exitCleanly } from "../exit.mjs";
import { ProgramFailed, run } from "../run.mjs";

/** Elsewhere, and not as deep: a path in the bytes would change their number too. */
const COPY = join(root, ".build/reproducible/a-folder-of-another-length");

/** The one that everybody loads, and the one with the solver; between them they have every kind of flag but threads. */
const USUAL = ["verify", "miner-st"];

/** The folders of all artifacts, by name, from the root of a checkout. */
export function artifactFolders(checkout = root) {
  const packages = readdirSync(join(checkout, "www")).map((name) => join("www", name, "wasm"));
  return Object.fromEntries(
    packages
      .filter((path) => existsSync(join(checkout, path)))
      .flatMap((path) => readdirSync(join(checkout, path)).map((name) => [name, join(path, name)])),
  );
}

/** The SHA-256 of every file under a folder, by its path there. */
export function hashes(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
  return Object.fromEntries(paths.map((path) => [path, sha256(readFileSync(join(folder, path)))]));
}

/** What two lists of hashes do not have in common, as sentences. */
export function differences(here, there) {
  return [...new Set([...Object.keys(here), ...Object.keys(there)])].sort().flatMap((path) => {
    if (!(path in there)) return [`${path} was not made a second time`];
    if (!(path in here)) return [`${path} was made the second time only`];
    return here[path] === there[path] ? [] : [`${path} is ${here[path]} here and ${there[path]} there`];
  });
}

/** Builds artifacts again in a copy of the checkout, from nothing; throws where a file differs. */
export async function reproducible(names = USUAL) {
  await wasmArtifacts();
  const folders = artifactFolders();
  const unknown = names.find((name) => !(name in folders));
  if (unknown !== undefined) throw new ProgramFailed(`no artifact is called ${unknown}`);
  rmSync(COPY, { recursive: true, force: true });
  try {
    copyCheckout(COPY);
    for (const name of names) {
      // The folder of the cargo that runs the task; the artifacts' own is in the copy, and empty.
      const task = ["xtask", "wasm", "--artifact", name];
      await run("cargo", task, { CARGO_TARGET_DIR: join(COPY, "target") }, COPY);
    }
    const faults = names.flatMap((name) => {
      const [here, there] = [root, COPY].map((checkout) => hashes(join(checkout, folders[name])));
      console.log(`${name}: aion_pow_bg.wasm is ${here["aion_pow_bg.wasm"]}`);
      return differences(here, there).map((fault) => `${name}: ${fault}`);
    });
    if (faults.length > 0) throw new ProgramFailed(faults.join("\n"));
    console.log(`${names.join(", ")}: the same bytes in both folders`);
  } finally {
    rmSync(dirname(COPY), { recursive: true, force: true });
  }
}

/** What git tracks, as it stands here, and the choice of the toolchain. */
function copyCheckout(to) {
  const listed = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" });
  const tracked = listed.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
  for (const path of [...tracked, ".build/toolchain.json"]) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    copyFileSync(join(root, path), join(to, path));
  }
}

function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

if (process.argv[1] === import.meta.filename) {
  const names = process.argv.slice(2);
  await exitCleanly(() => reproducible(names.length > 0 ? names : USUAL));
}
