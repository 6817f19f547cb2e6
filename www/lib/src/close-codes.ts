import { quote } from "./server-message.js";
import { StratumError, type StratumErrorCode } from "./stratum-error.js";

// The proxy says in the close code why it ended a connection; see the proxy's own documentation.
const BY_CODE: ReadonlyMap<number, StratumErrorCode> = new Map<number, StratumErrorCode>([
  [1008, "not-allowed"],
  [1009, "line-too-long"],
  [1013, "too-many-connections"],
]);

/**
 * The error for a WebSocket that closed: by the proxy's code where it has one, else `pool-unreachable` for a socket that
 * never opened and `connection-lost` for one that did.
 */
export function closeError(opened: boolean, code: number, reason: string): StratumError {
  const said = reason === "" ? "" : `: ${quote(reason)}`;
  const known = BY_CODE.get(code);
  if (known !== undefined)
    return new StratumError(known, `the connection was closed with code ${code}${said}`);
  if (!opened) return new StratumError("pool-unreachable", `the pool cannot be reached${said}`);
  return new StratumError("connection-lost", `the connection to the pool ended (code ${code}${said})`);
}
