import { MinerError } from "./miner-error.js";
import type { BackendOption } from "./miner-options.js";
import { type Ready, SolverHost, type SolverOptions } from "./solver-host.js";
import type { Assignment, Backend, CpuBackend, FromSolver } from "./worker-messages.js";

/** What the solvers of a session are. */
export interface SolversOptions extends Pick<SolverOptions, "threads" | "throttle" | "wasmBase"> {
  readonly wanted: BackendOption;
  /** How the CPU's solver runs here. */
  readonly cpu: CpuBackend;
  readonly workerUrl: string | URL | undefined;
  readonly gpuWorkerUrl: string | URL | undefined;
}

/** What is asked of the miner, and told to it; after `failed` nothing more is. */
export interface SolversListener {
  /** More nonces of the same work, or undefined where there are none. */
  more(generation: number): Assignment | undefined;
  outcome(backend: Backend, message: Extract<FromSolver, { type: "outcome" }>): void;
  /** A solver is ready, or (null) gone. */
  ready(backend: Backend, ready: Ready | null): void;
  /** The GPU is not to be had any more, and the CPU works on. */
  fellBack(error: MinerError): void;
  /** The CPU's solver fell silent, and another one takes its place. */
  restarted(error: MinerError): void;
  failed(error: MinerError): void;
}

/**
 * The solvers of a session: the CPU's, a GPU's, or both. A GPU that fails, in the middle or at the start, is replaced by the
 * CPU; only where the CPU fails too is anything lost. A CPU's solver that falls silent at work is replaced once by another.
 */
export class Solvers {
  readonly #options: SolversOptions;
  readonly #listener: SolversListener;
  readonly #hosts = new Map<Backend, SolverHost>();
  /** Hosts that are being ended, so that nobody is forgotten. */
  readonly #ending: Promise<void>[] = [];
  #throttle: number;
  /** The work under way, for a solver that comes later. */
  #generation: number | undefined;
  /** Whether a silent solver was replaced already: one that falls silent again would do so for ever. */
  #restarted = false;
  #over = false;

  /** Resolves when one can work; rejects with a {@link MinerError} when none can. */
  readonly ready: Promise<void>;

  constructor(options: SolversOptions, listener: SolversListener) {
    this.#options = options;
    this.#listener = listener;
    this.#throttle = options.throttle;
    const { wanted, cpu } = options;
    const first: Backend[] = wanted === "cpu" ? [cpu] : wanted === "both" ? [cpu, "gpu"] : ["gpu"];
    this.ready = Promise.any(first.map((backend) => this.#start(backend))).catch((cause: unknown) => {
      // Of several reasons the CPU's, which comes first, is the last straw.
      throw cause instanceof AggregateError ? cause.errors[0] : cause;
    });
    // A start that fails for another reason no longer waits for it.
    this.ready.catch(() => undefined);
  }

  /** Gives work to all: the nonces to the first, further ones to the second. */
  work(assignment: Assignment): void {
    const { generation, drop } = assignment;
    this.#generation = generation;
    let mine: Assignment | undefined = assignment;
    for (const host of this.#hosts.values()) {
      mine ??= this.#listener.more(generation);
      if (mine === undefined) return;
      host.work({ ...mine, drop });
      mine = undefined;
    }
  }

  /** Takes all work away. */
  idle(generation: number): void {
    this.#generation = undefined;
    for (const host of this.#hosts.values()) host.idle(generation);
  }

  /** Changes the part of the time that solvers may work. */
  throttle(throttle: number): void {
    this.#throttle = throttle;
    for (const host of this.#hosts.values()) host.throttle(throttle);
  }

  /** Ends all workers; resolves when they are gone. */
  async end(): Promise<void> {
    this.#over = true;
    const hosts = [...this.#hosts.values()];
    this.#hosts.clear();
    await Promise.all([...hosts.map((host) => host.end()), ...this.#ending]);
  }

  #isOver(): boolean {
    return this.#over;
  }

  /** Starts a solver; resolves when it, or the one that takes its place, is ready. */
  async #start(backend: Backend): Promise<void> {
    const { threads, wasmBase, workerUrl, gpuWorkerUrl, wanted } = this.#options;
    const host = new SolverHost(
      {
        backend,
        threads,
        throttle: this.#throttle,
        hardware: wanted === "auto",
        workerUrl: backend === "gpu" ? gpuWorkerUrl : workerUrl,
        wasmBase,
      },
      {
        low: (generation) => {
          const work = this.#listener.more(generation);
          if (work !== undefined) host.work(work);
        },
        outcome: (message) => {
          this.#listener.outcome(backend, message);
        },
        failed: (error) => {
          this.#lost(backend, host, error).catch((cause: unknown) => {
            if (cause instanceof MinerError) this.#listener.failed(cause);
          });
        },
      },
    );
    this.#hosts.set(backend, host);
    try {
      const ready = await host.ready;
      this.#listener.ready(backend, ready);
    } catch (error) {
      if (this.#over || backend !== "gpu" || !(error instanceof MinerError)) {
        this.#hosts.delete(backend);
        throw error;
      }
      await this.#lost(backend, host, error);
    }
  }

  /** A solver is gone: the CPU takes a GPU's place; nothing takes the CPU's, but another one that of a silent one, once. */
  async #lost(backend: Backend, host: SolverHost, error: MinerError): Promise<void> {
    if (this.#over) return;
    this.#hosts.delete(backend);
    const ended = host.end();
    this.#ending.push(ended);
    this.#listener.ready(backend, null);
    if (backend !== "gpu") {
      if (error.code !== "solver-silent" || this.#restarted) {
        this.#listener.failed(error);
        return;
      }
      this.#restarted = true;
      this.#listener.restarted(error);
      // Two at once would take twice the memory.
      await ended;
      if (this.#isOver()) return;
      await this.#replace(backend);
      return;
    }
    const code = error.code.startsWith("gpu-") ? error.code : "gpu-failed";
    const message = `the CPU goes on without the GPU: ${error.message}`;
    this.#listener.fellBack(new MinerError(code, message, { cause: error }));
    if (this.#hosts.size > 0) return;
    await this.#replace(this.#options.cpu);
  }

  /** Starts the CPU's solver in the place of one that is gone, with the work under way. */
  async #replace(cpu: CpuBackend): Promise<void> {
    const started = this.#start(cpu);
    const work = this.#generation === undefined ? undefined : this.#listener.more(this.#generation);
    if (work !== undefined) this.#hosts.get(cpu)?.work(work);
    await started;
  }
}
