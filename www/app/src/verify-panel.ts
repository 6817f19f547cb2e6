import { init, verifyJson } from "aion-web-miner";
import { element } from "./elements.js";
import { StatusLine } from "./status-line.js";
import { resultItem } from "./verdict-view.js";

// Far more than a block needs; a file beyond it was chosen by mistake.
const MAX_TEXT = 16 * 2 ** 20;
const MAX_SHOWN = 200;

/** The Verify tab: pasted text or a file in, a verdict per block out. Nothing is sent anywhere. */
export class VerifyPanel {
  readonly #text = element("block", HTMLTextAreaElement);
  readonly #file = element("file", HTMLInputElement);
  readonly #status = new StatusLine(element("verify-status", HTMLElement));
  readonly #results = element("results", HTMLElement);

  start(): void {
    element("verify-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#verify(this.#text.value);
    });
    this.#file.addEventListener("change", () => {
      void this.#read();
    });
  }

  async #read(): Promise<void> {
    const file = this.#file.files?.[0];
    if (file === undefined) return;
    if (file.size > MAX_TEXT) {
      this.#refuse(`${file.name} has ${file.size} bytes; at most ${MAX_TEXT} are read.`);
      return;
    }
    const text = await file.text();
    this.#file.value = "";
    this.#text.value = text;
    await this.#verify(text);
  }

  async #verify(text: string): Promise<void> {
    if (text.trim() === "") {
      this.#refuse("There is nothing to verify: paste a block or choose a file.");
      return;
    }
    try {
      await init();
      const results = verifyJson(text);
      this.#results.replaceChildren(...results.slice(0, MAX_SHOWN).map(resultItem));
      this.#status.show(summary(results.map(({ ok }) => ok)));
    } catch (error) {
      this.#refuse(`Cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #refuse(text: string): void {
    this.#results.replaceChildren();
    this.#status.show(text);
  }
}

/** How many of the verdicts are what. */
export function summary(verdicts: readonly (boolean | null)[]): string {
  if (verdicts.length === 0) return "The text holds no block.";
  const count = (wanted: boolean | null): number => verdicts.filter((ok) => ok === wanted).length;
  const parts: string[] = [];
  for (const [wanted, words] of [
    [true, "valid"],
    [false, "not valid"],
    [null, "nothing to judge"],
  ] as const) {
    if (count(wanted) > 0) parts.push(`${count(wanted)} ${words}`);
  }
  const shown = verdicts.length > MAX_SHOWN ? ` The first ${MAX_SHOWN} are shown.` : "";
  return `${verdicts.length} ${verdicts.length === 1 ? "item" : "items"}: ${parts.join(", ")}.${shown}`;
}
