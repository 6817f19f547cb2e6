import type { Watch } from "./policy.js";

/** The part of the Compute Pressure API that is used. */
interface Observer {
  observe(source: "cpu", options: { sampleInterval: number }): Promise<void>;
  disconnect(): void;
}

interface PressureRecord {
  readonly state: "nominal" | "fair" | "serious" | "critical";
}

type ObserverClass = new (callback: (records: readonly PressureRecord[]) => void) => Observer;

/** How often the browser looks, in milliseconds. */
const SAMPLE_MS = 2_000;

/**
 * A pause lasts this long at least, in milliseconds: what the solver leaves alone is fair at once, and without it a machine
 * with enough to do would be worked on by turns of a few seconds.
 */
export const SHORTEST_PAUSE_MS = 10_000;

/**
 * So long, in milliseconds, a pause goes on without news on a page that has not got the focus. Browsers tell the page in
 * focus only; what they no longer tell is no reason to pause.
 */
export const UNFOCUSED_PAUSE_MS = 60_000;

/** A solver with more than this part of all processors is itself what makes the load critical. */
const OWN_LOAD = 0.75;

/**
 * Pauses from when the browser calls the load of the processors critical until it calls it fair or nominal. `ownShare` is
 * the part of all processors that the solver takes while it works: above three quarters the load says nothing of others.
 */
export function watchPressure(ownShare: () => number, tell: (pause: boolean) => void): Watch {
  const { PressureObserver, document } = globalThis as {
    PressureObserver?: ObserverClass;
    document?: { hasFocus(): boolean };
  };
  let pausedAt: number | undefined;
  let heardAt = 0;
  let eased = false;
  let review: ReturnType<typeof setInterval> | undefined;
  const resume = (): void => {
    clearInterval(review);
    pausedAt = undefined;
    tell(false);
  };
  const look = (): void => {
    if (pausedAt === undefined) return;
    const now = Date.now();
    const stale = now - heardAt >= UNFOCUSED_PAUSE_MS && document?.hasFocus() === false;
    if ((eased && now - pausedAt >= SHORTEST_PAUSE_MS) || stale) resume();
  };
  const take = (records: readonly PressureRecord[]): void => {
    const state = records.at(-1)?.state;
    if (state === undefined) return;
    heardAt = Date.now();
    if (state !== "serious") eased = state !== "critical";
    if (state === "critical" && pausedAt === undefined && ownShare() <= OWN_LOAD) {
      pausedAt = heardAt;
      review = setInterval(look, SHORTEST_PAUSE_MS);
      tell(true);
    }
    look();
  };
  const observer = PressureObserver === undefined ? undefined : new PressureObserver(take);
  // A page that may not observe, or a machine that cannot be observed, has no reason to pause.
  observer?.observe("cpu", { sampleInterval: SAMPLE_MS }).catch(() => undefined);
  return {
    end: () => {
      clearInterval(review);
      observer?.disconnect();
    },
  };
}
