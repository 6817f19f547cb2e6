/** Milliseconds between two changes of the text: screen readers read every one. */
const SOONEST_MS = 1000;

/** Milliseconds between two changes that are of figures alone. */
const FIGURES_MS = 5000;

/** One text node that changes at most once a second, and every five seconds where only figures have changed. */
export class StatusLine {
  readonly node = document.createTextNode("");
  #wanted = "";
  #changed = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Shows `text` as soon as the last change is a second old; five seconds where it only has other figures. */
  show(text: string): void {
    this.#wanted = text;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (text === this.node.data) return;
    const spacing = bare(text) === bare(this.node.data) ? FIGURES_MS : SOONEST_MS;
    const wait = this.#changed + spacing - performance.now();
    if (wait <= 0) this.#change();
    else
      this.#timer = setTimeout(() => {
        this.#change();
      }, wait);
  }

  #change(): void {
    this.#timer = undefined;
    this.node.data = this.#wanted;
    this.#changed = performance.now();
  }
}

function bare(text: string): string {
  return text.replace(/[\d.]+/g, "0");
}
