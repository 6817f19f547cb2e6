// A folder with both packages in it, packed and installed as from a registry, but without one.
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packInto } from "../../scripts/pack.mjs";

/** Packs and installs; `remove()` takes the folder away again. Outside of the checkout, where nothing else is found. */
export async function installPackages() {
  const folder = await mkdtemp(join(tmpdir(), "aion-consumer-"));
  const packs = join(folder, "packs");
  await mkdir(packs);
  const tarballs = packInto(packs).map(({ tarball }) => tarball);
  await writeFile(join(folder, "package.json"), '{ "name": "consumer", "private": true, "type": "module" }');
  const args = ["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  execFileSync("npm", [...args, ...tarballs], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
