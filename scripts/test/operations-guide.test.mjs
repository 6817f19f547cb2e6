// Holds the tables of docs/operations.md to the proxy's sources.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../checkout.mjs";
import { rowsUnder } from "./markdown-tables.mjs";

const read = (path) => readFileSync(join(root, path), "utf8");
const GUIDE = read("docs/operations.md");
const LIMITS = read("crates/proxy/src/config/limits.rs");
const EXAMPLE = read("deploy/stratum-proxy.toml");

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A number, or the milliseconds of a duration. */
function measure(text) {
  const [, number, unit] = /^(\d+)(ms|s|m|h)?$/.exec(text) ?? [];
  return Number(number) * (unit ? UNITS[unit] : 1);
}

/** The keys of a struct of the settings' file. */
function keysOf(name) {
  const body = new RegExp(`^struct ${name} \\{\\n(.*?)^\\}`, "ms").exec(
    read("crates/proxy/src/config/file.rs"),
  )[1];
  return [...body.matchAll(/^ {4}(\w+):/gm)].map(([, key]) => key);
}

/** What a function that is one `match` gives for each variant. */
function armsOf(path, name) {
  const body = new RegExp(`fn ${name}\\(.*?^ {4}\\}`, "ms").exec(read(path))[0];
  const given = {};
  let variants = [];
  for (const [, variant, value] of body.matchAll(
    /(?:EndReason|Refusal)::(\w+)|=>[\s{]*(?:StatusCode::)?"?(\w+)/g,
  )) {
    if (variant !== undefined) variants.push(variant);
    else {
      for (const one of variants) given[one] = value;
      variants = [];
    }
  }
  return given;
}

describe("every limit", () => {
  const field = /(count|duration)::<([\d_]+), ([\d_]+), _>"\)\]\n\s+pub (\w+):/g;
  const number = (text) => Number(text.replaceAll("_", ""));
  const known = [...LIMITS.matchAll(field)].map(([, , least, most, name]) => [
    name,
    number(least),
    number(most),
  ]);
  const rows = rowsUnder(GUIDE, "Limits");

  test("has a row with its bounds", () => {
    expect(known.length).toBeGreaterThan(20);
    const told = rows.map(([key, , bounds]) => [key, ...bounds.split(" to ").map(measure)]);
    expect(told).toEqual(known);
  });

  test("has the default that the example says, which a test of the proxy holds to the code", () => {
    const said = /\[limits\]\n(.*)/s.exec(EXAMPLE)[1];
    const defaults = [...said.matchAll(/^(\w+) = "?(\w+)"?$/gm)].map(([, key, value]) => [key, value]);
    expect(Object.fromEntries(rows.map(([key, value]) => [key, value]))).toEqual(
      Object.fromEntries(defaults),
    );
  });
});

test("every other key has a row", () => {
  const tables = { site: "Site", tls: "Tls", metrics: "Metrics", pools: "Pool", nodes: "Node" };
  const named = { pools: "[[pool]]", nodes: "[[node]]" };
  const known = keysOf("File").flatMap((key) => {
    if (key === "limits") return [];
    if (!(key in tables)) return [key];
    return keysOf(tables[key]).map((inner) => `${named[key] ?? `[${key}]`} ${inner}`);
  });
  const told = rowsUnder(GUIDE, "Settings").flatMap(([first]) => {
    const [one, ...more] = first.split(", ");
    return [one, ...more.map((key) => one.replace(/\w+$/, key))];
  });
  expect(told.sort()).toEqual(known.sort());
});

test("every metric has a row, and alerts are of metrics that there are", () => {
  const source = read("crates/proxy/src/metrics.rs").split("#[cfg(test)]")[0];
  const known = [...source.matchAll(/\b(?:gauge|counters?|head)\(\s*out,\s*"(\w+)"/g)].map(
    ([, name]) => name,
  );
  const metrics = known.map((name) => `stratum_proxy_${name}`);
  const told = rowsUnder(GUIDE, "Metrics").map(([first]) => first.replace(/\{.*/, ""));
  expect(told.filter((name) => name.startsWith("stratum_proxy_")).sort()).toEqual(metrics.sort());
  const alerts = rowsUnder(GUIDE, "Alerts").flatMap(([when]) => when.match(/stratum_proxy_\w+/g));
  expect(
    alerts.map((name) => name.replace(/_bucket$/, "")).filter((name) => !metrics.includes(name)),
  ).toEqual([]);
});

test("every cause has a row, with the code or status that goes with it", () => {
  const ends = "crates/proxy/src/end_reason.rs";
  const refusals = "crates/proxy/src/admission/refusal.rs";
  const status = { FORBIDDEN: "403", NOT_FOUND: "404", TOO_MANY_REQUESTS: "429", SERVICE_UNAVAILABLE: "503" };
  const codes = { ...armsOf(ends, "code"), ...armsOf(refusals, "status") };
  const labels = { ...armsOf(ends, "label"), ...armsOf(refusals, "label") };
  // A handshake that failed leaves nothing to answer over.
  const known = Object.entries(labels).map(([variant, label]) => [
    label,
    variant === "Handshake" ? "none" : (status[codes[variant]] ?? codes[variant]),
  ]);
  expect(known.length).toBe(26);
  const told = rowsUnder(GUIDE, "Metrics")
    .filter(([first]) => !first.startsWith("stratum_proxy_"))
    .flatMap(([causes, code]) => causes.split(", ").map((cause) => [cause, code]));
  expect(told.sort()).toEqual(known.sort());
});

test("every line of the log that is named is written somewhere", () => {
  const folder = "crates/proxy/src";
  const files = readdirSync(join(root, folder), { recursive: true }).filter((path) => path.endsWith(".rs"));
  const sources = files.map((path) => read(join(folder, path))).join("\n");
  const lines = rowsUnder(GUIDE, "Log").flatMap(([, line]) => line.split(", "));
  expect(lines.length).toBeGreaterThan(15);
  expect(lines.filter((line) => !sources.includes(`"${line}`))).toEqual([]);
});
