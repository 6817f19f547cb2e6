import type { Watch } from "./policy.js";

interface Page {
  readonly navigator?: { readonly onLine?: boolean };
  addEventListener?(type: "online" | "offline", listener: () => void): void;
  removeEventListener?(type: "online" | "offline", listener: () => void): void;
}

/** Pauses while the browser has no network. A browser with one may still not reach the pool; that is an error of its own. */
export function watchOffline(tell: (pause: boolean) => void): Watch {
  const page = globalThis as Page;
  const look = (): void => {
    tell(page.navigator?.onLine === false);
  };
  for (const name of ["online", "offline"] as const) page.addEventListener?.(name, look);
  look();
  return {
    end: () => {
      for (const name of ["online", "offline"] as const) page.removeEventListener?.(name, look);
    },
  };
}

/** True for an address on this machine, which needs no network: such a pool is there while the browser is offline. */
export function isOnThisMachine(pool: string): boolean {
  const { hostname } = new URL(pool);
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
