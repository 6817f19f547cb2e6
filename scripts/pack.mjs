// The npm packages as they would be published.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./checkout.mjs";

/** Names of the packages, each with its folder. */
export const PACKAGES = { "aion-pow-verify": "www/verify", "aion-web-miner": "www/lib" };

/**
 * Packs the packages, which must have been built, into a folder. Returns for each its name, the path of its tarball, and
 * the paths of the files in it.
 */
export function packInto(folder) {
  const args = [
    "pack",
    "--json",
    "--pack-destination",
    folder,
    ...Object.values(PACKAGES).map((path) => `./${path}`),
  ];
  const packed = JSON.parse(
    execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }),
  );
  return Object.values(packed).map(({ name, filename, files }) => ({
    name,
    tarball: join(folder, filename),
    files: files.map(({ path }) => path),
  }));
}
