// `npm run fuzz [-- SECONDS [TARGET...]]`: runs fuzz targets one after the other, each for that long.
//
// Coverage comes from the compiler itself, without a sanitizer, so the ordinary toolchain will do; libFuzzer is
// compiled from its crate by the machine's C++ compiler. `cargo fuzz` knows the same targets.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./checkout.mjs";
import { output, run } from "./run.mjs";

const FOLDER = join(root, "fuzz");

/** The targets, each a binary of the fuzz package. */
export const TARGETS = ["blocks", "verify", "packed", "lines", "stratum"];

/** What makes the compiler count edges and compares, as libFuzzer wants it. */
const COVERAGE = [
  "-Cpasses=sancov-module",
  "-Cllvm-args=-sanitizer-coverage-level=4",
  "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
  "-Cllvm-args=-sanitizer-coverage-pc-table",
  "-Cllvm-args=-sanitizer-coverage-trace-compares",
  "-Ccodegen-units=1",
  "--cfg=fuzzing",
];

/** Fuzzes the targets, each for so many seconds; throws where one finds something. */
export async function fuzz(seconds, targets = TARGETS) {
  if (spawnSync("c++", ["--version"]).status !== 0) {
    throw new Error("no C++ compiler (c++), which libFuzzer needs; on Debian: sudo apt-get install g++");
  }
  const host = /^host: (.*)$/m.exec(await output("rustc", ["-vV"]))[1];
  // A target of its own keeps the counters out of build scripts, which have no libFuzzer to count for.
  const built = ["build", "--release", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target", host];
  await run("cargo", built, { RUSTFLAGS: COVERAGE.join(" ") });
  for (const target of targets) {
    const folder = (name) => join(FOLDER, name, target);
    const [corpus, artifacts] = [folder("corpus"), folder("artifacts")];
    mkdirSync(corpus, { recursive: true });
    mkdirSync(artifacts, { recursive: true });
    const options = [
      `-max_total_time=${seconds}`,
      "-max_len=16384",
      "-timeout=10",
      "-rss_limit_mb=1024",
      "-print_final_stats=1",
      `-artifact_prefix=${artifacts}/`,
    ];
    const words = join(FOLDER, "dictionaries", `${target}.dict`);
    if (existsSync(words)) options.push(`-dict=${words}`);
    const seeds = [folder("seeds")].filter(existsSync);
    console.log(`\n-- ${target}, ${seconds} s`);
    await run(join(FOLDER, "target", host, "release", target), [...options, corpus, ...seeds]);
  }
}

if (process.argv[1] === import.meta.filename) {
  const [seconds = "60", ...targets] = process.argv.slice(2);
  const unknown = targets.find((target) => !TARGETS.includes(target));
  if (unknown !== undefined || !/^[1-9]\d*$/.test(seconds)) {
    console.error(`usage: npm run fuzz -- SECONDS [${TARGETS.join(" | ")}]...`);
    process.exitCode = 2;
  } else {
    try {
      await fuzz(Number(seconds), targets.length > 0 ? targets : TARGETS);
    } catch (error) {
      console.error(error.message);
      process.exitCode = 1;
    }
  }
}
