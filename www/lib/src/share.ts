import { bytesFromHex, hexFromBytes } from "./hex.js";
import type { Job } from "./job-book.js";
import type { Reply } from "./pending-requests.js";
import { StratumError } from "./stratum-error.js";

/** A solution to submit. */
export interface Share {
  /** The job it was found for. */
  readonly job: Job;
  /** The nonce bytes after the job's extraNonce1. */
  readonly extraNonce2: Uint8Array;
  /** The 1408 bytes of the solution as hex, without a length prefix. */
  readonly solution: string;
}

/** What the pool said of a share. */
export interface Verdict {
  /** Whether the pool counts it. */
  readonly accepted: boolean;
  /** True for a rejection that says no more than that the share came too late. */
  readonly stale: boolean;
  /** The pool's code for a rejection, where it gave one. */
  readonly code: number | null;
  /** The pool's words for a rejection, at most 200 characters; null where it accepts. */
  readonly reason: string | null;
}

/** The compact size of 1408, which every pool takes in front of a solution. */
const SOLUTION_PREFIX = "fd8005";
const SOLUTION_DIGITS = 2816;
const NONCE_BYTES = 32;

/** "job not found", in both families. */
const JOB_NOT_FOUND = 21;

/** MiningCore's code for whatever has none of its own, told apart by the words. */
const STALE_WORDS = /\bstale\b|\bjob not found\b/i;

/** Throws `bad-share` with the length that is wanted where a part of a share has another one, or is not hex. */
export function checkShare({ job, extraNonce2, solution }: Share): void {
  const wanted = NONCE_BYTES - job.extraNonce1.length;
  if (extraNonce2.length !== wanted) {
    throw new StratumError("bad-share", `extraNonce2 must have ${wanted} bytes, not ${extraNonce2.length}`);
  }
  if (solution.length !== SOLUTION_DIGITS || bytesFromHex(solution) === undefined) {
    throw new StratumError(
      "bad-share",
      `a solution is ${SOLUTION_DIGITS} hex digits, not ${solution.length}`,
    );
  }
}

/** The parameters of `mining.submit`: worker, job id, nTime (seconds since 1970), extraNonce2, solution. */
export function submitParams(worker: string, { job, extraNonce2, solution }: Share, nowMs: number): string[] {
  const nTime = Math.floor(nowMs / 1000)
    .toString(16)
    .padStart(16, "0");
  return [worker, job.id, nTime, hexFromBytes(extraNonce2), SOLUTION_PREFIX + solution];
}

/** Reads the reply to `mining.submit`. Only `true` without an error is an acceptance. */
export function verdictFrom({ result, error }: Reply): Verdict {
  if (result === true && error === null) return { accepted: true, stale: false, code: null, reason: null };
  const code = error?.code ?? null;
  const reason = error?.message ?? "no reason given";
  return { accepted: false, stale: code === JOB_NOT_FOUND || STALE_WORDS.test(reason), code, reason };
}
