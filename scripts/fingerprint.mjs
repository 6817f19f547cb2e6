// Remembers what a step was last run on, so that it can be skipped when nothing changed.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Names that are made by the steps themselves, wherever they stand. */
const MADE = new Set(["node_modules", "dist", "build"]);

/** A hash of the names and contents of files and folders. What is missing counts as missing. */
export function fingerprint(paths) {
  const hash = createHash("sha256");
  for (const path of paths) add(hash, path);
  return hash.digest("hex");
}

function add(hash, path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  hash.update(`${path}\0`);
  if (stat === undefined) {
    hash.update("missing\0");
  } else if (stat.isDirectory()) {
    const names = readdirSync(path).filter((name) => !MADE.has(name) && !name.endsWith(".tsbuildinfo"));
    for (const name of names.sort()) add(hash, join(path, name));
  } else {
    const bytes = readFileSync(path);
    hash.update(`${bytes.length}\0`).update(bytes);
  }
}

/** Runs `step` unless the stamp in `file` says it last succeeded on the same `key`. Returns whether it ran. */
export async function unlessDone(file, key, step) {
  let last;
  try {
    last = readFileSync(file, "utf8");
  } catch {
    // No stamp: not done yet.
  }
  if (last === key) return false;
  await step();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, key);
  return true;
}
