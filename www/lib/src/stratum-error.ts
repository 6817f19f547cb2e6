/**
 * Everything that can go wrong between this client and a pool, by name.
 *
 * "Tries again" goes to the next pool of the list where there are several. "Gives this pool up" goes to the next one too,
 * and stops where every pool was given up.
 *
 * | code | what happened | the client then |
 * |---|---|---|
 * | `bad-options` | the pool address or the worker name cannot be used | does not start |
 * | `no-websocket` | this environment has no WebSocket and none was given | does not start |
 * | `pool-unreachable` | the connection never opened (browsers do not say why), or the proxy could not reach the pool | tries again |
 * | `not-allowed` | the browser or the proxy refuses this page, or what it sent | gives this pool up |
 * | `connection-lost` | an open connection ended, or gave no sign of life when asked for one | tries again |
 * | `bad-line` | a line is not one JSON object of the protocol | drops the connection, tries again |
 * | `line-too-long` | a line is over {@link MAX_LINE_BYTES} | drops the connection, tries again |
 * | `bad-subscribe` | the subscribe reply has no usable extraNonce1 | drops the connection, tries again |
 * | `bad-job` | a `mining.notify` that cannot be mined | drops the connection, tries again |
 * | `bad-target` | a `mining.set_target` or `set_difficulty` that is no target | drops the connection, tries again |
 * | `bad-extranonce` | a `mining.set_extranonce` that is not 0 to 31 bytes of hex | drops the connection, tries again |
 * | `unexpected-reply` | a reply to a request that was never made | ignores the line |
 * | `unsupported-protocol` | the pool speaks another version of the protocol | gives this pool up |
 * | `subscribe-refused` | the pool answered subscribe with an error | tries again |
 * | `unauthorized` | the pool does not accept this worker | gives this pool up |
 * | `no-job` | the pool has authorized and sent no job within the deadline | drops the connection, tries again |
 * | `reply-timeout` | no reply within the deadline | handshake: tries again; share: given up |
 * | `not-ready` | a share was submitted while not authorized | does not send it |
 * | `stale-job` | a share for a job that is no longer worked on | does not send it |
 * | `duplicate-share` | a second share for the same block header and nonce | does not send it |
 * | `bad-share` | a share whose parts have the wrong length | does not send it |
 * | `stopped` | the client was stopped while the request was open | is stopped |
 */
export type StratumErrorCode =
  | "bad-options"
  | "no-websocket"
  | "pool-unreachable"
  | "not-allowed"
  | "connection-lost"
  | "bad-line"
  | "line-too-long"
  | "bad-subscribe"
  | "bad-job"
  | "bad-target"
  | "bad-extranonce"
  | "unexpected-reply"
  | "unsupported-protocol"
  | "subscribe-refused"
  | "unauthorized"
  | "no-job"
  | "reply-timeout"
  | "not-ready"
  | "stale-job"
  | "duplicate-share"
  | "bad-share"
  | "stopped";

/** The longest line, in bytes of UTF-8, that is read: what the larger server family itself allows. */
export const MAX_LINE_BYTES = 32_768;

const FINAL: ReadonlySet<StratumErrorCode> = new Set([
  "bad-options",
  "no-websocket",
  "not-allowed",
  "unsupported-protocol",
  "unauthorized",
  "stopped",
]);

/** A {@link StratumErrorCode} with a message that names the value and the limit. */
export class StratumError extends Error {
  /** Always `StratumError`. */
  override readonly name = "StratumError";
  /** What went wrong, by name. */
  readonly code: StratumErrorCode;

  /** Made by the package; `message` names value and limit. */
  constructor(code: StratumErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** True where trying the same pool again cannot help. */
  get final(): boolean {
    return FINAL.has(this.code);
  }
}
