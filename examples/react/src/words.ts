import type { PauseReason } from "aion-web-miner";
import type { MinerView } from "./useMiner.js";

const PAUSES: Record<PauseReason, string> = {
  hidden: "this tab is hidden",
  battery: "this device runs on its battery",
  pressure: "this device is busy with other work",
  metered: "the connection is metered",
  "other-tab": "another tab of this site mines already",
  offline: "this device is offline",
};

/** What is going on, in a sentence or two. It has no figures in it, so that screen readers read it when it matters. */
export function statusWords({ state, pauseReasons, trouble }: MinerView): string {
  const why = trouble === null ? "" : `${capital(trouble.error.message)} (${trouble.error.code}). `;
  switch (state) {
    case "idle":
      return why === "" ? "Not mining. Nothing runs until you press Start mining." : `${why}Nothing runs.`;
    case "starting":
      return "Starting…";
    case "connecting":
      return `${why}Connecting to the pool…`;
    case "waiting-for-job":
      return "Connected. The pool has no work yet.";
    case "mining":
      return "Mining.";
    case "paused":
      return `Paused, because ${pauseReasons.map((reason) => PAUSES[reason]).join(" and ")}.`;
    case "reconnecting":
      return `${why}${retryWords(trouble?.retryInMs ?? null)}`;
    case "stopping":
      return "Stopping…";
    case "stopped":
      return "Stopped. Nothing runs.";
    case "failed":
      return `${why}Mining has ended.`;
  }
}

function retryWords(retryInMs: number | null): string {
  return retryInMs === null
    ? "It tries again by itself."
    : `Next try in ${Math.max(1, Math.round(retryInMs / 1000))} s.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
