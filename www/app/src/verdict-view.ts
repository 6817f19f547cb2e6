import type { VerifyResult } from "aion-web-miner";
import { make } from "./elements.js";
import { sentence } from "./mine-words.js";

/** One line of a verdict: what was checked, what came out, and whether it holds where that is a question. */
export interface Check {
  readonly name: string;
  readonly text: string;
  readonly holds?: boolean;
  readonly mono?: boolean;
}

/** How a result reads as a whole. */
export function verdictWords({ ok, reason, level }: VerifyResult): string {
  const why = reason === undefined ? "" : `: ${reason}${level === undefined ? "" : ` at level ${level}`}`;
  if (ok === null) return `Nothing to judge${why}`;
  return ok ? "Valid" : `Not valid${why}`;
}

/** The checks of a result, in the order in which they are made. */
export function checksOf({ detail, mineHash, powHash, blockHash, equihash, target }: VerifyResult): Check[] {
  const checks: Check[] = [];
  if (detail !== undefined) checks.push({ name: "Detail", text: sentence(detail) });
  if (mineHash !== undefined) checks.push({ name: "Mine hash", text: mineHash, mono: true });
  if (equihash !== undefined) {
    const text = equihash ? "The solution keeps the whole rule" : "The solution breaks the rule";
    checks.push({ name: "Equihash (210,9)", text, holds: equihash });
  }
  if (powHash !== undefined) checks.push({ name: "Proof-of-work hash", text: powHash, mono: true });
  if (target === null)
    checks.push({ name: "Target", text: "Not checked: no difficulty or target was given" });
  if (typeof target === "boolean") {
    const text = target ? "The hash is below the boundary" : "The hash is not below the boundary";
    checks.push({ name: "Target", text, holds: target });
  }
  if (blockHash !== undefined) checks.push({ name: "Block hash", text: blockHash, mono: true });
  return checks;
}

/** A result as an item of a list. */
export function resultItem(result: VerifyResult): HTMLLIElement {
  const subject =
    result.number === undefined ? `Item ${result.index + 1}` : `Block ${result.number.toLocaleString("en")}`;
  const title = make("h3", `${subject}: `);
  title.append(make("span", verdictWords(result), result.ok === null ? "" : result.ok ? "good" : "bad"));
  const list = make("dl", "", "checks");
  for (const { name, text, holds, mono } of checksOf(result)) {
    const tone = holds === undefined ? "" : holds ? "good" : "bad";
    const row = make("div");
    row.append(make("dt", name), make("dd", text, mono === true ? "mono" : tone));
    list.append(row);
  }
  const item = make("li");
  item.append(title, list);
  return item;
}
