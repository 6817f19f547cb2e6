import type { MinerStats } from "aion-web-miner";
import { element } from "./elements.js";
import { memoryWords, solverWords } from "./mine-words.js";

/** The numbers of a session. */
export class Figures {
  readonly #cells = new Map(
    ["rate", "accepted", "rejected", "stale", "unanswered", "submitted", "runs", "solver", "memory"].map(
      (name) => [name, element(`figure-${name}`, HTMLElement)],
    ),
  );

  show(stats: MinerStats): void {
    this.#set("rate", stats.solutionsPerSecond.toFixed(2));
    this.#set("accepted", String(stats.accepted));
    this.#set("rejected", String(stats.rejected));
    this.#set("stale", String(stats.stale));
    this.#set("unanswered", String(stats.unanswered));
    this.#set("submitted", String(stats.submitted));
    this.#set("runs", String(stats.runs));
    this.#set("solver", solverWords(stats));
    this.#set("memory", memoryWords(stats.memoryBytes));
  }

  #set(name: string, text: string): void {
    const cell = this.#cells.get(name);
    if (cell !== undefined && cell.textContent !== text) cell.textContent = text;
  }
}
