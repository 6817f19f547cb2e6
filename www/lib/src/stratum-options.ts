import type { WebSocketClass } from "./pool-socket.js";
import { quote } from "./server-message.js";
import { StratumError } from "./stratum-error.js";

/** Where to mine and for whom. */
export interface StratumOptions {
  /** The proxy's WebSocket address of a pool: `wss://host/pool/NAME`. */
  readonly pool: string;
  /** The account to mine for: `0xa0` and 62 hex digits, with an optional `.rig` suffix. */
  readonly worker: string;
  /** Default `x`. Some pools read `d=<difficulty>` and the like from it. Never logged. */
  readonly password?: string;
  /** The WebSocket class to use; the environment's own by default. Node 20 has none: pass the one of `ws`. */
  readonly WebSocket?: WebSocketClass;
  /** Deadlines in milliseconds. */
  readonly deadlines?: Partial<Deadlines>;
  /** Random numbers from 0 up to 1 for the waits between tries; `Math.random` by default. */
  readonly random?: () => number;
}

/** How long to wait for what, in milliseconds. */
export interface Deadlines {
  /** For a WebSocket to open. */
  readonly open: number;
  /** For the replies to subscribe and authorize, each. */
  readonly handshake: number;
  /** For the verdict on a share. */
  readonly submit: number;
}

/** The deadlines where none are given. */
export const DEFAULT_DEADLINES: Deadlines = { open: 10_000, handshake: 15_000, submit: 30_000 };

/** True for `0xa0` and 62 hex digits: an account of the chain. */
export function isAddress(text: string): boolean {
  return /^0xa0[0-9a-fA-F]{62}$/.test(text);
}

/** Throws `bad-options` with the option's name where an option cannot be used. */
export function checkStratumOptions({ pool, worker, password }: StratumOptions): void {
  if (!URL.canParse(pool) || !/^wss?:$/.test(new URL(pool).protocol)) {
    throw new StratumError("bad-options", `pool must be a ws: or wss: address, not ${quote(pool)}`);
  }
  const [address = "", ...rig] = worker.split(".");
  if (!isAddress(address) || rig.length > 1 || (rig[0] !== undefined && !/^[\w-]{1,32}$/.test(rig[0]))) {
    throw new StratumError(
      "bad-options",
      "worker must be 0xa0 and 62 hex digits, with an optional .rig of 1 to 32",
    );
  }
  if (password !== undefined && password.length > 256) {
    throw new StratumError(
      "bad-options",
      `password must have at most 256 characters, not ${password.length}`,
    );
  }
}
