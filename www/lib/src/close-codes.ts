import { quote } from "./server-message.js";
import { StratumError, type StratumErrorCode } from "./stratum-error.js";

/**
 * The close codes that say more than that a connection ended: the WebSocket protocol's own two for a refusal and for an
 * over-long message, and the proxy's.
 *
 * | code | the proxy's reason |
 * |---|---|
 * | 4000 | this client sent what is no well-formed call, or none for a shared connection; it would again |
 * | 4001 | this client sent a message over the limit; it would again |
 * | 4002 | the pool could not be reached |
 * | 4003 | the pool hung up, or stopped reading |
 * | 4004 | the pool sent an over-long line, one that is not UTF-8, or too many |
 * | 4005 | no sign of life from this client |
 * | 4006 | this client sent more messages than its rate allows |
 * | 4007 | this client sent a share that does not hold; it would again |
 */
const BY_CODE: ReadonlyMap<number, StratumErrorCode> = new Map<number, StratumErrorCode>([
  [1008, "not-allowed"],
  [1009, "line-too-long"],
  [4000, "not-allowed"],
  [4001, "not-allowed"],
  [4002, "pool-unreachable"],
  [4003, "connection-lost"],
  [4004, "bad-line"],
  [4005, "connection-lost"],
  [4006, "connection-lost"],
  [4007, "not-allowed"],
]);

const UNREACHABLE = "the pool cannot be reached";

/**
 * The error for a WebSocket that closed: by the code where it says something, else `pool-unreachable` for a socket that
 * never opened and `connection-lost` for one that did.
 */
export function closeError(opened: boolean, code: number, reason: string): StratumError {
  const known = BY_CODE.get(code);
  const name = known ?? (opened ? "connection-lost" : "pool-unreachable");
  const words =
    name === "pool-unreachable" ? UNREACHABLE : `the connection to the pool ended (close code ${code})`;
  // The proxy's own words for it may begin with the same ones.
  const more = reason.startsWith(words) ? reason.slice(words.length).replace(/^[:\s]+/, "") : reason;
  return new StratumError(name, more === "" ? words : `${words}: ${quote(more)}`);
}
