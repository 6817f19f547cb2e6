import { MinerError } from "../miner-error.js";

/** The part of `navigator` that says whether a person has touched the page. */
interface Touched {
  readonly userActivation?: { readonly hasBeenActive: boolean };
}

/**
 * Throws `no-gesture` where this page's person has not clicked, tapped or typed on it since it was loaded. The lasting
 * kind of activation is asked for, not the one that is over a few seconds after the click: a start may follow upon
 * other things, such as a list of pools that must come first. It lasts as long as the document does, so every page
 * load needs its own. Browsers that do not tell are believed.
 */
export function checkGesture(): void {
  const { navigator } = globalThis as { navigator?: Touched };
  if (navigator?.userActivation?.hasBeenActive !== false) return;
  throw new MinerError("no-gesture", "mining starts on a person's gesture, and there was none on this page");
}
