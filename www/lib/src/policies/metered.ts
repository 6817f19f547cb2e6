import type { Watch } from "./policy.js";

/** The part of the Network Information API that is used. */
interface Connection extends EventTarget {
  /** The person asked the browser to save data. */
  readonly saveData?: boolean;
  /** Known on phones, tablets and ChromeOS only. */
  readonly type?: string;
}

/** Pauses on a cellular connection, and where the person asked the browser to save data. */
export function watchMetered(tell: (pause: boolean) => void): Watch {
  const connection = (globalThis as { navigator?: { connection?: Connection } }).navigator?.connection;
  const look = (): void => {
    tell(connection?.saveData === true || connection?.type === "cellular");
  };
  connection?.addEventListener("change", look);
  look();
  return {
    end: () => {
      connection?.removeEventListener("change", look);
    },
  };
}
