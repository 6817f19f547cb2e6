import type { BlockResult, Check, VerifyResult } from "aion-web-miner";
import { make } from "./elements.js";
import { sentence } from "./mine-words.js";

/** A step as it is shown: what was checked, what came out, and the values behind it. */
export interface Step {
  readonly name: string;
  readonly holds: boolean;
  readonly text: string;
  readonly values: readonly string[];
}

const NAMES: Partial<Record<string, string>> = {
  "mine-hash": "Mine hash",
  "block-hash": "Block hash",
  "solution-length": "Solution length",
  distinct: "Indices all different",
  order: "Order of the indices",
  target: "Target",
  "expected-hash": "Expected hash",
  "min-difficulty": "Least difficulty",
  "on-chain": "On the chain",
  "declared-difficulty": "Difficulty declared",
  "stake-half": "Proof of stake",
};

/** A check's name in words: “Level 3” for `level-3`. */
export function nameWords(name: string): string {
  return NAMES[name] ?? sentence(name.replace("-", " ")).replace(/\.$/, "");
}

/** How a result reads as a whole. */
export function verdictWords({ ok, reason, level }: VerifyResult): string {
  const why = reason === undefined ? "" : `: ${reason}${level === undefined ? "" : ` at level ${level}`}`;
  if (ok === null) return `Nothing to judge${why}`;
  return ok ? "Valid" : `Not valid${why}`;
}

/** The steps of a result, in the order in which they were made. */
export function stepsOf(result: VerifyResult): Step[] {
  return (result.checks ?? []).map((check) => ({
    name: nameWords(check.name),
    holds: check.ok,
    text: sentence(check.detail),
    values: valuesOf(check, result),
  }));
}

function valuesOf({ name }: Check, { mineHash, blockHash, powHash, boundary }: VerifyResult): string[] {
  const shown = (text: string | undefined, label = ""): string[] =>
    text === undefined ? [] : [label + text];
  switch (name) {
    case "mine-hash":
      return shown(mineHash);
    case "block-hash":
      return shown(blockHash);
    case "target":
      return [...shown(powHash, "hash "), ...shown(boundary, "boundary ")];
    default:
      return [];
  }
}

/** A result as an item of a list; `whole` shows its steps at once, otherwise they are folded. */
export function resultItem(result: VerifyResult | BlockResult, whole: boolean): HTMLLIElement {
  const subject =
    result.number === undefined ? `Item ${result.index + 1}` : `Block ${result.number.toLocaleString("en")}`;
  const title = make("h3", `${subject}: `);
  title.append(make("span", verdictWords(result), result.ok === null ? "" : result.ok ? "good" : "bad"));
  const item = make("li");
  item.append(title);
  if (result.detail !== undefined) item.append(make("p", sentence(result.detail), "why"));
  const parts = [...steps(result), ...facts(result), ...leftOpen(result)];
  if (whole || parts.length === 0) {
    item.append(...parts);
  } else {
    const details = make("details");
    details.append(make("summary", "Steps"), ...parts);
    item.append(details);
  }
  return item;
}

function steps(result: VerifyResult): HTMLElement[] {
  const all = stepsOf(result);
  if (all.length === 0) return [];
  const list = make("ol", "", "steps");
  for (const [place, { name, holds, text, values }] of all.entries()) {
    const item = make("li", "", holds ? "holds" : "fails");
    item.style.setProperty("--step", String(place));
    const mark = make("span", holds ? "✓" : "✗", holds ? "mark good" : "mark bad");
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", holds ? "Holds:" : "Fails:");
    const said = make("div");
    said.append(make("p", text), ...values.map((value) => make("p", value, "mono")));
    item.append(mark, make("h4", name), said);
    list.append(item);
  }
  return [list];
}

function facts(result: VerifyResult | BlockResult): HTMLElement[] {
  const { checks, blockHash, difficulty, powHash } = result;
  const has = (name: string): boolean => checks?.some((check) => check.name === name) === true;
  const rows: [string, string | undefined][] = [
    ["Difficulty", difficulty],
    ["Block hash", has("block-hash") ? undefined : blockHash],
    ["Proof-of-work hash", has("target") ? undefined : powHash],
    ["Time", "timings" in result ? `${result.timings.totalMs.toFixed(1)} ms in this tab` : undefined],
  ];
  const list = make("dl", "", "facts");
  for (const [name, value] of rows) {
    if (value === undefined) continue;
    const row = make("div");
    row.append(make("dt", name), make("dd", value, "mono"));
    list.append(row);
  }
  return list.childElementCount === 0 ? [] : [list];
}

function leftOpen({ notChecked }: VerifyResult): HTMLElement[] {
  if (notChecked === undefined || notChecked.length === 0) return [];
  const list = make("dl", "", "facts");
  for (const { name, detail } of notChecked) {
    const row = make("div");
    row.append(make("dt", nameWords(name)), make("dd", sentence(detail)));
    list.append(row);
  }
  return [make("h4", "Not checked", "left-open"), list];
}
