import { afterEach, beforeEach, vi } from "vitest";
import { WebSocket } from "ws";
import { Miner } from "../src/miner.js";
import type { MinerEvents } from "../src/miner-events.js";
import type { MinerOptions } from "../src/miner-options.js";
import type { Assignment, FromSolver, ToSolver } from "../src/worker-messages.js";
import type { Script, ScriptedPool } from "./scripted-pool.js";
import { poolOf, SOLUTION, WORKER } from "./stratum-fixture.js";

/** A worker whose solver is the test itself. The real one runs in the end-to-end tests, in a real browser. */
export class HandWorker extends EventTarget {
  static readonly all: HandWorker[] = [];
  static onLoad: (worker: HandWorker) => void = (worker) => {
    worker.say({ type: "ready", memoryBytes: 64 });
  };
  readonly heard: ToSolver[] = [];
  terminated = false;
  #wake: (() => void) | undefined;

  constructor(readonly url: URL | string) {
    super();
    HandWorker.all.push(this);
  }

  postMessage(message: ToSolver): void {
    this.heard.push(message);
    if (message.type === "load")
      queueMicrotask(() => {
        HandWorker.onLoad(this);
      });
    this.#wake?.();
  }

  terminate(): void {
    this.terminated = true;
  }

  say(message: FromSolver): void {
    const event = Object.assign(new Event("message"), { data: message });
    this.dispatchEvent(event);
  }

  /** The n-th assignment, once it has come. */
  async assignment(n: number): Promise<Assignment> {
    for (;;) {
      const given = this.heard.flatMap((message) => (message.type === "work" ? [message.assignment] : []))[n];
      if (given !== undefined) return given;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Reports a finished run of that assignment's first nonce with shares of these powhashes. */
  finish({ generation, sequence, nonces }: Assignment, ...powHashes: string[]): void {
    const shares = powHashes.map((powHash, i) => ({
      powHash,
      solution: i === 0 ? SOLUTION : "d4".repeat(1408),
    }));
    const outcome = { solutions: 2, dropped: 0, ms: 1, roundsMs: [], shares };
    const [nonce] = nonces;
    if (nonce === undefined) throw new Error("an assignment without a nonce");
    this.say({ type: "outcome", generation, sequence, nonce, outcome, memoryBytes: 128 });
  }
}

export const LOW = "0001".padEnd(64, "0");
export const HIGHER = "0002".padEnd(64, "0");

const running: { stop(): Promise<void> }[] = [];
export const usual = HandWorker.onLoad;

beforeEach(() => {
  vi.stubGlobal("Worker", HandWorker);
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(running.splice(0).map((miner) => miner.stop()));
  HandWorker.all.length = 0;
  HandWorker.onLoad = usual;
  vi.unstubAllGlobals();
});

export type Told = { [Name in keyof MinerEvents]: [Name, MinerEvents[Name]] }[keyof MinerEvents];

/** A miner that ends with the test, and all that it tells, in order. Waits between tries are zero. */
export function minerFor(pool: MinerOptions["pool"], options: Partial<MinerOptions> = {}): [Miner, Told[]] {
  const miner = new Miner({ pool, worker: WORKER, WebSocket, random: () => 0, ...options });
  running.push(miner);
  const told: Told[] = [];
  for (const name of ["share", "job", "run", "stats", "state", "pause", "notice", "error"] as const) {
    miner.addEventListener(name, ({ detail }: CustomEvent) => told.push([name, detail] as Told));
  }
  return [miner, told];
}

/** The same at a scripted pool. */
export async function minerOf(
  script: Script,
  options: Partial<MinerOptions> = {},
): Promise<[Miner, ScriptedPool, Told[]]> {
  const pool = await poolOf(script);
  const [miner, told] = minerFor(pool.url, options);
  return [miner, pool, told];
}

export const statuses = (told: Told[]): string[] =>
  told.flatMap(([name, detail]) => (name === "share" ? [detail.status] : []));
export const states = (told: Told[]): string[] =>
  told.flatMap(([name, detail]) => (name === "state" ? [detail.state] : []));
export const errors = (told: Told[]): string[] =>
  told.flatMap(([name, detail]) => (name === "error" ? [detail.error.code] : []));
export const worker = (): HandWorker => HandWorker.all.at(-1) ?? new HandWorker("");
