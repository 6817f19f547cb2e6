import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * One file for each way in, since a browser asks for a script's imports only when it has read the script: six modules
 * that import each other are five waits, one after another. Nothing is renamed or shortened; whoever bundles does that.
 */
const entry = (name, external = []) => ({
  input: at(`./build/${name}.js`),
  external: [/^node:/, ...external],
  output: { file: at(`./dist/${name}.js`), format: "es", sourcemap: true },
});

export default [
  entry("index"),
  entry("node"),
  // A page that has badges and verifies by script too must not load the verifier twice.
  entry("element", [/\/index\.js$/]),
];
