import { type Capabilities, defaultThreads } from "../environment.js";
import type { MinerError } from "../miner-error.js";
import type { MinerState } from "../miner-events.js";
import type { MinerOptions } from "../miner-options.js";
import type { MinerStats } from "../miner-stats.js";
import type { PauseReason } from "../policies/policy.js";
import type { StratumError } from "../stratum-error.js";

/** The last error, and when the next try is, in milliseconds from its time. */
export interface Trouble {
  readonly error: MinerError | StratumError;
  readonly retryInMs: number | null;
}

/** What is said of a miner. */
export interface Situation {
  readonly state: MinerState;
  /** The pool's address; null while nothing runs. */
  readonly pool: string | null;
  readonly stats: MinerStats;
  readonly pauseReasons: readonly PauseReason[];
  readonly trouble: Trouble | null;
}

const REASONS: Record<PauseReason, string> = {
  hidden: "this tab is hidden",
  battery: "this device runs on its battery",
  pressure: "this device is busy with other work",
  metered: "the connection is metered",
  "other-tab": "another tab of this site mines already",
  offline: "this device is offline",
};

/** The one sentence, or two, that say what is going on. */
export function statusWords({ state, pool, stats, pauseReasons, trouble }: Situation): string {
  const where = pool === null ? "the pool" : new URL(pool).host;
  switch (state) {
    case "idle":
      return "Not mining. Nothing runs until you press Start mining.";
    case "starting":
      return "Starting…";
    case "connecting":
      return `${trouble === null ? "" : `${errorWords(trouble)} `}Connecting to ${where}…`;
    case "waiting-for-job":
      return `Connected to ${where}, which has no work yet.`;
    case "mining":
      return `Mining at ${where}: ${stats.solutionsPerSecond.toFixed(1)} solutions per second, ${shareWords(stats)}.`;
    case "paused":
      return `Paused, because ${list(pauseReasons.map((reason) => REASONS[reason]))}. ${sentence(shareWords(stats))}`;
    case "reconnecting":
      return trouble === null ? "The connection is lost." : `${errorWords(trouble)}${retryWords(trouble)}`;
    case "stopping":
      return "Stopping…";
    case "stopped":
      return `Stopped. ${sentence(shareWords(stats))}`;
    case "failed":
      return trouble === null ? "Stopped by an error." : `Stopped by an error: ${errorWords(trouble)}`;
  }
}

/** How much of this device mining takes, for somebody who is about to agree to it. */
export function usageWords(
  { threads, throttle = 1, backend = "cpu" }: Partial<MinerOptions>,
  environment: Capabilities,
): string {
  const { processors, crossOriginIsolated } = environment;
  const used = crossOriginIsolated ? (threads ?? defaultThreads(environment)) : 1;
  const cpu = `${used} of ${processors} processor ${processors === 1 ? "thread" : "threads"}`;
  const orCpu = `the graphics card, or ${cpu} where there is none`;
  const what = { cpu, gpu: orCpu, auto: orCpu, both: `${cpu} and the graphics card` };
  const rest = throttle === 1 ? "" : `, resting ${Math.round(100 * (1 - throttle))} % of the time`;
  return `While it mines, this page uses ${what[backend]}${rest}.`;
}

/** What must be said about an environment; `prevents` where there can be no mining in it. */
export function noticeWords(environment: Capabilities): { text: string; prevents: boolean } | null {
  const { workers, simd, secureContext, crossOriginIsolated } = environment;
  if (!workers) return { text: "Mining is not possible here: this browser has no workers.", prevents: true };
  if (!simd) {
    const text =
      "Mining is not possible here: this browser’s WebAssembly has no SIMD, which the solver needs.";
    return { text, prevents: true };
  }
  if (!secureContext) {
    const text =
      "This page came over plain http from another machine, which browsers do not trust: mining runs on a single thread. Over https, or as localhost on the machine itself, it can use more.";
    return { text, prevents: false };
  }
  if (!crossOriginIsolated) {
    const text = "This page is not cross-origin isolated: mining runs on a single thread.";
    return { text, prevents: false };
  }
  return null;
}

/** An error with its name, which documents and reports use. */
function errorWords({ error }: Trouble): string {
  return sentence(`${error.message.replace(/\.$/, "")} (${error.code})`);
}

function retryWords({ retryInMs }: Trouble): string {
  return retryInMs === null ? "" : ` Next try in ${Math.max(1, Math.round(retryInMs / 1000))} s.`;
}

function shareWords({ accepted, rejected, stale, unanswered }: MinerStats): string {
  const counts = [`${accepted} ${accepted === 1 ? "share" : "shares"} accepted`];
  if (rejected > 0) counts.push(`${rejected} rejected`);
  if (stale > 0) counts.push(`${stale} too late`);
  if (unanswered > 0) counts.push(`${unanswered} unanswered`);
  return counts.join(", ");
}

function list(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1) ?? ""}`;
}

/** With a capital first and a full stop last. */
function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
