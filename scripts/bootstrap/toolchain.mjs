// Finds a Rust toolchain that can rebuild std for wasm threads: three sources, tried in this order.
import { join } from "node:path";
import { install, aptGet, newestLld, refreshLists } from "./apt.mjs";
import { BootstrapError, complaint } from "./machine.mjs";

/** The nightly that rustup is asked for where it can download. */
export const NIGHTLY = "nightly-2026-05-20";

/** What Debian calls its newest Rust, its sources, and its clippy. */
export const DEBIAN_PACKAGES = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy"];

/**
 * @typedef {{ source: string, version: string, sysroot: string, bootstrap: boolean, linker: string | null }} Toolchain
 *   `version` is the first line of `rustc -V`; `bootstrap` says that a stable compiler needs
 *   RUSTC_BOOTSTRAP=1 to take unstable options; `linker` is null where the toolchain brings its own.
 * @typedef {{ name: string, find(): { toolchain: Toolchain } | { refusal: string } }} Source
 */

/**
 * The first source with a toolchain. `canBuild` tries one for real and returns why it fails, or nothing.
 *
 * @returns {Toolchain}
 */
export function chooseToolchain(sources, canBuild, say) {
  const refusals = [];
  for (const source of sources) {
    const found = source.find();
    const refusal = found.refusal ?? canBuild(found.toolchain);
    if (refusal === undefined) {
      say(`wasm toolchain: ${found.toolchain.version}, ${source.name}`);
      return found.toolchain;
    }
    refusals.push(`${source.name}: ${refusal}`);
  }
  throw new BootstrapError(
    [
      "No Rust toolchain here can build the wasm artifacts. Tried:",
      ...refusals.map((refusal, i) => `  ${i + 1}. ${refusal}`),
      "Any one of these helps:",
      `  rustup toolchain install ${NIGHTLY} --profile minimal --component rust-src --component clippy`,
      `  sudo apt-get install ${DEBIAN_PACKAGES.join(" ")} lld-22`,
      "  rustup component add rust-src",
    ].join("\n"),
  );
}

/** @returns {Source[]} */
export function sources(machine, minimumVersion) {
  return [
    { name: "the current rustc", find: () => current(machine, minimumVersion) },
    { name: `rustup's ${NIGHTLY}`, find: () => pinnedNightly(machine, minimumVersion) },
    { name: "Debian's packages", find: () => debian(machine, minimumVersion) },
  ];
}

function current(machine, minimumVersion) {
  const asked = machine.run("rustc", ["--print", "sysroot"]);
  if (asked.status !== 0) return { refusal: `rustc does not run: ${complaint(asked)}` };
  return inSysroot(machine, "current", asked.stdout.trim(), minimumVersion);
}

function pinnedNightly(machine, minimumVersion) {
  if (machine.run("rustup", ["--version"]).status !== 0) return { refusal: "rustup is not installed" };
  const sysroot = () => machine.run("rustup", ["run", NIGHTLY, "rustc", "--print", "sysroot"]);
  let asked = sysroot();
  if (asked.status !== 0 || !machine.exists(join(asked.stdout.trim(), SOURCES))) {
    const args = ["toolchain", "install", NIGHTLY, "--profile", "minimal"];
    args.push("--component", "rust-src", "--component", "clippy", "--no-self-update");
    machine.say(`about to run: rustup ${args.join(" ")}`);
    const installed = machine.run("rustup", args);
    if (installed.status !== 0) return { refusal: `rustup cannot install it: ${complaint(installed)}` };
    asked = sysroot();
    if (asked.status !== 0) return { refusal: `it does not run: ${complaint(asked)}` };
  }
  return inSysroot(machine, "rustup", asked.stdout.trim(), minimumVersion);
}

function debian(machine, minimumVersion) {
  const there = inSysroot(machine, "debian", "/usr", minimumVersion);
  if (there.toolchain) return there;
  const apt = aptGet(machine);
  if (apt.refusal) return { refusal: apt.refusal };
  const stale = refreshLists(machine);
  if (stale) return { refusal: stale };
  const lld = newestLld(machine);
  if (lld === undefined) return { refusal: "its package lists offer no lld" };
  const failed = install(machine, [...DEBIAN_PACKAGES, `lld-${lld}`]);
  return failed ? { refusal: failed } : inSysroot(machine, "debian", "/usr", minimumVersion);
}

const SOURCES = "lib/rustlib/src/rust/library";

/** The toolchain whose programs are in `sysroot`/bin, if it is whole and new enough. */
function inSysroot(machine, source, sysroot, minimumVersion) {
  const asked = machine.run(join(sysroot, "bin/rustc"), ["-vV"]);
  if (asked.status !== 0) return { refusal: `no rustc runs in ${sysroot}/bin` };
  const version = asked.stdout.split("\n")[0];
  const release = /^release: (.*)$/m.exec(asked.stdout)?.[1] ?? "";
  const host = /^host: (.*)$/m.exec(asked.stdout)?.[1] ?? "";
  if (isOlder(release, minimumVersion)) {
    return { refusal: `${version} is older than ${minimumVersion}, which the sources need` };
  }
  if (machine.run(join(sysroot, "bin/cargo"), ["-V"]).status !== 0) {
    return { refusal: `no cargo runs in ${sysroot}/bin` };
  }
  if (!machine.exists(join(sysroot, SOURCES))) {
    return { refusal: `${version} has no library sources (component rust-src) in ${sysroot}` };
  }
  const brings = machine.exists(join(sysroot, "lib/rustlib", host, "bin/rust-lld"));
  const linker = brings ? null : findLinker(machine);
  if (linker === undefined)
    return { refusal: `${version} brings no wasm linker, and no wasm-ld is installed` };
  const bootstrap = !/-(nightly|dev)/.test(release);
  return { toolchain: { source, version, sysroot, bootstrap, linker } };
}

/** The newest wasm-ld on PATH: Debian's are called by their version. */
function findLinker(machine) {
  const names = ["wasm-ld"];
  for (let version = 40; version >= 14; version--) names.push(`wasm-ld-${version}`);
  // A name without a version may be older than the numbered ones beside it, so it comes last.
  names.push(names.shift());
  return names.find((name) => machine.run(name, ["--version"]).status === 0);
}

/** Whether release `a` ("1.96.0", "1.97.0-nightly") comes before `b` ("1.88"). */
export function isOlder(a, b) {
  const numbers = (text) => text.split(/[.-]/).map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  if (!Number.isFinite(left[0]) || !Number.isFinite(left[1])) return true;
  return left[0] !== right[0] ? left[0] < right[0] : left[1] < right[1];
}

/** Whether a remembered toolchain is still the one it was. */
export function isStillThere(machine, toolchain, minimumVersion) {
  const { toolchain: now } = inSysroot(machine, toolchain.source, toolchain.sysroot, minimumVersion);
  return now !== undefined && now.version === toolchain.version && now.linker === toolchain.linker;
}
