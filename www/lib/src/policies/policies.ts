import { watchHidden } from "./hidden.js";
import type { PauseReason, Policy, Watch } from "./policy.js";
import type { MinerPolicies } from "./policy-options.js";

/** The policies of one session of a miner: what speaks against working just now. */
export class Policies {
  readonly #options: Required<MinerPolicies>;
  readonly #changed: () => void;
  readonly #watches: Watch[] = [];
  readonly #reasons = new Set<PauseReason>();
  #settled = false;
  #over = false;

  /** `changed` is called whenever what the getters say changes. Watches nothing yet. */
  constructor(options: Required<MinerPolicies>, changed: () => void) {
    this.#options = options;
    this.#changed = changed;
  }

  /** Begins to watch what the options ask for; resolves when every policy knows where things stand. */
  async start(): Promise<void> {
    if (this.#options.pauseWhenHidden) this.#watch("hidden", watchHidden);
    await Promise.all(this.#watches.map(({ settled }) => settled ?? Promise.resolve()));
    this.#settled = true;
    if (!this.#over) this.#changed();
  }

  /** What speaks against working now, in the order in which it began. */
  get reasons(): readonly PauseReason[] {
    return [...this.#reasons];
  }

  /** True while it may be worked: nothing speaks against it, and that is known. */
  get allow(): boolean {
    return this.#settled && this.#reasons.size === 0;
  }

  /** Ends all watching, and all reasons with it; nothing more is told. */
  end(): void {
    this.#over = true;
    this.#reasons.clear();
    for (const watch of this.#watches.splice(0)) watch.end();
  }

  #watch(reason: PauseReason, policy: Policy): void {
    const watch = policy((pause) => {
      if (this.#over || pause === this.#reasons.has(reason)) return;
      if (pause) this.#reasons.add(reason);
      else this.#reasons.delete(reason);
      this.#changed();
    });
    this.#watches.push(watch);
  }
}
