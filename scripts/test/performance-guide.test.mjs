// Holds docs/performance.md to what there is.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../checkout.mjs";
import { rowsUnder } from "./markdown-tables.mjs";

const read = (path) => readFileSync(join(root, path), "utf8");
const GUIDE = read("docs/performance.md");
const README = read("README.md");

/** The long options in a line, from the last of these words on. */
const optionsAfter = (line, word) => line.slice(line.lastIndexOf(word)).match(/(?<=\s)--[a-z][a-z-]*/g) ?? [];

/** The options that clap makes of a struct's fields. */
function clapOptions(path) {
  const fields = [...read(path).matchAll(/#\[arg\((.*?)\)\]\s+(?:pub )?(\w+):/gs)];
  return fields
    .filter(([, settings]) => /\blong\b/.test(settings))
    .map(([, , field]) => `--${field.replaceAll("_", "-")}`);
}

describe("every command of the guide", () => {
  const lines = GUIDE.split("\n").map((line) => line.replace(/ {2,}#.*/, ""));

  test("has the options that it is given", () => {
    const known = {
      "npm run bench": read("benches/options.mjs").match(/--[a-z]+/g),
      "npm run test:e2e": ["--slow"],
      "-- bench": clapOptions("crates/cli/src/bench.rs"),
      "examples/load": clapOptions("crates/proxy/examples/load/options.rs"),
    };
    let seen = 0;
    for (const line of lines)
      for (const [command, options] of Object.entries(known)) {
        if (!line.includes(command) || line.startsWith("|")) continue;
        for (const option of optionsAfter(line, command)) {
          seen++;
          expect(options, line).toContain(option);
        }
      }
    expect(seen).toBeGreaterThan(20);
  });

  test("is of a bench, a package or an example that there is", () => {
    const manifest = read("Cargo.toml");
    const benches = lines.flatMap((line) => /--bench (\w+)/.exec(line)?.[1] ?? []);
    expect(benches.length).toBe(3);
    for (const name of benches) expect(manifest).toContain(`[[bench]]\nname = "${name}"`);
    expect(existsSync(join(root, "crates/proxy/examples/load/main.rs"))).toBe(true);
    expect(read("crates/cli/Cargo.toml")).toContain('name = "aion-pow-cli"');
  });
});

test("the ratios are those of the README's table", () => {
  const [head, ...rows] = README.split("\n").filter((line) =>
    /^\| (where|native|chromium|node) \|/.test(line),
  );
  const names = head.split("|").map((cell) => cell.trim());
  const row = (where, artifact, threads) => {
    const cells = rows.map((line) => line.split("|").map((cell) => cell.trim()));
    const found = cells.find(
      (cell) => cell[1] === where && cell[2] === artifact && cell[3] === String(threads),
    );
    return (name) => Number(found[names.indexOf(name)]);
  };
  const yardstick = Number(
    /by the\nblake2 crate on one thread, was ([\d.]+) ms/.exec(README)?.[1] ??
      GUIDE.match(/was ([\d.]+) ms/)[1],
  );
  const run = (...where) => row(...where)("ms a run");
  const [native, two] = [run("native", "native", 1), run("native", "native", 2)];
  const [chromium, chromiumTwo] = [run("chromium", "miner-mt", 1), run("chromium", "miner-mt", 2)];
  const ratios = [
    native / yardstick,
    native / two,
    chromium / chromiumTwo,
    chromium / native,
    chromiumTwo / two,
    run("chromium", "miner-st", 1) / chromium,
    run("node", "miner-st", 1) / run("chromium", "miner-st", 1),
    row("chromium", "miner-mt", 1)("first run") / chromium,
  ];
  expect(rowsUnder(GUIDE, "Ratios").map(([, ratio]) => ratio)).toEqual(
    ratios.map((ratio) => ratio.toFixed(2)),
  );
});

test("the budgets are those that are held", () => {
  const budgets = JSON.parse(read("budgets.json"));
  const number = (bytes) => bytes.toLocaleString("en");
  const told = Object.fromEntries(rowsUnder(GUIDE, "Sizes").map(([what, , budget]) => [what, budget]));
  expect(told).toEqual({
    "aion-pow-verify, script and artifact": `${number(budgets["aion-pow-verify"].gzip)} + ${number(budgets["verify, wasm"].gzip)}`,
    "aion-web-miner, script": number(budgets["aion-web-miner"].gzip),
    "aion-web-miner/element, script": number(budgets["aion-web-miner/element"].gzip),
    "miner-mt, artifact": number(budgets["miner-mt, wasm"].gzip),
    "miner-st, artifact": number(budgets["miner-st, wasm"].gzip),
    "gpu, artifact": number(budgets["gpu, wasm"].gzip),
  });
});
