// Folders with the packages in them, packed and installed as from a registry, but without one.
import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../scripts/checkout.mjs";
import { packInto } from "../../scripts/pack.mjs";

/** Outside of the checkout, where nothing else is found. */
async function emptyFolder() {
  const folder = await mkdtemp(join(tmpdir(), "aion-consumer-"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function pack(folder) {
  const packs = join(folder, "packs");
  await mkdir(packs);
  return packInto(packs);
}

function install(folder, ...more) {
  const args = ["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  execFileSync("npm", [...args, ...more], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}

/** Packs and installs both packages; `remove()` takes the folder away again. */
export async function installPackages() {
  const consumer = await emptyFolder();
  const { folder } = consumer;
  const tarballs = (await pack(folder)).map(({ tarball }) => tarball);
  await writeFile(join(folder, "package.json"), '{ "name": "consumer", "private": true, "type": "module" }');
  install(folder, ...tarballs);
  return consumer;
}

/**
 * Copies each of these folders of `examples/` and installs what its package.json names: ours from the tarballs, others from
 * what the workspace has installed. `folders` has where each is; `remove()` takes all of it away again.
 */
export async function installExamples(...names) {
  const consumer = await emptyFolder();
  const ours = Object.fromEntries((await pack(consumer.folder)).map(({ name, tarball }) => [name, tarball]));
  const folders = {};
  for (const name of names) {
    const folder = join(consumer.folder, name);
    const made = ["node_modules", "dist", "vendor", "package-lock.json"].map((made) =>
      join(root, "examples", name, made),
    );
    await cp(join(root, "examples", name), folder, {
      recursive: true,
      filter: (path) => !made.includes(path),
    });
    const path = join(folder, "package.json");
    const manifest = JSON.parse(await readFile(path, "utf8"));
    // What an example is built with is the workspace's.
    delete manifest.devDependencies;
    manifest.dependencies = await sources(Object.keys(manifest.dependencies), ours);
    await writeFile(path, JSON.stringify(manifest));
    // As copies: a link into the checkout would find there what was not installed here.
    install(folder, "--install-links");
    folders[name] = folder;
  }
  return { ...consumer, folders };
}

/** Where each of these packages comes from, and each that they need in turn. */
async function sources(names, ours, found = {}) {
  for (const name of names) {
    if (name in found) continue;
    const installed = join(root, "node_modules", name);
    found[name] = `file:${ours[name] ?? installed}`;
    const { dependencies = {} } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
    await sources(Object.keys(dependencies), ours, found);
  }
  return found;
}
