import { element } from "./elements.js";
import type { SolveOn } from "./settings.js";

const NOTES: Record<SolveOn, string> = {
  cpu: "",
  gpu: "The GPU alone; the CPU where the GPU fails. It takes 490 MiB of the GPU’s memory.",
  both: "Both at once; the CPU goes on where the GPU fails. It takes 490 MiB of the GPU’s memory.",
};

/** “Solve on”: offered only where the browser has WebGPU. */
export class BackendChoice {
  readonly #group = element("backend", HTMLFieldSetElement);
  readonly #note = element("backend-note", HTMLElement);
  readonly #radios = [...this.#group.querySelectorAll<HTMLInputElement>("input[name=backend]")];

  /** `changed` is called when a person has chosen otherwise. */
  constructor(changed: () => void) {
    this.#group.hidden = (navigator as { gpu?: unknown }).gpu === undefined;
    this.#group.addEventListener("change", () => {
      this.#say();
      changed();
    });
    this.#say();
  }

  get value(): SolveOn {
    const chosen = this.#radios.find(({ checked }) => checked)?.value as SolveOn | undefined;
    return this.#group.hidden ? "cpu" : (chosen ?? "cpu");
  }

  set value(backend: SolveOn) {
    for (const radio of this.#radios) radio.checked = radio.value === backend;
    this.#say();
  }

  /** A session's choice stands. */
  set locked(locked: boolean) {
    this.#group.disabled = locked;
  }

  #say(): void {
    this.#note.textContent = NOTES[this.value];
  }
}
