import type { RunEvent } from "aion-web-miner";
import { element, make } from "./elements.js";

/** Runs whose times are taken together: enough that the bars stand still, few enough that a change shows. */
const RUNS = 20;

/** A stage's name, from its place in `roundsMs`. */
export function stageName(place: number): string {
  return place === 0 ? "Leaves" : `Round ${place}`;
}

/** The mean of each stage over runs, in milliseconds. */
export function stageMeans(runs: readonly (readonly number[])[]): number[] {
  return (runs[0] ?? []).map(
    (_, stage) => runs.reduce((sum, run) => sum + (run[stage] ?? 0), 0) / runs.length,
  );
}

/** Where the time of the CPU's runs goes, as a table with bars. */
export class StageTimes {
  readonly #table = element("stages", HTMLTableElement);
  readonly #note = element("stages-note", HTMLElement);
  readonly #whole = element("figure-run-ms", HTMLElement);
  #runs: RunEvent[] = [];
  #fresh = false;

  /** A run was finished. */
  add(run: RunEvent): void {
    if (run.roundsMs.length === 0) return;
    this.#runs = [...this.#runs, run].slice(-RUNS);
    this.#fresh = true;
  }

  /** A new session: the runs of the one before may have had other threads. */
  clear(): void {
    this.#runs = [];
    this.#fresh = true;
  }

  /** Draws what came since it was drawn last. */
  show(): void {
    if (!this.#fresh) return;
    this.#fresh = false;
    const means = stageMeans(this.#runs.map(({ roundsMs }) => roundsMs));
    const most = Math.max(...means);
    this.#table.hidden = means.length === 0;
    this.#whole.textContent =
      means.length === 0
        ? "none"
        : `${(sum(this.#runs.map(({ ms }) => ms)) / this.#runs.length).toFixed(0)} ms`;
    if (means.length > 0)
      this.#note.textContent = `Milliseconds of each stage, the mean of the last ${this.#runs.length === 1 ? "run" : `${this.#runs.length} runs`} on the CPU. Rests between slices are not counted.`;
    this.#table.tBodies[0]?.replaceChildren(
      ...means.map((mean, place) => {
        const row = make("tr");
        const name = make("th", stageName(place));
        name.scope = "row";
        const bar = make("td", "", "bar");
        bar.style.setProperty("--part", String(mean / most));
        row.append(name, make("td", mean.toFixed(1)), bar);
        return row;
      }),
    );
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
