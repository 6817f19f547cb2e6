import type { MinerStats } from "aion-web-miner";
import { element } from "./elements.js";
import { memoryWords, solverWords } from "./mine-words.js";

const NAMES = [
  ...["rate", "accepted", "submitted", "rejected", "stale", "unanswered"],
  ...["solver", "memory", "runs", "solutions"],
];

/** The numbers of a session. */
export class Figures {
  readonly #cells = new Map(
    [...NAMES.map((name) => `figure-${name}`), "rate-cpu", "rate-gpu", "gpu-name"].map((id) => [
      id,
      element(id, HTMLElement),
    ]),
  );
  readonly #bySolver = element("by-solver", HTMLElement);

  show(stats: MinerStats): void {
    this.#set("figure-rate", stats.solutionsPerSecond.toFixed(2));
    for (const name of [
      "accepted",
      "submitted",
      "rejected",
      "stale",
      "unanswered",
      "runs",
      "solutions",
    ] as const)
      this.#set(`figure-${name}`, String(stats[name]));
    this.#set("figure-solver", solverWords(stats));
    this.#set("figure-memory", memoryWords(stats.memoryBytes));
    const { gpu } = stats;
    this.#bySolver.hidden = gpu === null;
    if (gpu === null) return;
    const onCpu =
      stats.backend === "gpu" ? "not used" : rate(stats.solutionsPerSecond - gpu.solutionsPerSecond);
    this.#set("rate-cpu", onCpu);
    this.#set("gpu-name", `GPU, ${gpu.adapter}`);
    this.#set("rate-gpu", `${rate(gpu.solutionsPerSecond)}, ${memoryWords(gpu.memoryBytes)}`);
  }

  #set(id: string, text: string): void {
    const cell = this.#cells.get(id);
    if (cell !== undefined && cell.textContent !== text) cell.textContent = text;
  }
}

function rate(solutions: number): string {
  return `${solutions.toFixed(2)} Sol/s`;
}
