import { describe, expect, test } from "vitest";
import { BootstrapError } from "../bootstrap/machine.mjs";
import {
  chooseToolchain,
  DEBIAN_PACKAGES,
  isOlder,
  isStillThere,
  NIGHTLY,
  sources,
} from "../bootstrap/toolchain.mjs";
import { recordedMachine, toolchainAnswers } from "./recorded-machine.mjs";

const MINIMUM = "1.88";
const SOURCES = "lib/rustlib/src/rust/library";
const LLD = "lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld";
const CURRENT = { "rustc --print sysroot": "/rust\n", ...toolchainAnswers("/rust", "1.95.0") };
const INSTALL_NIGHTLY = `rustup toolchain install ${NIGHTLY} --profile minimal --component rust-src --component clippy --no-self-update`;
const DEBIAN_INSTALL = `apt-get install -y -q --no-install-recommends ${DEBIAN_PACKAGES.join(" ")} lld-22`;
const OFFLINE = { status: 1, stderr: "info: syncing\nerror: could not download file\n" };

const everythingBuilds = () => undefined;
const choose = (machine, canBuild = everythingBuilds) =>
  chooseToolchain(sources(machine, MINIMUM), canBuild, machine.say);

describe("the first source that works is taken", () => {
  test("the current rustc, with its sources and linker", () => {
    const machine = recordedMachine({ answers: CURRENT, files: [`/rust/${SOURCES}`, `/rust/${LLD}`] });
    expect(choose(machine)).toEqual({
      source: "current",
      version: "rustc 1.95.0 (0123 2026-05-19)",
      sysroot: "/rust",
      bootstrap: true,
      linker: null,
    });
    expect(machine.said).toEqual(["wasm toolchain: rustc 1.95.0 (0123 2026-05-19), the current rustc"]);
  });

  test("a nightly takes unstable options by itself", () => {
    const answers = { "rustc --print sysroot": "/rust\n", ...toolchainAnswers("/rust", "1.97.0-nightly") };
    const machine = recordedMachine({ answers, files: [`/rust/${SOURCES}`, `/rust/${LLD}`] });
    expect(choose(machine).bootstrap).toBe(false);
  });

  test("rustup's nightly, installed after saying so", () => {
    let installed = false;
    const machine = recordedMachine({
      files: [`/nightly/${SOURCES}`, `/nightly/${LLD}`],
      answers: {
        ...CURRENT,
        ...toolchainAnswers("/nightly", "1.97.0-nightly"),
        "rustup --version": "rustup 1.29.0\n",
        [`rustup run ${NIGHTLY} rustc --print sysroot`]: () => (installed ? "/nightly\n" : { status: 1 }),
        [INSTALL_NIGHTLY]: () => {
          installed = true;
          return "";
        },
      },
    });
    expect(choose(machine).source).toBe("rustup");
    expect(machine.said[0]).toBe(`about to run: ${INSTALL_NIGHTLY}`);
  });

  test("Debian's packages, with the newest lld that is on offer", () => {
    let installed = false;
    const usr = toolchainAnswers("/usr", "1.96.0");
    const whenInstalled = (answer) => () => (installed ? answer : { status: 127 });
    const machine = recordedMachine({
      isRoot: true,
      files: [`/usr/${SOURCES}`],
      answers: {
        ...CURRENT,
        ...Object.fromEntries(Object.entries(usr).map(([line, answer]) => [line, whenInstalled(answer)])),
        "wasm-ld-22 --version": whenInstalled("LLD 22.1.8\n"),
        "rustup --version": "rustup 1.29.0\n",
        [INSTALL_NIGHTLY]: OFFLINE,
        "apt-get --version": "apt 2.6.1\n",
        "apt-get update -q": "",
        "apt-cache search --names-only ^lld-[0-9]+$": "lld-13 - linker\nlld-22 - linker\nlld-19 - linker\n",
        [DEBIAN_INSTALL]: () => {
          installed = true;
          return "";
        },
      },
    });
    expect(choose(machine)).toMatchObject({ source: "debian", sysroot: "/usr", linker: "wasm-ld-22" });
    expect(machine.said).toContain(`about to install Debian packages: ${DEBIAN_PACKAGES.join(" ")} lld-22`);
  });

  test("a toolchain that cannot build for real is passed over", () => {
    const machine = recordedMachine({
      answers: { ...CURRENT, ...toolchainAnswers("/usr", "1.96.0"), "wasm-ld-22 --version": "LLD 22.1.8\n" },
      files: [`/rust/${SOURCES}`, `/rust/${LLD}`, `/usr/${SOURCES}`],
    });
    const canBuild = ({ source }) => (source === "current" ? "a trial build failed: error: no" : undefined);
    expect(choose(machine, canBuild).source).toBe("debian");
  });
});

