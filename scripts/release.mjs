// `npm run release [-- --dry-run] [--no-programs]`: makes all that a release consists of, and publishes nothing.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { bootstrap } from "./bootstrap.mjs";
import { npmPackages, page, wasmArtifacts } from "./builds.mjs";
import { root } from "./checkout.mjs";
import { exitCleanly } from "./exit.mjs";
import { packInto } from "./pack.mjs";
import { ProgramFailed, output, run } from "./run.mjs";
import { options, publishing, sourceFaults, treeFaults, workspaceVersion } from "./supply/checks.mjs";
import { allSboms, sbomFaults } from "./supply/sbom.mjs";

const FOLDER = ".build/release";

/** Programs, each with the package that it is built from. */
const PROGRAMS = { "aion-pow": "aion-pow-cli", "solo-pool": "solo-pool", "stratum-proxy": "stratum-proxy" };

async function release({ rehearsal, programs }) {
  const commit = await head();
  const version = await check(rehearsal);
  const toolchain = bootstrap();
  // What lies here already may have been touched; only the artifacts' own stamps look at what was made as well.
  for (const stamp of ["node_modules/.aion-lock", ".build/page.stamp"])
    rmSync(join(root, stamp), { force: true });
  await npmPackages();
  await wasmArtifacts();
  await page();

  const folder = join(root, FOLDER);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const tarballs = packInto(folder).map(({ tarball }) => basename(tarball));
  const compiler = await output("rustc", ["-vV"]);
  const host = /^host: (.*)$/m.exec(compiler)[1];
  const built = programs ? PROGRAMS : {};
  for (const [name, from] of Object.entries(built)) await buildProgram(name, from, { version, host, folder });
  const wasmCompiler = ["rustc", toolchain.version.replace(/^rustc /, "")];
  const bills = await allSboms(built, host, {
    packages: [wasmCompiler],
    programs: [["rustc", compiler.split("\n")[0].replace(/^rustc /, "")]],
  });
  for (const [name, bill] of Object.entries(bills)) {
    const faults = sbomFaults(bill);
    if (faults.length > 0) throw new ProgramFailed(`${name}: ${faults.join("; ")}`);
    writeFileSync(join(folder, name), json(bill));
  }
  const node = process.versions.node;
  const npm = (await output("npm", ["--version"])).trim();
  if ((await head()) !== commit) throw new ProgramFailed("HEAD is not what it was when this began");
  const made = { version, commit, wasm: toolchain.version, programs: compiler.split("\n")[0], node, npm };
  writeFileSync(join(folder, "BUILD.json"), json(made));
  copyWasmSums(folder);
  writeFileSync(join(folder, "SHA256SUMS"), sums(folder));

  await run("npm", ["run", "--silent", "sizes"]);
  console.log(`\n${readFileSync(join(folder, "SHA256SUMS"), "utf8")}`);
  console.log(`${FOLDER} has all of ${version}. Nothing was published.`);
  const commands = publishing({ version, tarballs, folder: FOLDER }).join("\n  ");
  console.log(`${rehearsal ? "A rehearsal; of a release, a person" : "Now a person"} runs:\n\n  ${commands}`);
}

async function check(rehearsal) {
  const read = (path) => readFileSync(join(root, path), "utf8");
  const metadata = ["metadata", "--no-deps", "--locked", "--format-version", "1"];
  const { packages: members } = JSON.parse(await output("cargo", metadata));
  const { workspaces } = JSON.parse(read("package.json"));
  const manifests = workspaces.map((path) => `${path}/package.json`);
  const version = workspaceVersion(read("Cargo.toml"));
  const wrong = sourceFaults({
    version,
    crates: Object.fromEntries(members.map((member) => [member.name, member.version])),
    packages: Object.fromEntries(manifests.map((path) => [path, JSON.parse(read(path))])),
    changelog: read("CHANGELOG.md"),
    rehearsal,
  });
  const tree = treeFaults({
    version,
    status: await output("git", ["status", "--porcelain"]),
    tags: (await output("git", ["tag", "--points-at", "HEAD"])).split("\n"),
  });
  if (rehearsal) for (const fault of tree) console.log(`a release would stop here: ${fault}`);
  const faults = rehearsal ? wrong : [...wrong, ...tree];
  if (faults.length > 0) throw new ProgramFailed(`no release of this:\n  ${faults.join("\n  ")}`);
  return version;
}

/** Builds one program in a folder of its own, since its flags are not those of `npm start`. */
async function buildProgram(name, from, { version, host, folder }) {
  const target = join(root, ".build/release-target");
  // Where the sources are on this machine is nobody's business, and would make the bytes this machine's. The last
  // prefix that matches counts.
  const sysroot = (await output("rustc", ["--print", "sysroot"])).trim();
  const places = [
    [process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "cargo"],
    [join(sysroot, "lib/rustlib/src/rust"), "rust"],
    [root, "aion"],
  ];
  const flags = places.map(([path, called]) => `--remap-path-prefix=${path}=${called}`).join("\x1f");
  const args = ["build", "--release", "--locked", "--package", from, "--bin", name];
  await run("cargo", args, { CARGO_TARGET_DIR: target, CARGO_ENCODED_RUSTFLAGS: flags });
  const suffix = host.includes("windows") ? ".exe" : "";
  const to = join(folder, `${name}-${version}-${host}${suffix}`);
  copyFileSync(join(target, "release", `${name}${suffix}`), to);
  const bytes = readFileSync(to);
  for (const [path] of places)
    if (bytes.includes(`${path}/`))
      throw new ProgramFailed(`${name} names ${path}, a folder of this machine`);
}

/** The sums of the artifacts inside of the packages, so that they can be compared without unpacking anything. */
function copyWasmSums(folder) {
  const found = ["www/verify/wasm", "www/lib/wasm"].flatMap((path) =>
    readdirSync(join(root, path)).map((name) => `${path}/${name}/aion_pow_bg.wasm`),
  );
  writeFileSync(join(folder, "WASM-SHA256SUMS"), found.map((path) => sum(root, path)).join(""));
}

function sums(folder) {
  return readdirSync(folder)
    .sort()
    .map((name) => sum(folder, name))
    .join("");
}

function sum(folder, path) {
  return `${createHash("sha256")
    .update(readFileSync(join(folder, path)))
    .digest("hex")}  ${path}\n`;
}

const head = async () => (await output("git", ["rev-parse", "HEAD"])).trim();

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

let chosen;
try {
  chosen = options(process.argv.slice(2));
} catch (error) {
  console.error(`usage: npm run release -- [--dry-run] [--no-programs]: ${error.message}`);
  process.exitCode = 2;
}
if (chosen) await exitCleanly(() => release(chosen));
