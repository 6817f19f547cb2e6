import { MinerError, type MinerErrorCode } from "./miner-error.js";
import { refusedMemory } from "./solver-memory.js";
import { Watchdog } from "./watchdog.js";
import { lifeEnded, livesAreKnown } from "./worker-life.js";
import type { Assignment, Backend, FromSolver, ToSolver } from "./worker-messages.js";

/** How to start a solver worker. */
export interface SolverOptions {
  readonly backend: Backend;
  readonly threads: number;
  /** The part of the time that the solver may work, above 0 and at most 1. */
  readonly throttle: number;
  /** Whether a GPU adapter that is a program on the CPU is refused. */
  readonly hardware?: boolean;
  /** The worker's script, where it is not the package's own `solver-worker.js` or, for a GPU, `gpu-worker.js`. */
  readonly workerUrl?: string | URL | undefined;
  /** The folder of the artifacts, where it is not the package's own. */
  readonly wasmBase?: string | URL | undefined;
}

/** What a running solver tells; after `failed` it tells nothing more. */
export interface SolverListener {
  low(generation: number): void;
  outcome(message: Extract<FromSolver, { type: "outcome" }>): void;
  failed(error: MinerError): void;
}

/** What is known of a solver that is ready. */
export interface Ready {
  readonly memoryBytes: number;
  /** A GPU's name. */
  readonly adapter: string | null;
}

/** A solver at work is silent for no longer than this, in milliseconds. */
export const SILENCE_MS = 5_000;

// A GPU's shaders take some browsers seconds to compile, and then it solves a nonce.
const LOADING_MS = { threads: 60_000, single: 60_000, gpu: 240_000 } as const;
const ENDING_MS = 15_000;

// A solver that is told to end does so within a slice of its work; one that does not is ended.
const FAREWELL_MS = 500;
let hosts = 0;

/** The page's side of one solver worker: starts it, watches it, ends it. */
export class SolverHost {
  readonly #worker: Worker;
  readonly #listener: SolverListener;
  readonly #backend: Backend;
  readonly #threads: number;
  /** The worker's name, and that of the lock that it and its threads share as long as they live. */
  readonly #life = `aion-solver/${Date.now()}/${Math.random()}/${++hosts}`;
  readonly #watchdog = new Watchdog(SILENCE_MS, () => {
    this.#fail("solver-silent", `the solver gave no sign of life for ${SILENCE_MS / 1000} s`);
  });
  readonly #loadTimer: ReturnType<typeof setTimeout>;
  #settleReady: { resolve: (ready: Ready) => void; reject: (error: MinerError) => void } | undefined;
  /** The work that came before the solver was ready. */
  #early: Assignment | undefined;
  #over = false;

  /** Rejects with a {@link MinerError} when the solver did not come up. */
  readonly ready: Promise<Ready>;

  constructor(
    { backend, threads, throttle, hardware = false, workerUrl, wasmBase }: SolverOptions,
    listener: SolverListener,
  ) {
    this.#listener = listener;
    this.#backend = backend;
    this.#threads = threads;
    this.ready = new Promise((resolve, reject) => (this.#settleReady = { resolve, reject }));
    // A start that fails for another reason no longer waits for it.
    this.ready.catch(() => undefined);
    const options = { type: "module", name: this.#life } as const;
    // Bundlers recognise a worker's script by the very form of these calls.
    if (workerUrl !== undefined) this.#worker = new Worker(workerUrl, options);
    else if (backend === "gpu")
      this.#worker = new Worker(new URL("./gpu-worker.js", import.meta.url), {
        type: "module",
        name: this.#life,
      });
    else
      this.#worker = new Worker(new URL("./solver-worker.js", import.meta.url), {
        type: "module",
        name: this.#life,
      });
    this.#worker.addEventListener("message", ({ data }: MessageEvent<FromSolver>) => {
      this.#hear(data);
    });
    this.#worker.addEventListener("messageerror", () => {
      this.#fail("solver-trapped", "a message of the solver could not be read");
    });
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (this.#settleReady === undefined) this.#fail("solver-trapped", event.message);
      else this.#fail("solver-unavailable", event.message || "the solver's script could not be loaded");
    });
    this.#loadTimer = setTimeout(() => {
      const seconds = LOADING_MS[backend] / 1000;
      const code = backend === "gpu" ? "gpu-unavailable" : "solver-unavailable";
      this.#fail(code, `the solver was not ready within ${seconds} s`);
    }, LOADING_MS[backend]);
    this.#watchdog.watch();
    const base = wasmBase?.toString() ?? null;
    this.#tell({ type: "load", backend, threads, throttle, wasmBase: base, hardware });
  }

  /** Gives work, which waits for the solver where it is not ready yet; from its beginning silence is an error. */
  work(assignment: Assignment): void {
    if (this.#settleReady !== undefined) {
      this.#early = assignment;
      return;
    }
    this.#watchdog.watch();
    this.#tell({ type: "work", assignment });
  }

  /** Takes the work away. */
  idle(generation: number): void {
    if (this.#settleReady !== undefined) {
      this.#early = undefined;
      return;
    }
    this.#watchdog.rest();
    this.#tell({ type: "idle", generation });
  }

  /** Changes the part of the time that the solver may work. */
  throttle(throttle: number): void {
    this.#tell({ type: "throttle", throttle });
  }

  /** Ends the worker and with it its threads; resolves when they are gone. */
  async end(): Promise<void> {
    if (!this.#over && livesAreKnown()) {
      // Ended in the middle of a slice, a worker takes the browser two seconds; at rest, none.
      this.#tell({ type: "end" });
      const farewell = setTimeout(() => {
        this.#worker.terminate();
      }, FAREWELL_MS);
      this.#finish();
      await lifeEnded(this.#life, ENDING_MS);
      clearTimeout(farewell);
    }
    this.#finish();
    this.#worker.terminate();
    await lifeEnded(this.#life, ENDING_MS);
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#loadTimer);
    this.#watchdog.rest();
    this.#settleReady?.reject(new MinerError("stopped", "stopped before the solver was ready"));
    this.#settleReady = undefined;
  }

  #tell(message: ToSolver): void {
    if (!this.#over) this.#worker.postMessage(message);
  }

  #hear(message: FromSolver): void {
    if (this.#over) return;
    switch (message.type) {
      case "ready":
        clearTimeout(this.#loadTimer);
        this.#watchdog.rest();
        this.#settleReady?.resolve({
          memoryBytes: message.memoryBytes,
          adapter: message.adapter ?? null,
        });
        this.#settleReady = undefined;
        if (this.#early !== undefined) this.work(this.#early);
        this.#early = undefined;
        break;
      case "alive":
        this.#watchdog.heard();
        break;
      case "low":
        this.#watchdog.heard();
        this.#listener.low(message.generation);
        break;
      case "outcome":
        this.#watchdog.heard();
        this.#listener.outcome(message);
        break;
      case "failed":
        this.#fail(message.code, message.message);
    }
  }

  #fail(code: MinerErrorCode, message: string): void {
    if (this.#over) return;
    const error =
      code === "out-of-memory" && this.#backend !== "gpu"
        ? refusedMemory(this.#backend, this.#threads, message)
        : new MinerError(code, message);
    const loading = this.#settleReady;
    this.#settleReady = undefined;
    this.#finish();
    this.#worker.terminate();
    if (loading === undefined) this.#listener.failed(error);
    else loading.reject(error);
  }
}
