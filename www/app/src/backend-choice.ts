import { element } from "./elements.js";
import type { SolveOn } from "./settings.js";

const NOTES: Record<SolveOn, string> = {
  cpu: "",
  gpu: "The GPU alone; the CPU where the GPU fails. It takes about half a GiB of the GPU’s memory.",
  both: "Both at once; the CPU goes on where the GPU fails. It takes about half a GiB of the GPU’s memory.",
};

/** “Solve on”: the GPU is offered only where the browser has WebGPU. */
export class BackendChoice {
  readonly #group = element("backend", HTMLFieldSetElement);
  readonly #note = element("backend-note", HTMLElement);
  readonly #radios = [...this.#group.querySelectorAll<HTMLInputElement>("input[name=backend]")];

  readonly #possible = (navigator as { gpu?: unknown }).gpu !== undefined;

  /** `changed` is called when a person has chosen otherwise. */
  constructor(changed: () => void) {
    for (const radio of this.#radios) radio.disabled = radio.value !== "cpu" && !this.#possible;
    this.#group.addEventListener("change", () => {
      this.#say();
      changed();
    });
    this.#say();
  }

  get value(): SolveOn {
    const chosen = this.#radios.find(({ checked }) => checked)?.value as SolveOn | undefined;
    return chosen ?? "cpu";
  }

  set value(backend: SolveOn) {
    const possible = this.#possible ? backend : "cpu";
    for (const radio of this.#radios) radio.checked = radio.value === possible;
    this.#say();
  }

  /** A session's choice stands. */
  set locked(locked: boolean) {
    this.#group.disabled = locked;
  }

  #say(): void {
    this.#note.textContent = this.#possible ? NOTES[this.value] : "This browser has no WebGPU for the GPU.";
  }
}
