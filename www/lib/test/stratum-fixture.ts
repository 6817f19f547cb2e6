import { afterEach } from "vitest";
import { WebSocket } from "ws";
import type { ConnectionState } from "../src/connection-state.js";
import { StratumClient } from "../src/stratum-client.js";
import type { StratumClientEvents } from "../src/stratum-events.js";
import type { StratumOptions } from "../src/stratum-options.js";
import { type Script, ScriptedPool } from "./scripted-pool.js";

export const WORKER = `0xa0${"5c".repeat(31)}`;
export const TARGET = "00ff".padEnd(64, "0");
export const NETWORK_TARGET = "000000ff".padEnd(64, "0");
export const HEADER = "ab".repeat(32);
export const SOLUTION = "c3".repeat(1408);

/** The members of a reply beside its id. */
export const SUBSCRIBED = `"result":[null,"bc4fe05100000000"],"error":null`;
export const YES = `"result":true,"error":null`;

export const SOLO_SUBSCRIBED = `{"id":1,"result":[null,"bc4fe05100000000"],"error":null}`;
export const AUTHORIZED = `{"id":2,"result":true,"error":null}`;

export function notify(id: string, { clean = "true", target = TARGET, header = HEADER } = {}): string {
  return `{"id":null,"method":"mining.notify","params":["${id}",${clean},"${target}","${header}"]}`;
}

const open: { stop(): void }[] = [];
const pools: ScriptedPool[] = [];

afterEach(async () => {
  for (const client of open.splice(0)) client.stop();
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

/** Every event of a client in order, and a promise for the next of a name. */
export class Log {
  readonly #seen: { name: string; detail: unknown }[] = [];
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Set<() => void>();

  constructor(readonly client: StratumClient) {
    for (const name of ["state", "job", "target", "late", "notice", "error"] as const) {
      client.addEventListener(name, ({ detail }: CustomEvent) => {
        this.#seen.push({ name, detail });
        const waiting = [...this.#waiting];
        this.#waiting.clear();
        for (const wake of waiting) wake();
      });
    }
  }

  /** Resolves when `condition` holds, which is asked again after every event. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** The next event of that name that was not taken yet. */
  async next<Name extends keyof StratumClientEvents>(name: Name): Promise<StratumClientEvents[Name]> {
    const index = this.#taken.get(name) ?? 0;
    this.#taken.set(name, index + 1);
    for (;;) {
      const detail = this.all(name)[index];
      if (detail !== undefined) return detail;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Resolves when the client is in that state. */
  state(state: ConnectionState): Promise<void> {
    return this.until(() => this.client.state === state);
  }

  /** Resolves when the client has gone from the one state to the other, be it long ago. */
  passed(previous: ConnectionState, state: ConnectionState): Promise<void> {
    return this.until(() =>
      this.all("state").some((move) => move.previous === previous && move.state === state),
    );
  }

  all<Name extends keyof StratumClientEvents>(name: Name): StratumClientEvents[Name][] {
    return this.#seen
      .filter((event) => event.name === name)
      .map(({ detail }) => detail as StratumClientEvents[Name]);
  }
}

/** A scripted pool that ends with the test. */
export async function poolOf(script: Script): Promise<ScriptedPool> {
  const pool = await ScriptedPool.listen(script);
  pools.push(pool);
  return pool;
}

/** A client that is not started, and stopped with the test. Waits between tries are zero. */
export function idleClientFor(pool: StratumOptions["pool"], options: Partial<StratumOptions> = {}): Log {
  const client = new StratumClient({ pool, worker: WORKER, WebSocket, random: () => 0, ...options });
  open.push(client);
  return new Log(client);
}

/** The same, started. */
export function clientFor(pool: StratumOptions["pool"], options: Partial<StratumOptions> = {}): Log {
  const log = idleClientFor(pool, options);
  log.client.start();
  return log;
}

/** A client against a scripted pool; both end with the test. Waits between tries are zero. */
export async function clientOf(
  script: Script,
  options: Partial<StratumOptions> = {},
): Promise<[Log, ScriptedPool]> {
  const pool = await poolOf(script);
  return [clientFor(pool.url, options), pool];
}

/** The solo dialogue up to the first job and the reply to authorize, whatever the request ids are. */
export const soloUntilReady: Script = async (peer) => {
  await peer.answer("mining.subscribe", SUBSCRIBED);
  peer.send(notify("1"));
  await peer.answer("mining.authorize", YES);
};
