import { watchBattery } from "./battery.js";
import { watchHidden } from "./hidden.js";
import { watchMetered } from "./metered.js";
import { watchOffline } from "./offline.js";
import { watchOtherTabs } from "./one-tab.js";
import type { PauseReason, Policy, Watch } from "./policy.js";
import type { MinerPolicies } from "./policy-options.js";
import { watchPressure } from "./pressure.js";
import { watchSleep } from "./sleep.js";

/** What the policies need to know of the miner, and tell it. */
export interface PolicyHost {
  /** Whether the miner can do nothing without a network. */
  readonly needsNetwork: boolean;
  /** The part of all processors that the solver takes while it works. */
  ownShare(): number;
  /** What speaks against working has changed, or is known now. */
  changed(): void;
  /** The machine was asleep for about so many milliseconds. */
  woke(sleptMs: number): void;
}

/** The policies of one session of a miner: what speaks against working just now. */
export class Policies {
  readonly #options: Required<MinerPolicies>;
  readonly #host: PolicyHost;
  readonly #watches: Watch[] = [];
  readonly #reasons = new Set<PauseReason>();
  #settled = false;
  #over = false;

  /** Watches nothing yet. */
  constructor(options: Required<MinerPolicies>, host: PolicyHost) {
    this.#options = options;
    this.#host = host;
  }

  /** Begins to watch what the options ask for; resolves when every policy knows where things stand. */
  async start(): Promise<void> {
    const { pauseWhenHidden, pauseOnBattery, pauseUnderPressure, pauseOnMetered, oneTab } = this.#options;
    if (this.#host.needsNetwork) this.#watch("offline", watchOffline);
    if (oneTab) this.#watch("other-tab", watchOtherTabs);
    if (pauseWhenHidden) this.#watch("hidden", watchHidden);
    if (pauseOnBattery !== "never") this.#watch("battery", (tell) => watchBattery(pauseOnBattery, tell));
    if (pauseUnderPressure)
      this.#watch("pressure", (tell) => watchPressure(() => this.#host.ownShare(), tell));
    if (pauseOnMetered) this.#watch("metered", watchMetered);
    const sleep = watchSleep((sleptMs) => {
      this.#host.woke(sleptMs);
    });
    this.#watches.push(sleep);
    await Promise.all(this.#watches.map(({ settled }) => settled ?? Promise.resolve()));
    this.#settled = true;
    if (!this.#over) this.#host.changed();
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
      this.#host.changed();
    });
    this.#watches.push(watch);
  }
}
