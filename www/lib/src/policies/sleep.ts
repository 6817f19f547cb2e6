import type { Watch } from "./policy.js";

const TICK_MS = 2_000;

/** So much too late, in milliseconds, no timer of a page that is seen comes on a machine that is awake. */
export const LATE_MS = 10_000;

/** Browsers let the timers of a page that is hidden go once a minute. */
export const LATE_HIDDEN_MS = 70_000;

/**
 * Tells when the machine, or the page, has slept, and for about how many milliseconds: a timer came much too late. The wall
 * clock is asked, since others stand still during a sleep on some systems; when it is set forward that is taken for a
 * sleep too, and costs no more than a new connection.
 */
export function watchSleep(woke: (sleptMs: number) => void): Watch {
  const { document } = globalThis as { document?: Pick<Document, "visibilityState"> };
  const hidden = (): boolean => document?.visibilityState === "hidden";
  let timer: ReturnType<typeof setTimeout>;
  const tick = (): void => {
    const due = Date.now() + TICK_MS;
    const wasHidden = hidden();
    timer = setTimeout(() => {
      const lateMs = Date.now() - due;
      tick();
      if (lateMs >= (wasHidden || hidden() ? LATE_HIDDEN_MS : LATE_MS)) woke(lateMs);
    }, TICK_MS);
  };
  tick();
  return {
    end: () => {
      clearTimeout(timer);
    },
  };
}
