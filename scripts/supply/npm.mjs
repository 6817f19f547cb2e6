// Holds the npm packages of the lock file to rules: where they come from, what they are held to, licences.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../checkout.mjs";
import { isAllowed, licenceOf } from "./licences.mjs";

/** Licences of what reaches a visitor. */
const SHIPPED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "ISC", "MIT"];

/** Licences of tools besides: they run here and nothing of them is handed on. */
const TOOLS = [...SHIPPED, "CC-BY-4.0", "LGPL-3.0-or-later", "MPL-2.0", "Python-2.0"];

/**
 * What breaks the rules, as sentences. `lock` is a package-lock.json, `manifests` the package.json of the checkout by
 * their folders, and `installed` gives that of an installed package, or undefined.
 */
export function npmFaults(lock, manifests, installed = () => undefined) {
  const faults = [];
  if (lock.lockfileVersion !== 3) faults.push(`the lock file has version ${lock.lockfileVersion}, not 3`);
  for (const [path, pack] of Object.entries(lock.packages)) {
    if (!path.startsWith("node_modules/") && !path.includes("/node_modules/")) continue;
    if (pack.link) {
      if (!(pack.resolved in manifests)) faults.push(`${path} is a link to ${pack.resolved}`);
      continue;
    }
    // Where a package comes from is for the registry that npm is set to; its contents are what was locked.
    if (pack.resolved !== undefined) faults.push(`${path} names where it comes from: ${pack.resolved}`);
    if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(pack.integrity ?? "")) faults.push(`${path} has no SHA-512`);
    if (!/^\d+\.\d+\.\d+[-+.\w]*$/.test(pack.version ?? ""))
      faults.push(`${path} has the version ${pack.version}`);
    if (pack.hasInstallScript) faults.push(`${path} runs a script when it is installed`);
    const allowed = pack.dev ? TOOLS : SHIPPED;
    const here = installed(path);
    const licences = here ? [licenceOf(here)] : [pack.license];
    for (const licence of licences)
      if (!isAllowed(licence, allowed))
        faults.push(`${path} has the licence ${licence || "of nobody knows what"}`);
    if (here && here.version !== pack.version)
      faults.push(`${path} is installed as ${here.version}, and locked as ${pack.version}`);
  }
  for (const [folder, manifest] of Object.entries(manifests))
    for (const kind of ["dependencies", "devDependencies", "optionalDependencies"])
      for (const [name, version] of Object.entries(manifest[kind] ?? {}))
        if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
          faults.push(`${join(folder, "package.json")} takes ${name} in more versions than one: ${version}`);
  return faults;
}

/**
 * What breaks the rules in the examples' manifests, by their folders. They are no workspaces, so that nothing of theirs is
 * installed with the packages; the tests run them with what the lock file has, and so that is what they must name.
 */
export function exampleFaults(lock, manifests) {
  const faults = [];
  for (const [folder, { private: unpublished, dependencies, devDependencies }] of Object.entries(manifests)) {
    const path = join(folder, "package.json");
    if (unpublished !== true) faults.push(`${path} could be published: it is not private`);
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      const locked = lock.packages[`node_modules/${name}`];
      const here = locked?.link ? lock.packages[locked.resolved]?.version : locked?.version;
      if (version !== here) faults.push(`${path} takes ${name} ${version}, and here is ${here ?? "none"}`);
    }
  }
  return faults;
}

/** All faults of this checkout's npm packages. */
export function checkNpm() {
  const read = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));
  const lock = read("package-lock.json");
  const folders = ["", ...read("package.json").workspaces];
  const manifests = Object.fromEntries(folders.map((folder) => [folder, read(join(folder, "package.json"))]));
  // What is for other machines than this one is in the lock file alone.
  const installed = (path) => {
    const manifest = join(path, "package.json");
    return existsSync(join(root, manifest)) ? read(manifest) : undefined;
  };
  const examples = readdirSync(join(root, "examples"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join("examples", name))
    .map((folder) => [folder, read(join(folder, "package.json"))]);
  return {
    count: Object.keys(lock.packages).length - 1,
    faults: [...npmFaults(lock, manifests, installed), ...exampleFaults(lock, Object.fromEntries(examples))],
  };
}
