import type { BatteryOption } from "./policy-options.js";
import type { Watch } from "./policy.js";

/** The part of the Battery Status API that is used. */
interface Battery extends EventTarget {
  readonly charging: boolean;
  /** From 0 to 1. */
  readonly level: number;
}

interface Batteries {
  getBattery?(): Promise<Battery>;
}

/** A battery with no more than this is low. */
const LOW_LEVEL = 0.2;

const CHANGES = ["chargingchange", "levelchange"] as const;

/** Pauses while the machine runs on a battery: on one that is low, or on any. */
export function watchBattery(when: Exclude<BatteryOption, "never">, tell: (pause: boolean) => void): Watch {
  const { navigator } = globalThis as { navigator?: Batteries };
  let battery: Battery | undefined;
  let over = false;
  const look = (): void => {
    if (battery !== undefined) tell(!battery.charging && (when === "always" || battery.level <= LOW_LEVEL));
  };
  const find = async (): Promise<void> => {
    try {
      const found = await navigator?.getBattery?.();
      if (over || found === undefined) return;
      battery = found;
      for (const name of CHANGES) battery.addEventListener(name, look);
      look();
    } catch {
      // A page whose Permissions-Policy keeps the battery from it knows of none.
    }
  };
  return {
    settled: find(),
    end: () => {
      over = true;
      for (const name of CHANGES) battery?.removeEventListener(name, look);
    },
  };
}
