import { make } from "./elements.js";

const MAX_LINES = 200;

/** How a line reads at a glance. */
export type Tone = "plain" | "good" | "bad";

/** The newest events on top, the oldest forgotten. */
export class EventLog {
  readonly #list: HTMLElement;

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  add(text: string, tone: Tone = "plain"): void {
    const now = new Date();
    const time = make("time", now.toLocaleTimeString([], { hourCycle: "h23" }));
    time.dateTime = now.toISOString();
    const line = make("li");
    line.append(time, make("span", text, tone === "plain" ? "" : tone));
    this.#list.prepend(line);
    while (this.#list.childElementCount > MAX_LINES) this.#list.lastElementChild?.remove();
  }
}
