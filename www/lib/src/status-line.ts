/** Milliseconds between two changes of the text: screen readers read every one. */
const SOONEST_MS = 1000;

/**
 * The text of a live region: one text node that changes at most once a second, since screen readers read every change, and
 * at most every `figuresMs` milliseconds where only its figures have changed.
 */
export class StatusLine {
  /** To be put into the region. */
  readonly node = document.createTextNode("");
  readonly #figuresMs: number;
  #wanted = "";
  #changed = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `figuresMs`: milliseconds between two changes of figures alone; a second at least. */
  constructor(figuresMs = SOONEST_MS) {
    this.#figuresMs = Math.max(SOONEST_MS, figuresMs);
  }

  /** Shows `text` as soon as the last change is old enough. What it does not come to show in between is left out. */
  show(text: string): void {
    this.#wanted = text;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (text === this.node.data) return;
    const spacing = bare(text) === bare(this.node.data) ? this.#figuresMs : SOONEST_MS;
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
