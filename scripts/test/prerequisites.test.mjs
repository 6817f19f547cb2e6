import { describe, expect, test } from "vitest";
import { findChromium } from "../bootstrap/chromium.mjs";
import { ensureClippy } from "../bootstrap/clippy.mjs";
import { findFirefox } from "../bootstrap/firefox.mjs";
import { findVulkan } from "../bootstrap/vulkan.mjs";
import { BootstrapError } from "../bootstrap/machine.mjs";
import { checkPrerequisites } from "../bootstrap/prerequisites.mjs";
import { recordedMachine } from "./recorded-machine.mjs";

const RUST = { "rustc -V": "rustc 1.95.0 (5980 2026-04-14)\n", "cargo -V": "cargo 1.95.0\n" };
const CC = { "cc --version": "cc 12\n" };

describe("what a build needs", () => {
  const failures = [
    ["an old Node", "18.20.0", { ...RUST, ...CC }, "Node 18.20.0 is too old: install Node 20.19 or newer."],
    ["no Rust", "20.20.2", CC, "Rust is missing"],
    [
      "an old Rust",
      "20.20.2",
      { ...CC, ...RUST, "rustc -V": "rustc 1.80.1 (a b)\n" },
      "Rust 1.80.1 is too old",
    ],
    ["no C compiler", "20.20.2", RUST, "No C compiler to link with (cc does not run; there is no apt-get"],
  ];
  for (const [name, node, answers, words] of failures) {
    test(`${name} is named`, () => {
      const check = () => checkPrerequisites(recordedMachine({ answers }), node, "1.88");
      expect(check).toThrow(BootstrapError);
      expect(check).toThrow(words);
    });
  }

  test("a whole machine passes in silence", () => {
    const machine = recordedMachine({ answers: { ...RUST, ...CC } });
    checkPrerequisites(machine, "20.19.0", "1.88");
    expect(machine.said).toEqual([]);
  });
});

describe("the browser of the tests", () => {
  test("is the one that CHROMIUM names", () => {
    const machine = recordedMachine({
      answers: { "/opt/c --version": "Chromium 156\n", "chromium --version": "" },
    });
    expect(findChromium(machine, { CHROMIUM: "/opt/c" })).toBe("/opt/c");
  });

  test("is not guessed where CHROMIUM names one that does not run", () => {
    const machine = recordedMachine({ answers: { "chromium --version": "" } });
    expect(() => findChromium(machine, { CHROMIUM: "/opt/c" })).toThrow("CHROMIUM is set to /opt/c");
  });

  test("is found on PATH", () => {
    const machine = recordedMachine({ answers: { "google-chrome --version": "Chrome 156\n" } });
    expect(findChromium(machine, {})).toBe("google-chrome");
  });

  test("is asked for by name where it cannot be installed", () => {
    expect(() => findChromium(recordedMachine(), {})).toThrow(
      "Install chromium or google-chrome, or set CHROMIUM",
    );
  });
});

describe("the Firefox of the slow tests", () => {
  test("is the one that FIREFOX names, or one on PATH", () => {
    const answers = {
      "/opt/f --version": "Mozilla Firefox 153\n",
      "firefox --version": "Mozilla Firefox 153\n",
    };
    expect(findFirefox(recordedMachine({ answers }), { FIREFOX: "/opt/f" })).toBe("/opt/f");
    expect(findFirefox(recordedMachine({ answers }), {})).toBe("firefox");
    expect(() => findFirefox(recordedMachine({ answers }), { FIREFOX: "/none" })).toThrow(
      "FIREFOX is set to /none, which does not run",
    );
  });

  test("is no error where it cannot be had, and is said", () => {
    const machine = recordedMachine();
    expect(findFirefox(machine, {})).toBeUndefined();
    expect(machine.said).toEqual([
      expect.stringMatching(/^no Firefox \(.*apt-get.*\): its tests will skip$/),
    ]);
  });
});

test("a missing clippy is named with the command that adds it", () => {
  const toolchain = { source: "rustup", version: "rustc 1.97.0-nightly", sysroot: "/nightly" };
  expect(() => ensureClippy(recordedMachine(), toolchain)).toThrow("rustup component add clippy");
});

describe("the Vulkan driver of the tests", () => {
  const DRIVERS = "/usr/share/vulkan/icd.d";

  test("is the machine's own where there is one", () => {
    const machine = recordedMachine({ files: [DRIVERS] });
    findVulkan(machine);
    expect([machine.said, machine.ran]).toEqual([[], []]);
  });

  test("is said to be missing, and is no reason to fail", () => {
    const machine = recordedMachine();
    findVulkan(machine);
    expect(machine.said.join()).toContain("tests of the GPU will skip");
  });
});
