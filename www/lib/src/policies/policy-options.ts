import { MinerError } from "../miner-error.js";

/** On which a miner pauses: no battery, one that is discharged and has at most 20 % left, or any that is discharged. */
export type BatteryOption = "never" | "low" | "always";

/** When a miner pauses by itself, and what it asks for before it starts. What a browser cannot tell is no reason to pause. */
export interface MinerPolicies {
  /** Pause while the page cannot be seen; true by default. */
  readonly pauseWhenHidden?: boolean;
  /** Pause on a battery; `low` by default, which is discharging and at most 20 %. */
  readonly pauseOnBattery?: BatteryOption;
  /** Pause while the browser calls the load of the processors critical; true by default. */
  readonly pauseUnderPressure?: boolean;
  /** Pause on a connection that is paid by volume, or where the person asked to save data; true by default. */
  readonly pauseOnMetered?: boolean;
  /** Let one tab of this site mine at a time, the one where it was started last; true by default. */
  readonly oneTab?: boolean;
  /** Refuse to start on a page that its person has not touched since it was loaded; true by default. */
  readonly requireGesture?: boolean;
  /** Start on phones and tablets too; false by default: there a page asks first what it costs in battery and heat. */
  readonly allowMobile?: boolean;
}

const BATTERY: readonly BatteryOption[] = ["never", "low", "always"];

/** What holds where nothing else was said. */
export const DEFAULT_POLICIES: Required<MinerPolicies> = {
  pauseWhenHidden: true,
  pauseOnBattery: "low",
  pauseUnderPressure: true,
  pauseOnMetered: true,
  oneTab: true,
  requireGesture: true,
  allowMobile: false,
};

/** All policies, those that were not named by their defaults. Throws `bad-options` where one cannot be used. */
export function policiesFrom(policies: MinerPolicies = {}): Required<MinerPolicies> {
  if (typeof policies !== "object" || (policies as unknown) === null)
    throw new MinerError(
      "bad-options",
      `policies must be an object, not ${(policies as unknown) === null ? "null" : typeof policies}`,
    );
  const given = Object.entries(policies as Record<string, unknown>).filter(
    ([, value]) => value !== undefined,
  );
  for (const [name, value] of given) {
    if (!Object.hasOwn(DEFAULT_POLICIES, name)) {
      // A name with a typing error would leave the default where its writer believes to have changed it.
      const known = Object.keys(DEFAULT_POLICIES).join(", ");
      throw new MinerError("bad-options", `policies.${name} is not one of ${known}`);
    }
    if (name === "pauseOnBattery") {
      if (BATTERY.includes(value as BatteryOption)) continue;
      const choices = BATTERY.join(", ");
      throw new MinerError("bad-options", `policies.${name} must be one of ${choices}, not ${String(value)}`);
    }
    if (typeof value !== "boolean")
      throw new MinerError("bad-options", `policies.${name} must be true or false, not ${String(value)}`);
  }
  return { ...DEFAULT_POLICIES, ...Object.fromEntries(given) };
}
