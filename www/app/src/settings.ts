import {
  type BackendOption,
  type BatteryOption,
  DEFAULT_POLICIES,
  MAX_THREADS,
  type MinerPolicies,
} from "aion-web-miner";

/** Where the page lets solving be done. */
export type SolveOn = Exclude<BackendOption, "auto">;

/** Policies that a visitor can set and that are kept. A gesture is always asked for, and on phones each time a word more. */
export type PauseSettings = Required<Omit<MinerPolicies, "requireGesture" | "allowMobile">>;

/** What a visitor chose on the Mine tab. It never says that mining is to begin. */
export interface Settings {
  /** The pool's name in the server's list. */
  readonly pool: string;
  readonly wallet: string;
  readonly threads: number;
  readonly throttle: number;
  readonly backend: SolveOn;
  readonly policies: PauseSettings;
}

/** The part of the Storage API that is used. */
export type SettingsStore = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** The one key under which this page keeps anything in `localStorage`. */
export const SETTINGS_KEY = "aion-web-miner/settings";

const BACKENDS: readonly SolveOn[] = ["cpu", "gpu", "both"];
const BATTERY: readonly BatteryOption[] = ["never", "low", "always"];

/**
 * Settings in a browser's storage. A browser that keeps nothing, as in private windows or where a person forbade it, throws
 * on any touch: then nothing is kept, and nothing else changes.
 */
export class KeptSettings {
  readonly #store: () => SettingsStore;

  /** `store` is asked on every use, since the mere access may throw. */
  constructor(store: () => SettingsStore = () => localStorage) {
    this.#store = store;
  }

  /** What was kept, as far as it can still be used; empty where nothing was. */
  load(): Partial<Settings> {
    try {
      return usable(JSON.parse(this.#store().getItem(SETTINGS_KEY) ?? "{}"));
    } catch {
      return {};
    }
  }

  /** Keeps them; false where the browser does not. */
  save(settings: Settings): boolean {
    try {
      this.#store().setItem(SETTINGS_KEY, JSON.stringify(settings));
      return true;
    } catch {
      return false;
    }
  }

  /** Erases them. */
  forget(): void {
    try {
      this.#store().removeItem(SETTINGS_KEY);
    } catch {
      // What cannot be reached was not kept either.
    }
  }
}

/** What of a parsed text is a setting: the text may be of another version, or anybody's. */
function usable(parsed: unknown): Partial<Settings> {
  if (typeof parsed !== "object" || parsed === null) return {};
  const { pool, wallet, threads, throttle, backend, policies } = parsed as Record<string, unknown>;
  return {
    ...(typeof pool === "string" && { pool }),
    ...(typeof wallet === "string" && wallet.length <= 66 && { wallet }),
    ...(Number.isInteger(threads) && inside(threads, 1, MAX_THREADS) && { threads: threads as number }),
    ...(inside(throttle, 0.01, 1) && { throttle: throttle as number }),
    ...(BACKENDS.includes(backend as SolveOn) && { backend: backend as SolveOn }),
    ...(typeof policies === "object" && policies !== null && { policies: usablePolicies(policies) }),
  };
}

function usablePolicies(kept: object): PauseSettings {
  const { pauseWhenHidden, pauseOnBattery, pauseUnderPressure, pauseOnMetered, oneTab } = kept as Record<
    string,
    unknown
  >;
  const flag = (value: unknown, usual: boolean): boolean => (typeof value === "boolean" ? value : usual);
  const usual = DEFAULT_POLICIES;
  return {
    pauseWhenHidden: flag(pauseWhenHidden, usual.pauseWhenHidden),
    pauseOnBattery: BATTERY.includes(pauseOnBattery as BatteryOption)
      ? (pauseOnBattery as BatteryOption)
      : usual.pauseOnBattery,
    pauseUnderPressure: flag(pauseUnderPressure, usual.pauseUnderPressure),
    pauseOnMetered: flag(pauseOnMetered, usual.pauseOnMetered),
    oneTab: flag(oneTab, usual.oneTab),
  };
}

function inside(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}
