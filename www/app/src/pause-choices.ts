import { DEFAULT_POLICIES, type PauseReason } from "aion-web-miner";
import { element } from "./elements.js";
import type { PauseSettings } from "./settings.js";

const WORDS: Record<PauseReason, string> = {
  hidden: "this tab is hidden",
  battery: "the machine runs on its battery",
  pressure: "the machine has too much to do",
  metered: "the connection is metered",
  "other-tab": "another tab of this site mines",
  offline: "there is no network",
};

/** Why a miner pauses, as part of a sentence: “this tab is hidden and the connection is metered”. */
export function pauseWords(reasons: readonly PauseReason[]): string {
  const words = reasons.map((reason) => WORDS[reason]);
  const last = words.pop() ?? "";
  return words.length === 0 ? last : `${words.join(", ")} and ${last}`;
}

/** What is chosen, in a few words for the folded group. */
export function choiceWords(policies: PauseSettings): string {
  const { pauseWhenHidden, pauseOnBattery, pauseUnderPressure, pauseOnMetered, oneTab } = policies;
  const words = [
    pauseWhenHidden ? "hidden" : "",
    pauseOnBattery === "low" ? "low battery" : pauseOnBattery === "always" ? "battery" : "",
    pauseUnderPressure ? "pressure" : "",
    pauseOnMetered ? "metered" : "",
    oneTab ? "tabs" : "",
  ].filter((word) => word !== "");
  return words.length === 0 ? "never" : words.join(", ");
}

/** The folded group “When to pause”. */
export class PauseChoices {
  readonly #group = element("pauses", HTMLFieldSetElement);
  readonly #said = element("pauses-said", HTMLElement);
  readonly #hidden = element("pause-hidden", HTMLInputElement);
  readonly #pressure = element("pause-pressure", HTMLInputElement);
  readonly #metered = element("pause-metered", HTMLInputElement);
  readonly #tabs = element("pause-tabs", HTMLInputElement);
  readonly #battery = element("pause-battery", HTMLSelectElement);

  /** `changed` is called when a person has chosen otherwise. */
  constructor(changed: () => void) {
    this.#group.addEventListener("change", () => {
      this.#say();
      changed();
    });
    this.value = DEFAULT_POLICIES;
  }

  get value(): PauseSettings {
    return {
      pauseWhenHidden: this.#hidden.checked,
      pauseOnBattery: this.#battery.value as PauseSettings["pauseOnBattery"],
      pauseUnderPressure: this.#pressure.checked,
      pauseOnMetered: this.#metered.checked,
      oneTab: this.#tabs.checked,
    };
  }

  set value(policies: PauseSettings) {
    this.#hidden.checked = policies.pauseWhenHidden;
    this.#battery.value = policies.pauseOnBattery;
    this.#pressure.checked = policies.pauseUnderPressure;
    this.#metered.checked = policies.pauseOnMetered;
    this.#tabs.checked = policies.oneTab;
    this.#say();
  }

  /** A session's choices stand. */
  set locked(locked: boolean) {
    this.#group.disabled = locked;
  }

  #say(): void {
    this.#said.textContent = choiceWords(this.value);
  }
}
