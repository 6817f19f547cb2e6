import { afterEach } from "vitest";
import { WebSocket } from "ws";
import { StratumClient, type StratumClientEvents } from "../src/stratum-client.js";
import type { StratumOptions } from "../src/stratum-options.js";
import { type Script, ScriptedPool } from "./scripted-pool.js";

export const WORKER = `0xa0${"5c".repeat(31)}`;
export const TARGET = "00ff".padEnd(64, "0");
export const NETWORK_TARGET = "000000ff".padEnd(64, "0");
export const HEADER = "ab".repeat(32);
export const SOLUTION = "c3".repeat(1408);

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
  async state(state: string): Promise<void> {
    while (this.client.state !== state) await this.next("state");
  }

  all<Name extends keyof StratumClientEvents>(name: Name): StratumClientEvents[Name][] {
    return this.#seen
      .filter((event) => event.name === name)
      .map(({ detail }) => detail as StratumClientEvents[Name]);
  }
}

/** A client against a scripted pool; both end with the test. Waits between tries are zero. */
export async function clientOf(
  script: Script,
  options: Partial<StratumOptions> = {},
): Promise<[Log, ScriptedPool]> {
  const pool = await ScriptedPool.listen(script);
  pools.push(pool);
  const client = new StratumClient({
    pool: pool.url,
    worker: WORKER,
    WebSocket,
    random: () => 0,
    ...options,
  });
  open.push(client);
  const log = new Log(client);
  client.start();
  return [log, pool];
}

/** The solo dialogue up to the first job and the reply to authorize, whatever the request ids are. */
export const soloUntilReady: Script = async (peer) => {
  const { id: subscribe } = await peer.receive("mining.subscribe");
  peer.send(SOLO_SUBSCRIBED.replace(`"id":1`, `"id":${subscribe}`), notify("1"));
  const { id: authorize } = await peer.receive("mining.authorize");
  peer.send(AUTHORIZED.replace(`"id":2`, `"id":${authorize}`));
};
