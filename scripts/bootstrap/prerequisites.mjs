// What must be there before anything can be built: Node, Rust, a C linker.
import { install } from "./apt.mjs";
import { BootstrapError } from "./machine.mjs";
import { isOlder } from "./toolchain.mjs";

/** The oldest Node that all tools in package.json run on. */
export const MINIMUM_NODE = "20.19";

/** Throws what is missing and how to get it. */
export function checkPrerequisites(machine, nodeVersion, minimumRust) {
  if (isOlder(nodeVersion, MINIMUM_NODE)) {
    throw new BootstrapError(`Node ${nodeVersion} is too old: install Node ${MINIMUM_NODE} or newer.`);
  }
  const rustc = machine.run("rustc", ["-V"]);
  if (rustc.status !== 0 || machine.run("cargo", ["-V"]).status !== 0) {
    throw new BootstrapError(
      "Rust is missing (rustc and cargo do not run): install it with rustup, see rustup.rs.",
    );
  }
  const version = rustc.stdout.split(" ")[1] ?? "";
  if (isOlder(version, minimumRust)) {
    throw new BootstrapError(
      `Rust ${version} is too old: run "rustup update stable" for ${minimumRust} or newer.`,
    );
  }
  if (machine.run("cc", ["--version"]).status !== 0) {
    const failed = install(machine, ["gcc", "libc6-dev"]);
    if (failed) {
      throw new BootstrapError(
        `No C compiler to link with (cc does not run; ${failed}). Install one: "apt-get install gcc libc6-dev" or your system's like.`,
      );
    }
  }
}
