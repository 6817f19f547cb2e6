/**
 * Mines Aion in a browser tab: {@link Miner} is the whole of it, {@link StratumClient} the connection alone,
 * {@link benchmark} the solver alone. All of `aion-pow-verify` is exported too.
 *
 * Importing starts nothing and is safe where there is no DOM. Errors are {@link MinerError}, {@link StratumError} and
 * {@link VerifyError}, each with a `code` from a fixed list.
 *
 * @module aion-web-miner
 */
export * from "aion-pow-verify";
export {
  benchmark,
  type BenchmarkOptions,
  type BenchmarkProgress,
  type BenchmarkResult,
  MAX_BENCHMARK_RUNS,
} from "./benchmark.js";
export { type ConnectionInput, type ConnectionState, nextState, TRANSITIONS } from "./connection-state.js";
export { isMobile } from "./device.js";
export { capabilities, type Capabilities, defaultThreads } from "./environment.js";
export type { Job } from "./job-book.js";
export { Miner } from "./miner.js";
export { type MemoryShortage, MinerError, type MinerErrorCode } from "./miner-error.js";
export type { MinerEvents, MinerNotice, MinerState, RunEvent, ShareEvent } from "./miner-events.js";
export { type BackendOption, MAX_THREADS, type MinerOptions, type StartOptions } from "./miner-options.js";
export type { GpuStats, MinerStats } from "./miner-stats.js";
export type { PauseReason } from "./policies/policy.js";
export { type BatteryOption, DEFAULT_POLICIES, type MinerPolicies } from "./policies/policy-options.js";
export type { WebSocketClass, WebSocketLike } from "./pool-socket.js";
export type { Share, Verdict } from "./share.js";
export { StatusLine } from "./status-line.js";
export { StratumClient } from "./stratum-client.js";
export { MAX_LINE_BYTES, StratumError, type StratumErrorCode } from "./stratum-error.js";
export type { StratumClientEvents } from "./stratum-events.js";
export { type Deadlines, DEFAULT_DEADLINES, isAddress, type StratumOptions } from "./stratum-options.js";
export { PROTOCOL } from "./subscription.js";
export type { Hash256 } from "./target.js";
export type { TypedEventTarget, TypedListener } from "./typed-events.js";
export type { Backend, CpuBackend } from "./worker-messages.js";
