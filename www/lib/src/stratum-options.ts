import type { WebSocketClass } from "./pool-socket.js";
import { quote } from "./server-message.js";
import { StratumError } from "./stratum-error.js";

/** Where to mine and for whom. */
export interface StratumOptions {
  /**
   * The proxy's WebSocket address of a pool: `wss://host/pool/NAME`. A list of them is tried in its order: when one cannot
   * be reached, refuses or sends no job, the next, and from the last the first again.
   */
  readonly pool: string | readonly string[];
  /** The account to mine for: `0xa0` and 62 hex digits, with an optional `.rig` suffix. */
  readonly worker: string;
  /** Default `x`. Some pools read `d=<difficulty>` and the like from it. Never logged. */
  readonly password?: string;
  /** The WebSocket class to use; the environment's own by default. Node 20 has none: pass the one of `ws`. */
  readonly WebSocket?: WebSocketClass;
  /**
   * How often, in milliseconds, a client that is not at the first pool of its list looks whether an earlier one is back;
   * five minutes by default, and each time up to half as much longer, so that the tabs of a site do not come back as one.
   */
  readonly returnAfter?: number;
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
  /** For the first job after authorize. Later ones may take as long as a block does: silence is no fault. */
  readonly firstJob: number;
  /** How long a pool may say nothing at all until it is asked for a sign of life, by a request that changes nothing. */
  readonly silence: number;
}

/** The deadlines where none are given. */
export const DEFAULT_DEADLINES: Deadlines = {
  open: 10_000,
  handshake: 15_000,
  submit: 30_000,
  firstJob: 60_000,
  silence: 120_000,
};

/** How often an earlier pool is looked for where nothing else was said. */
export const DEFAULT_RETURN_AFTER_MS = 300_000;

/** What a browser's timer can wait; a longer time would be none at all. */
const LONGEST_MS = 2_147_483_647;

/** True for `0xa0` and 62 hex digits: an account of the chain. */
export function isAddress(text: string): boolean {
  return /^0xa0[0-9a-fA-F]{62}$/.test(text);
}

/** The addresses of the `pool` option as a list. */
export function poolAddresses({ pool }: Pick<StratumOptions, "pool">): readonly string[] {
  return typeof pool === "string" ? [pool] : pool;
}

/** Throws `bad-options` with the option's name where an option cannot be used. */
export function checkStratumOptions(options: StratumOptions): void {
  checkPools(poolAddresses(options));
  const { password, returnAfter, deadlines } = options;
  // Callers without a compiler leave options out.
  const worker: unknown = options.worker;
  const [address = "", ...rig] = typeof worker === "string" ? worker.split(".") : [];
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
  // Half as much again may be added to it.
  if (returnAfter !== undefined) checkMilliseconds("returnAfter", returnAfter, LONGEST_MS / 1.5);
  for (const [name, value] of Object.entries(deadlines ?? {})) {
    // An undefined deadline is the default one to a caller who spreads settings of his own.
    if ((value as number | undefined) !== undefined)
      checkMilliseconds(`deadlines.${name}`, value, LONGEST_MS);
  }
}

function checkPools(pools: unknown): void {
  if (!Array.isArray(pools) || pools.length === 0)
    throw new StratumError("bad-options", "pool must name at least one address");
  for (const [index, pool] of pools.map(String).entries()) {
    if (!URL.canParse(pool) || !/^wss?:$/.test(new URL(pool).protocol)) {
      throw new StratumError("bad-options", `pool must be a ws: or wss: address, not ${quote(pool)}`);
    }
    if (pools.indexOf(pool) !== index)
      throw new StratumError("bad-options", `pool names ${quote(pool)} twice`);
  }
}

function checkMilliseconds(name: string, value: number, most: number): void {
  if (value > 0 && value <= most) return;
  throw new StratumError(
    "bad-options",
    `${name} must be above 0 and at most ${Math.floor(most)} milliseconds, not ${value}`,
  );
}
