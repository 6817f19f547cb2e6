import type { Miner } from "../miner.js";
import type { MinerState } from "../miner-events.js";

export type PauseReason = "hidden" | "battery" | "pressure" | "metered" | "other-tab" | "offline";
export type ShownState = MinerState | "paused";

export function pauseReasonsOf(miner: Miner | undefined): readonly PauseReason[] {
  return (miner as { pauseReasons?: readonly PauseReason[] } | undefined)?.pauseReasons ?? [];
}
