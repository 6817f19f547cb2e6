import type {
  MinerError,
  MinerState,
  MinerStats,
  PauseReason,
  ShareEvent,
  StratumError,
} from "aion-web-miner";
import type { Tone } from "./event-log.js";
import { pauseWords } from "./pause-choices.js";

/** The last error, and when the next try is, in milliseconds from its time. */
export interface Trouble {
  readonly error: MinerError | StratumError;
  readonly retryInMs: number | null;
}

/** An error with its name. */
export function errorWords({ error }: Trouble): string {
  return sentence(`${error.message.replace(/\.$/, "")} (${error.code})`);
}

/** The same, and what follows from it. */
export function troubleWords(trouble: Trouble): string {
  const { retryInMs } = trouble;
  return retryInMs === null
    ? errorWords(trouble)
    : `${errorWords(trouble)} Next try in ${seconds(retryInMs)} s.`;
}

/** The one line that says what is going on. */
export function statusWords(
  state: MinerState,
  pool: string,
  stats: MinerStats,
  trouble: Trouble | null,
  reasons: readonly PauseReason[] = [],
): string {
  switch (state) {
    case "idle":
      return "Stopped. Nothing runs until you press Start mining.";
    case "starting":
      return "Starting the solver…";
    case "connecting":
      return trouble === null ? `Connecting to ${pool}…` : `${errorWords(trouble)} Connecting to ${pool}…`;
    case "waiting-for-job":
      return `Connected to ${pool}. Waiting for a job.`;
    case "mining":
      return `Mining at ${pool}: ${stats.solutionsPerSecond.toFixed(2)} solutions per second, ${shares(stats)}.`;
    case "paused":
      return `${pausedWords(reasons)} ${sentence(shares(stats))}`;
    case "reconnecting":
      return trouble === null ? "The connection is lost." : troubleWords(trouble);
    case "stopping":
      return "Stopping…";
    case "stopped":
      return `Stopped. ${sentence(shares(stats))}`;
    case "failed":
      return trouble === null ? "Stopped by an error." : `Stopped by an error: ${errorWords(trouble)}`;
  }
}

/** Why it pauses, and that it will not for ever. */
export function pausedWords(reasons: readonly PauseReason[]): string {
  if (reasons.length === 0) return "Paused.";
  return `Paused: ${pauseWords(reasons)}. Goes on by itself when that ends.`;
}

/** What the page's title says of a miner that runs. */
export function runningWords(state: MinerState): string {
  if (state === "mining") return "Mining";
  return state === "paused" ? "Mining (paused)" : "Mining (waiting)";
}

/** How a state looks at a glance; the words beside it say the same. */
export type Mood = "still" | "waiting" | "mining" | "paused" | "bad";

/** The mood of a state; `usable` is false where mining cannot start. */
export function moodOf(state: MinerState, trouble: Trouble | null, usable: boolean): Mood {
  switch (state) {
    case "mining":
      return "mining";
    case "paused":
      return "paused";
    case "failed":
      return "bad";
    case "idle":
    case "stopped":
      return usable ? "still" : "bad";
    case "starting":
    case "stopping":
    case "waiting-for-job":
      return "waiting";
    case "connecting":
    case "reconnecting":
      return trouble === null ? "waiting" : "bad";
  }
}

/** A share's fate as a line of the log. */
export function shareWords({ status, jobId, reason, code }: ShareEvent): { text: string; tone: Tone } {
  const which = `Share for job ${jobId}`;
  const why = reason === null ? "" : `: ${reason}${code === null ? "" : ` (${code})`}`;
  switch (status) {
    case "submitted":
      return { text: `${which} submitted`, tone: "plain" };
    case "accepted":
      return { text: `${which} accepted by the pool`, tone: "good" };
    case "rejected":
      return { text: `${which} rejected by the pool${why}`, tone: "bad" };
    case "stale":
      return { text: `${which} came too late for the pool${why}`, tone: "bad" };
    case "unanswered":
      return { text: `${which} was not answered by the pool${why}`, tone: "bad" };
  }
}

/** What a throttle means, said of the threads in use. */
export function throttleWords(throttle: number): string {
  if (throttle === 1) return "Works all the time.";
  return `Rests ${Math.round(100 * (1 - throttle))} % of the time.`;
}

/** Bytes in MiB. */
export function memoryWords(bytes: number): string {
  return bytes === 0 ? "none" : `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

/** The solvers in use, each with its rate where there are two. */
export function solverWords({ backend, threads, gpu, solutionsPerSecond }: MinerStats): string {
  if (backend === null) return "none";
  const graphics = gpu === null ? "" : `GPU ${gpu.adapter}`;
  if (backend === "gpu") return graphics;
  const cpu = backend === "single" ? "single thread" : `${threads} ${threads === 1 ? "thread" : "threads"}`;
  if (gpu === null) return cpu;
  const rate = (solutions: number): string => `${solutions.toFixed(2)} Sol/s`;
  const { solutionsPerSecond: onGpu } = gpu;
  return `${cpu} (${rate(solutionsPerSecond - onGpu)}), ${graphics} (${rate(onGpu)})`;
}

function shares({ accepted, rejected, stale, unanswered }: MinerStats): string {
  const counts = [`${accepted} ${accepted === 1 ? "share" : "shares"} accepted`];
  if (rejected > 0) counts.push(`${rejected} rejected`);
  if (stale > 0) counts.push(`${stale} stale`);
  if (unanswered > 0) counts.push(`${unanswered} unanswered`);
  return counts.join(", ");
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

/** With a capital first and a full stop last. */
export function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
