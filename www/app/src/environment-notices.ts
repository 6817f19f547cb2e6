import type { Capabilities } from "aion-web-miner";
import { make } from "./elements.js";

/** Something about this browser or page that mining depends on. */
export interface Notice {
  readonly text: string;
  /** True where there can be no mining at all. */
  readonly prevents: boolean;
}

/** What must be said about an environment, the worst first. */
export function noticesFor({ workers, simd, secureContext, crossOriginIsolated }: Capabilities): Notice[] {
  const notices: Notice[] = [];
  if (!workers)
    notices.push({ text: "This browser has no workers: mining is not possible here.", prevents: true });
  if (!simd) {
    const text =
      "This browser’s WebAssembly has no SIMD, which the solver needs: mining is not possible here.";
    notices.push({ text, prevents: true });
  }
  if (!secureContext) {
    const text =
      "Not a secure context: the page came over plain http from another machine. Mining runs on a single thread; over https, or on localhost, it can use more.";
    notices.push({ text, prevents: false });
  } else if (!crossOriginIsolated) {
    const text =
      "Not cross-origin isolated: the server does not send the isolation headers. Mining runs on a single thread.";
    notices.push({ text, prevents: false });
  }
  return notices;
}

/** Shows them; true where mining is possible. */
export function showNotices(list: HTMLElement, notices: readonly Notice[]): boolean {
  list.replaceChildren(...notices.map(({ text, prevents }) => make("li", text, prevents ? "bad" : "")));
  return notices.every(({ prevents }) => !prevents);
}
