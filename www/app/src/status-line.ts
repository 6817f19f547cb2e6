const INTERVAL_MS = 1000;

/** One text node of an element, changed at most once a second: screen readers read every change. */
export class StatusLine {
  readonly #node = document.createTextNode("");
  #wanted = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(element: HTMLElement) {
    element.replaceChildren(this.#node);
  }

  /** Shows `text` at once, or, where the last change is younger than a second, when that second is over. */
  show(text: string): void {
    this.#wanted = text;
    if (this.#timer === undefined) this.#change();
  }

  #change(): void {
    if (this.#node.data === this.#wanted) {
      this.#timer = undefined;
      return;
    }
    this.#node.data = this.#wanted;
    this.#timer = setTimeout(() => {
      this.#change();
    }, INTERVAL_MS);
  }
}
