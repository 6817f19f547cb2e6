import { hexFromBytes } from "./hex.js";
import { parseExtraNonce1, type PoolError, quote } from "./server-message.js";
import { StratumError } from "./stratum-error.js";

/** The protocol version that this client asks for; servers may name any 1.x. */
export const PROTOCOL = "AionStratum/1.0.0";

/** The two families of servers; told apart by their subscribe reply, never by configuration. */
export type Dialect = "solo" | "mining-core";

/** What a subscribe reply settles for the connection. */
export interface Subscription {
  readonly dialect: Dialect;
  /** 0 to 31 bytes: the part of the nonce that is the pool's. */
  readonly extraNonce1: Uint8Array;
}

/**
 * Reads a subscribe reply: `[null, extraNonce1]` or `[["mining.notify", connectionId, protocol], extraNonce1]`.
 * Throws `unsupported-protocol` where the pool names or demands another version, `subscribe-refused` for any other error
 * of the pool's, and `bad-subscribe` where there is no usable extraNonce1.
 */
export function parseSubscription(result: unknown, error: PoolError | null): Subscription {
  if (error !== null) {
    const code = /protocol|version/i.test(error.message) ? "unsupported-protocol" : "subscribe-refused";
    throw new StratumError(code, `the pool refused mining.subscribe: ${quote(error.message)}`);
  }
  if (!Array.isArray(result)) throw new StratumError("bad-subscribe", "the subscribe reply is not a list");
  const [session, extraNonce1Hex] = result as readonly unknown[];
  const named: unknown = Array.isArray(session) ? session[2] : undefined;
  if (typeof named === "string" && !named.startsWith("AionStratum/1.")) {
    throw new StratumError(
      "unsupported-protocol",
      `the pool speaks ${quote(named)}, this client ${PROTOCOL}`,
    );
  }
  const extraNonce1 = parseExtraNonce1(extraNonce1Hex);
  if (extraNonce1 === undefined) {
    const shown = typeof extraNonce1Hex === "string" ? quote(extraNonce1Hex) : typeof extraNonce1Hex;
    throw new StratumError("bad-subscribe", `extraNonce1 must be 0 to 31 bytes of hex, not ${shown}`);
  }
  return { dialect: Array.isArray(session) ? "mining-core" : "solo", extraNonce1 };
}

/** How a subscription reads in a log. */
export function describeSubscription({ dialect, extraNonce1 }: Subscription): string {
  return `${dialect} dialect, extraNonce1 ${extraNonce1.length === 0 ? "empty" : hexFromBytes(extraNonce1)}`;
}
