export { type ConnectionInput, type ConnectionState, nextState, TRANSITIONS } from "./connection-state.js";
export type { Job } from "./job-book.js";
export { MAX_LINE_BYTES, StratumError, type StratumErrorCode } from "./stratum-error.js";
export { type Share, StratumClient, type StratumClientEvents, type Verdict } from "./stratum-client.js";
export { type Deadlines, DEFAULT_DEADLINES, isAddress, type StratumOptions } from "./stratum-options.js";
export type { WebSocketClass, WebSocketLike } from "./pool-socket.js";
