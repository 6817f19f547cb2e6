import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BootstrapError, complaint } from "../bootstrap/machine.mjs";
import { toolchainEnv } from "../bootstrap/probe.mjs";
import { fingerprint, unlessDone } from "../fingerprint.mjs";
import { choosePort } from "../port.mjs";
import { runSteps } from "../steps.mjs";

let dir;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "aion-scripts-"))));
afterEach(() => rmSync(dir, { recursive: true }));

test("steps stop at the first failure, by name, and the last line counts", async () => {
  const lines = [];
  const ran = [];
  const step = (name, fails) => ({
    name,
    run: () => {
      ran.push(name);
      if (fails) throw new BootstrapError("no such thing");
    },
  });
  const passed = await runSteps([step("one"), step("two", true), step("three")], (line) => lines.push(line));
  expect(passed).toBe(false);
  expect(ran).toEqual(["one", "two"]);
  expect(lines).toContain("\nfailed: two: no such thing");
  expect(lines.at(-1)).toBe("1 passed, 1 failed");
});

test("steps that all pass say so", async () => {
  const lines = [];
  expect(await runSteps([{ name: "one", run: () => undefined }], (line) => lines.push(line))).toBe(true);
  expect(lines.at(-1)).toBe("1 passed, 0 failed");
});

test("a step runs again only when its inputs changed, and after a failure", async () => {
  const input = join(dir, "input");
  const stamp = join(dir, "stamp");
  writeFileSync(input, "1");
  const once = (step) => unlessDone(stamp, fingerprint([input]), step);
  const fail = () => {
    throw new Error("it fails");
  };
  await expect(once(fail)).rejects.toThrow("it fails");
  expect(await once(() => undefined)).toBe(true);
  expect(await once(fail)).toBe(false);
  writeFileSync(input, "2");
  expect(await once(() => undefined)).toBe(true);
});

test.each([
  ["unset", undefined, [], 8080],
  ["unset and 8080 taken", undefined, [8080, 8081], 8082],
  ["set", "9000", [8080], 9000],
  ["any", "0", [], 0],
])("the port: %s", async (_, wanted, taken, port) => {
  expect(await choosePort(wanted, (asked) => !taken.includes(asked))).toBe(port);
});

test.each([
  ["no number", "http", 'PORT is "http": a port is a number from 0 to 65535.'],
  ["out of range", "70000", "a port is a number from 0 to 65535"],
  ["taken", "9000", "Port 9000 is taken by another program: set PORT to a free one."],
  ["all taken", undefined, "All ports from 8080 to 8099 are taken"],
])("a port that cannot be had is named: %s", async (_, wanted, words) => {
  await expect(choosePort(wanted, () => false)).rejects.toThrow(words);
});

test("a toolchain's cargo hears nothing of the cargo around it", () => {
  const env = { CARGO: "x", RUSTUP_TOOLCHAIN: "stable", RUSTFLAGS: "-Dx", CARGO_HOME: "/home", PATH: "/bin" };
  const toolchain = { sysroot: "/usr", bootstrap: true, linker: "wasm-ld-22" };
  expect(toolchainEnv(toolchain, env)).toEqual({
    CARGO: undefined,
    RUSTUP_TOOLCHAIN: undefined,
    RUSTFLAGS: undefined,
    PATH: "/usr/bin:/bin",
    RUSTC_BOOTSTRAP: "1",
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: "wasm-ld-22",
  });
});

test("a program's complaint is its error line, else its last", () => {
  expect(complaint({ status: 1, stdout: "", stderr: "info: a\nerror: b\nnote: c\n" })).toBe("error: b");
  expect(complaint({ status: 1, stdout: "one\ntwo\n", stderr: "" })).toBe("two");
  expect(complaint({ status: 3, stdout: "", stderr: "" })).toBe("it ended with status 3");
});
