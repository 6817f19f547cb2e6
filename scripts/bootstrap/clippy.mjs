// Clippy for the wasm artifacts: only the tests need it.
import { join } from "node:path";
import { install } from "./apt.mjs";
import { BootstrapError } from "./machine.mjs";

/** Installs the wasm toolchain's clippy if it is missing. */
export function ensureClippy(machine, toolchain) {
  const there = () => machine.run(join(toolchain.sysroot, "bin/cargo-clippy"), ["--version"]).status === 0;
  if (there()) return;
  if (toolchain.source === "debian") {
    const failed = install(machine, ["rust-web-clippy"]);
    if (!failed && there()) return;
    throw new BootstrapError(`${toolchain.version} has no clippy (${failed ?? "the package brings none"}).`);
  }
  throw new BootstrapError(
    `${toolchain.version} in ${toolchain.sysroot} has no clippy: add it with "rustup component add clippy".`,
  );
}
