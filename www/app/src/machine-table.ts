import type { BenchmarkResult } from "aion-web-miner";
import { element, make } from "./elements.js";
import known from "./known-machines.json" with { type: "json" };

/** A line of the comparison. */
export interface Machine {
  readonly where: string;
  readonly threads: number;
  /** Milliseconds a run, the median. */
  readonly ms: number;
  readonly solutionsPerSecond: number;
  readonly mine: boolean;
}

const ARTIFACTS: Partial<Record<string, string>> = { "miner-st": ", without threads" };

/** The known machines and, where there is one, this browser's result, the quickest first. */
export function ranking(result?: BenchmarkResult): Machine[] {
  const machines: Machine[] = known.rows.map(({ where, artifact, threads, ms, solutionsPerSecond }) => ({
    where: where + (ARTIFACTS[artifact] ?? ""),
    threads,
    ms,
    solutionsPerSecond,
    mine: false,
  }));
  if (result !== undefined) {
    const { threads, ms, solutionsPerSecond } = result;
    machines.push({ where: "This browser", threads, ms, solutionsPerSecond, mine: true });
  }
  return machines.sort((a, b) => a.ms - b.ms);
}

/** Shows the comparison, with a bar as long as a machine is quick. */
export function showMachines(result?: BenchmarkResult): void {
  const machines = ranking(result);
  const quickest = machines[0]?.ms ?? 1;
  element("machines", HTMLElement).replaceChildren(
    ...machines.map(({ where, threads, ms, solutionsPerSecond, mine }) => {
      const row = make("tr", "", mine ? "mine" : "");
      const name = make("th", where);
      name.scope = "row";
      const bar = make("td", "", "bar");
      bar.style.setProperty("--part", String(quickest / ms));
      row.append(
        name,
        make("td", String(threads)),
        make("td", ms.toFixed(0)),
        make("td", solutionsPerSecond.toFixed(1)),
        bar,
      );
      return row;
    }),
  );
  element("machines-source", HTMLElement).textContent =
    `All but this browser: one ${known.machine}, median of ${known.runs} runs of the same nonces, from the table of figures in this project’s README, which “npm run bench” prints.`;
}
