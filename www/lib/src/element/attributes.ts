import { type BackendOption, BACKENDS, MAX_THREADS, type MinerOptions } from "../miner-options.js";
import type { BatteryOption } from "../policies/policy-options.js";
import { isAddress } from "../stratum-options.js";

const BATTERY: readonly BatteryOption[] = ["never", "low", "always"];

/** The attributes that the element reads. */
export const ATTRIBUTES = [
  "pool",
  "account",
  "owner",
  "rig",
  "password",
  "threads",
  "throttle",
  "backend",
  "pause-on-battery",
  "allow-mobile",
  "worker-url",
  "gpu-worker-url",
  "wasm-base",
] as const;

/** The name of an attribute that the element reads. */
export type AttributeName = (typeof ATTRIBUTES)[number];

/** What the attributes say. */
export interface Settings {
  /** Who is mined for: address and name, both of which are shown. */
  readonly account: string;
  readonly owner: string;
  readonly options: MinerOptions;
  /** Everything that is wrong, an attribute each, as sentences; `options` can be used where there is nothing. */
  readonly faults: readonly string[];
}

/**
 * Reads the attributes; an empty one counts as left out. Addresses may be relative to `base`, the document's: a pool's
 * path becomes ws: or wss: as the document is http: or https:. Never throws.
 */
export function readSettings(read: (name: AttributeName) => string | null, base: string): Settings {
  const faults: string[] = [];
  const given = (name: AttributeName): string | undefined => read(name)?.trim() || undefined;
  const fault = (name: AttributeName, wanted: string): void => {
    const value = given(name);
    // A password is not for the screen.
    const what = value === undefined ? "missing" : name === "password" ? "too long" : `“${shortened(value)}”`;
    faults.push(`The attribute ${name} is ${what}: ${wanted}.`);
  };
  /** What `parse` makes of an attribute; a fault where it makes nothing of it. */
  const parsed = <Value>(
    name: AttributeName,
    wanted: string,
    parse: (text: string) => Value | undefined,
  ): Value | undefined => {
    const text = given(name);
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value === undefined) fault(name, wanted);
    return value;
  };

  const account = given("account") ?? "";
  if (!isAddress(account)) fault("account", "wanted is 0xa0 and 62 more hex digits");
  const owner = given("owner") ?? "";
  if (owner === "") fault("owner", "wanted is the name of whoever has the account");
  const poolWanted =
    "wanted are different ws: or wss: addresses, or paths on this server, separated by spaces";
  if (given("pool") === undefined) fault("pool", poolWanted);
  const pool = parsed("pool", poolWanted, (text) => poolsIn(text, base)) ?? [];
  const rig = parsed("rig", "wanted are 1 to 32 letters, digits, - or _", (text) =>
    /^[\w-]{1,32}$/.test(text) ? text : undefined,
  );
  const address = (text: string): string | undefined => addressIn(text, base);
  const addressWanted = "wanted is an http: or https: address, or a path on this server";
  const more = {
    password: parsed("password", "wanted are at most 256 characters", (text) =>
      text.length <= 256 ? text : undefined,
    ),
    threads: parsed("threads", `wanted is a whole number from 1 to ${MAX_THREADS}`, (text) => {
      const threads = Number(text);
      return Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS ? threads : undefined;
    }),
    throttle: parsed("throttle", "wanted is a number above 0 and at most 1", (text) => {
      const throttle = Number(text);
      return throttle > 0 && throttle <= 1 ? throttle : undefined;
    }),
    backend: parsed("backend", `wanted is one of ${BACKENDS.join(", ")}`, (text) =>
      BACKENDS.find((backend: BackendOption) => backend === text),
    ),
    policies: withoutUndefined({
      pauseOnBattery: parsed("pause-on-battery", "wanted is never, low or always", (text) =>
        BATTERY.find((option) => option === text),
      ),
      allowMobile: read("allow-mobile") !== null,
    }),
    workerUrl: parsed("worker-url", addressWanted, address),
    gpuWorkerUrl: parsed("gpu-worker-url", addressWanted, address),
    wasmBase: parsed("wasm-base", addressWanted, address),
  };
  const worker = rig === undefined ? account : `${account}.${rig}`;
  return { account, owner, options: { pool, worker, ...withoutUndefined(more) }, faults };
}

function poolsIn(text: string, base: string): string[] | undefined {
  const pools = text.split(/\s+/).map((pool) => {
    if (!URL.canParse(pool, base)) return undefined;
    const url = new URL(pool, base);
    if (/^https?:$/.test(url.protocol) && !/^https?:/i.test(pool))
      url.protocol = url.protocol.replace("http", "ws");
    return /^wss?:$/.test(url.protocol) && url.hash === "" ? url.href : undefined;
  });
  const known = pools.filter((pool) => pool !== undefined);
  return new Set(known).size === pools.length ? known : undefined;
}

function addressIn(text: string, base: string): string | undefined {
  if (!URL.canParse(text, base)) return undefined;
  const url = new URL(text, base);
  return /^https?:$/.test(url.protocol) ? url.href : undefined;
}

/** Long values are told by their beginning: they are shown on a page. */
function shortened(value: string): string {
  return value.length <= 80 ? value : `${value.slice(0, 79)}…`;
}

type Given<Options> = { [Name in keyof Options]: Exclude<Options[Name], undefined> };

/** Options that are left out have their defaults; undefined ones are no options. */
function withoutUndefined<Options extends object>(options: Options): Partial<Given<Options>> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<Given<Options>>;
}
