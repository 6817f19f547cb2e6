import type { Watch } from "./policy.js";

/** The part of a document that is used. */
type VisibleDocument = Pick<Document, "visibilityState" | "addEventListener" | "removeEventListener">;

/** Pauses while the page cannot be seen: a tab behind another, a minimised window, a locked screen. */
export function watchHidden(tell: (pause: boolean) => void): Watch {
  const { document } = globalThis as { document?: VisibleDocument };
  const look = (): void => {
    tell(document?.visibilityState === "hidden");
  };
  document?.addEventListener("visibilitychange", look);
  look();
  return {
    end: () => {
      document?.removeEventListener("visibilitychange", look);
    },
  };
}
