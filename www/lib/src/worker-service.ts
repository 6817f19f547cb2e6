import { MinerError, type MinerErrorCode, messageOf } from "./miner-error.js";
import { holdLife } from "./worker-life.js";
import type { Assignment, FromSolver, ToSolver } from "./worker-messages.js";

/** The worker's global scope, of which the DOM's types know nothing. */
interface WorkerScope {
  readonly name: string;
  close(): void;
  postMessage(message: FromSolver): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToSolver>) => void): void;
  addEventListener(type: "unhandledrejection", listener: (event: PromiseRejectionEvent) => void): void;
}

/** What a worker asks of the loop that solves in it. */
export interface WorkerLoop {
  take(assignment: Assignment): Promise<void>;
  idle(generation: number): void;
  throttle(share: number): void;
  end(): Promise<void>;
  /** Begun as soon as the page knows that the worker is ready. */
  warmUp?(): Promise<void>;
}

/** A loop that can work. `adapter` is a GPU's name. */
export interface OpenedLoop {
  readonly loop: WorkerLoop;
  readonly memoryBytes: number;
  readonly adapter?: string;
}

/** The message that asks for a solver. */
export type LoadMessage = Extract<ToSolver, { type: "load" }>;

const LOADING_BEAT_MS = 1000;
const scope = globalThis as unknown as WorkerScope;

/** Says something to the page. */
export function send(message: FromSolver): void {
  scope.postMessage(message);
}

/**
 * Makes this worker a solver's: answers the page's messages with what `open` opens, shows signs of life while it does, and
 * tells every failure, as `failure` where it has no name of its own. `open` is given the part of the time that is to be worked
 * when it asks, since the page may change that meanwhile; after it has asked it must not wait for anything. Returns what tells
 * a failure.
 */
export function serveSolver(
  failure: MinerErrorCode,
  open: (message: LoadMessage, share: () => number) => Promise<OpenedLoop>,
): (error: unknown) => void {
  let loop: WorkerLoop | undefined;
  let share = 1;

  const fail = (error: unknown): void => {
    const code = error instanceof MinerError ? error.code : failure;
    send({ type: "failed", code, message: messageOf(error) });
  };
  const load = async (message: LoadMessage): Promise<void> => {
    const beat = setInterval(() => {
      send({ type: "alive" });
    }, LOADING_BEAT_MS);
    try {
      await holdLife(scope.name);
      const { loop: opened, ...ready } = await open(message, () => share);
      loop = opened;
      send({ type: "ready", ...ready });
      void loop.warmUp?.();
    } catch (error) {
      fail(error);
    } finally {
      clearInterval(beat);
    }
  };
  const end = async (): Promise<void> => {
    await loop?.end();
    scope.close();
  };

  scope.addEventListener("message", ({ data }) => {
    switch (data.type) {
      case "load":
        share = data.throttle;
        void load(data);
        break;
      case "work":
        void loop?.take(data.assignment);
        break;
      case "idle":
        loop?.idle(data.generation);
        break;
      case "throttle":
        share = data.throttle;
        loop?.throttle(share);
        break;
      case "end":
        void end();
        break;
    }
  });
  scope.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    fail(event.reason);
  });
  return fail;
}
