// Tries a toolchain for real: a small threaded module with std rebuilt, compiled and linked.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { complaint } from "./machine.mjs";

const MANIFEST = `[package]
name = "probe"
version = "0.0.0"
edition = "2021"
[lib]
crate-type = ["cdylib"]
[profile.dev]
debug = 0
[workspace]
`;

const SOURCE = `#[no_mangle]
pub extern "C" fn probe() -> usize { vec![0u8; 9].len() }
`;

const FLAGS = [
  "-Ctarget-feature=+atomics,+bulk-memory,+mutable-globals",
  "-Clink-arg=--shared-memory",
  "-Clink-arg=--import-memory",
  "-Clink-arg=--max-memory=67108864",
];

/** The environment in which a toolchain's own cargo works, whatever cargo or rustup started this process. */
export function toolchainEnv(toolchain, env = process.env) {
  const kept = /^(CARGO_HOME|CARGO_BUILD_JOBS|CARGO_HTTP_|CARGO_NET_|CARGO_TERM_|CARGO_SOURCE_)/;
  const cleared = Object.keys(env).filter((name) => /^(CARGO|RUST)/.test(name) && !kept.test(name));
  const result = Object.fromEntries(cleared.map((name) => [name, undefined]));
  result.PATH = `${join(toolchain.sysroot, "bin")}:${env.PATH ?? ""}`;
  if (toolchain.bootstrap) result.RUSTC_BOOTSTRAP = "1";
  if (toolchain.linker) result.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER = toolchain.linker;
  return result;
}

/** Builds the probe in `dir`. Returns why the toolchain cannot, or nothing. */
export function whyItCannotBuild(machine, toolchain, dir) {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(join(dir, "src"), { recursive: true });
  writeFileSync(join(dir, "Cargo.toml"), MANIFEST);
  writeFileSync(join(dir, "src/lib.rs"), SOURCE);
  const outcome = machine.run(
    join(toolchain.sysroot, "bin/cargo"),
    ["build", "--target", "wasm32-unknown-unknown", "-Z", "build-std=std,panic_abort"],
    { cwd: dir, env: { ...toolchainEnv(toolchain), CARGO_ENCODED_RUSTFLAGS: FLAGS.join("\x1f") } },
  );
  rmSync(dir, { recursive: true, force: true });
  return outcome.status === 0 ? undefined : `a trial build failed: ${complaint(outcome)}`;
}