describe("each way to fail has its words", () => {
  const failures = [
    ["no rustc at all", {}, [], "the current rustc: rustc does not run: it could not be run"],
    ["no library sources", CURRENT, [], "has no library sources (component rust-src) in /rust"],
    [
      "a rustc that is too old",
      { "rustc --print sysroot": "/rust\n", ...toolchainAnswers("/rust", "1.85.0") },
      [`/rust/${SOURCES}`],
      "rustc 1.85.0 (0123 2026-05-19) is older than 1.88",
    ],
    ["no linker", CURRENT, [`/rust/${SOURCES}`], "brings no wasm linker, and no wasm-ld is installed"],
    ["no rustup", CURRENT, [], `rustup's ${NIGHTLY}: rustup is not installed`],
    [
      "rustup offline",
      { "rustup --version": "rustup 1.29.0\n", [INSTALL_NIGHTLY]: OFFLINE },
      [],
      "rustup cannot install it: error: could not download file",
    ],
    ["no Debian", {}, [], "Debian's packages: there is no apt-get: this is not Debian or its kin"],
    [
      "no root",
      { "apt-get --version": "apt 2.6.1\n", "sudo -n true": { status: 1 } },
      [],
      "installing needs root, or sudo without a password",
    ],
    [
      "no Debian package lists",
      {
        "apt-get --version": "apt 2.6.1\n",
        "sudo -n true": "",
        "sudo -n apt-get update -q": { status: 100, stderr: "E: Failed to fetch\n" },
      },
      [],
      "apt-get update: E: Failed to fetch",
    ],
  ];
  for (const [name, answers, files, words] of failures) {
    test(name, () => {
      const machine = recordedMachine({ answers, files });
      expect(() => choose(machine)).toThrow(BootstrapError);
      expect(() => choose(machine)).toThrow(words);
    });
  }

  test("the message numbers the three tries and says what helps", () => {
    const message = (() => {
      try {
        return choose(recordedMachine());
      } catch (error) {
        return error.message;
      }
    })();
    expect(message.split("\n").filter((line) => /^ {2}[123]\. /.test(line))).toHaveLength(3);
    expect(message).toContain(`rustup toolchain install ${NIGHTLY}`);
    expect(message).toContain("sudo apt-get install rustc-web");
  });
});

test("a remembered toolchain holds until its compiler or linker changes", () => {
  const answers = { ...toolchainAnswers("/usr", "1.96.0"), "wasm-ld-22 --version": "LLD\n" };
  const machine = recordedMachine({ answers, files: [`/usr/${SOURCES}`] });
  const remembered = {
    source: "debian",
    version: "rustc 1.96.0 (0123 2026-05-19)",
    sysroot: "/usr",
    bootstrap: true,
    linker: "wasm-ld-22",
  };
  expect(isStillThere(machine, remembered, MINIMUM)).toBe(true);
  expect(isStillThere(machine, { ...remembered, linker: "wasm-ld-19" }, MINIMUM)).toBe(false);
  expect(isStillThere(machine, { ...remembered, version: "rustc 1.94.0" }, MINIMUM)).toBe(false);
  expect(isStillThere(recordedMachine(), remembered, MINIMUM)).toBe(false);
});

test.each([
  ["1.87.0", "1.88", true],
  ["1.88.0", "1.88", false],
  ["1.97.0-nightly", "1.88", false],
  ["2.0.0", "1.88", false],
  ["20.18.1", "20.19", true],
  ["garbage", "1.88", true],
])("%s is older than %s: %s", (a, b, older) => {
  expect(isOlder(a, b)).toBe(older);
});
