// The builds that both `npm start` and `npm test` need, each skipped where nothing changed.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./checkout.mjs";
import { fingerprint, unlessDone } from "./fingerprint.mjs";
import { output, run } from "./run.mjs";

const REMOVE = { recursive: true, force: true };

/** Where the page ends up: the proxy's `--site`. */
export const SITE = "www/app/dist";

/** Installs the npm packages of the lock file. */
export async function npmPackages() {
  // The stamp lies inside what it describes, so that they go together.
  const stamp = join(root, "node_modules/.aion-lock");
  const key = fingerprint([join(root, "package-lock.json")]);
  await unlessDone(stamp, key, () => run("npm", ["ci", "--loglevel=error"]));
}

/** Builds the wasm artifacts. */
export const wasmArtifacts = () => run("cargo", ["xtask", "wasm"]);

/** Compiles the TypeScript packages and bundles the page. */
export async function page() {
  const inputs = ["www", "webpack.config.js", "tsconfig.base.json", "package-lock.json", "package.json"];
  const key = fingerprint(inputs.map((path) => join(root, path)));
  const stamp = join(root, ".build/page.stamp");
  const whole = existsSync(join(root, SITE, "index.html"));
  await unlessDone(stamp, whole ? key : "", async () => {
    // The compiler leaves behind what it made of sources that are gone, and npm would pack it.
    for (const made of ["dist", "build", "tsconfig.tsbuildinfo"])
      for (const name of ["verify", "lib", "app"]) rmSync(join(root, "www", name, made), REMOVE);
    await run("npm", ["run", "--silent", "build:ts"]);
    await run("npm", ["run", "--silent", "build:verify"]);
    await run("npm", ["run", "--silent", "build:app"]);
  });
}

/** Builds a program of the workspace, from the package of its name or another one, and returns its path. */
export async function program(name, { profile = "release", from = name } = {}) {
  const args = ["build", "--profile", profile, "--package", from, "--bin", name];
  const messages = await output("cargo", [...args, "--message-format", "json-render-diagnostics"]);
  const built = messages
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))
    .find(
      ({ reason, target }) =>
        reason === "compiler-artifact" && target.name === name && target.kind[0] === "bin",
    );
  return built.executable;
}
