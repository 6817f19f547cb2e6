import type { ShareEvent } from "./miner-events.js";
import type { StatsCounter } from "./miner-stats.js";
import type { Share, Verdict } from "./share.js";
import type { StratumClient } from "./stratum-client.js";
import { StratumError } from "./stratum-error.js";

/** A share with what it weighs: hex of its powhash, 32 bytes, big-endian. */
export interface FoundShare extends Share {
  readonly powHash: string;
}

/** Submits a miner's shares and keeps account: each is counted and told when it is sent, and what became of it once. */
export class ShareLedger {
  readonly #stats: StatsCounter;
  readonly #tell: (event: ShareEvent) => void;
  readonly #unanswered = new WeakMap<Share, FoundShare>();

  constructor(stats: StatsCounter, tell: (event: ShareEvent) => void) {
    this.#stats = stats;
    this.#tell = tell;
  }

  /** Resolves when the pool has answered, or when it no longer can. */
  async submit(client: StratumClient, share: FoundShare): Promise<void> {
    const verdict = client.submit(share);
    this.#stats.submitted();
    this.#say(share, "submitted", null, null);
    try {
      this.#judge(share, await verdict);
    } catch (error) {
      if (!(error instanceof StratumError)) throw error;
      this.#unanswered.set(share, share);
      this.#stats.unanswered();
      this.#say(share, "unanswered", error.code, error.message);
    }
  }

  /** The verdict on a share that was given up comes after all. */
  late(share: Share, verdict: Verdict): void {
    const found = this.#unanswered.get(share);
    if (found === undefined) return;
    this.#stats.answeredLate();
    this.#judge(found, verdict);
  }

  #judge(share: FoundShare, { accepted, stale, code, reason }: Verdict): void {
    const status = accepted ? "accepted" : stale ? "stale" : "rejected";
    this.#stats.judged(status);
    this.#say(share, status, code, reason);
  }

  #say(
    { job, powHash }: FoundShare,
    status: ShareEvent["status"],
    code: ShareEvent["code"],
    reason: string | null,
  ): void {
    this.#tell({ status, jobId: job.id, powHash, code, reason });
  }
}
