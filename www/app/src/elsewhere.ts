import { element } from "./elements.js";

/** Says on the other tabs that the page mines, and stops it there. */
export class Elsewhere {
  readonly #bar = element("elsewhere", HTMLElement);
  readonly #said = element("elsewhere-said", HTMLElement);
  #text = "";
  #onMine = true;

  constructor(stop: () => void) {
    element("elsewhere-stop", HTMLButtonElement).addEventListener("click", stop);
  }

  /** What runs, in words; empty where nothing does. */
  show(text: string): void {
    this.#text = text;
    this.#draw();
  }

  /** The tab of that name was opened. */
  opened(name: string): void {
    this.#onMine = name === "mine";
    this.#draw();
  }

  #draw(): void {
    this.#bar.hidden = this.#onMine || this.#text === "";
    if (this.#said.textContent !== this.#text) this.#said.textContent = this.#text;
  }
}
