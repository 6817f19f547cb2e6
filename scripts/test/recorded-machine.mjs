/**
 * A machine made of written answers: `answers` maps a command line to its stdout, or to `{ status, ... }`;
 * what it does not know cannot be run. `files` are the paths that exist. It keeps what was said and run.
 */
export function recordedMachine({ answers = {}, files = [], isRoot = false } = {}) {
  const said = [];
  const ran = [];
  return {
    said,
    ran,
    isRoot,
    say: (line) => said.push(line),
    exists: (path) => files.includes(path),
    run(program, args) {
      const line = [program, ...args].join(" ");
      ran.push(line);
      let answer = answers[line];
      if (typeof answer === "function") answer = answer();
      if (answer === undefined) return { status: null, stdout: "", stderr: "" };
      const outcome = typeof answer === "string" ? { stdout: answer } : answer;
      return { status: 0, stdout: "", stderr: "", ...outcome };
    },
  };
}

/** What a whole toolchain in `sysroot` answers. */
export function toolchainAnswers(sysroot, release) {
  return {
    [`${sysroot}/bin/rustc -vV`]: `rustc ${release} (0123 2026-05-19)\nhost: x86_64-unknown-linux-gnu\nrelease: ${release}\n`,
    [`${sysroot}/bin/cargo -V`]: `cargo ${release}\n`,
  };
}
