// Real blocks, which lie outside this repository.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the real blocks. */
export const VECTORS =
  process.env.AION_VECTORS ?? fileURLToPath(new URL("../../../shared/vectors", import.meta.url));

/** For a test's `skip`: false, or why it cannot run. */
export const withoutVectors = existsSync(VECTORS)
  ? false
  : `SKIPPED: no vectors in ${VECTORS}; set AION_VECTORS to their folder`;

/** A file of that folder, parsed. */
export async function vectors(name) {
  return JSON.parse(await readFile(join(VECTORS, name), "utf8"));
}
