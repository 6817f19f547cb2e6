import { Backoff } from "./backoff.js";
import { type ConnectionInput, type ConnectionState, nextState } from "./connection-state.js";
import { bytesFromHex, hexFromBytes } from "./hex.js";
import { type Job, JobBook } from "./job-book.js";
import { PendingRequests, type Reply, type Requester } from "./pending-requests.js";
import { PoolSocket, type WebSocketClass } from "./pool-socket.js";
import { parseServerLine, type ServerMessage } from "./server-message.js";
import { StratumError } from "./stratum-error.js";
import {
  checkStratumOptions,
  DEFAULT_DEADLINES,
  type Deadlines,
  type StratumOptions,
} from "./stratum-options.js";
import { describeSubscription, parseSubscription, PROTOCOL } from "./subscription.js";
import { TypedEventTarget } from "./typed-events.js";

/** A solution to submit. */
export interface Share {
  /** The job it was found for. */
  readonly job: Job;
  /** The nonce bytes after the job's extraNonce1. */
  readonly extraNonce2: Uint8Array;
  /** The 1408 bytes of the solution as hex, without a length prefix. */
  readonly solution: string;
}

/** What the pool said of a share. */
export interface Verdict {
  readonly accepted: boolean;
  /** The pool's code and words for a rejection. */
  readonly code: number | null;
  readonly reason: string | null;
}

/** What a {@link StratumClient} tells; each is the `detail` of an event of that name. */
export interface StratumClientEvents {
  state: { readonly state: ConnectionState; readonly previous: ConnectionState };
  /** New work, from `ready` on. */
  job: Job;
  /** The current job with a new target. */
  target: Job;
  /** A verdict that came after its deadline; the submit itself has failed with `reply-timeout`. */
  late: Verdict;
  /** Something worth a line in a log. */
  notice: {
    readonly code: "subscribed" | "reconnect-followed" | "reconnect-ignored";
    readonly message: string;
  };
  /** `retryInMs` is null where no new connection follows from it. */
  error: { readonly error: StratumError; readonly retryInMs: number | null };
}

const USER_AGENT = "aion-web-miner/0.1.0";

/** The compact size of 1408, which every pool takes in front of a solution. */
const SOLUTION_PREFIX = "fd8005";
const SOLUTION_DIGITS = 2816;
const NONCE_BYTES = 32;

/**
 * A miner's side of stratum over a WebSocket. Both families of servers are recognised from what they say; see
 * {@link TRANSITIONS} for the life of a connection and {@link StratumErrorCode} for what can go wrong in it.
 */
export class StratumClient extends TypedEventTarget<StratumClientEvents> {
  readonly #options: StratumOptions;
  readonly #deadlines: Deadlines;
  readonly #backoff: Backoff;
  #state: ConnectionState = "idle";
  #socket: PoolSocket | undefined;
  #pending = new PendingRequests();
  #book: JobBook | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #requestId = 0;
  #jobSequence = 0;

  /** Throws a `bad-options` {@link StratumError} where an option cannot be used. Connects nowhere yet. */
  constructor(options: StratumOptions) {
    super();
    checkStratumOptions(options);
    this.#options = options;
    this.#deadlines = { ...DEFAULT_DEADLINES, ...options.deadlines };
    this.#backoff = new Backoff(options.random);
  }

  /** Where the connection is in its life. */
  get state(): ConnectionState {
    return this.#state;
  }

  /** Begins to connect. Throws `no-websocket` where the environment has none; does nothing after the first call. */
  start(): void {
    if (this.#state !== "idle") return;
    const socketClass = this.#options.WebSocket ?? environmentWebSocket();
    if (socketClass === undefined) {
      throw new StratumError("no-websocket", "this environment has no WebSocket: pass one in the options");
    }
    this.#move("start");
    this.#connect(socketClass);
  }

  /** Ends the connection for good. Open submits fail with `stopped`. */
  stop(): void {
    if (this.#state === "stopped") return;
    this.#end("stop", (method) => new StratumError("stopped", `stopped before the reply to ${method}`));
  }

  /** The job of that sequence with its newest target, or undefined where no share for it would count any more. */
  liveJob(sequence: number): Job | undefined {
    return this.#state === "ready" ? this.#book?.live(sequence) : undefined;
  }

  /**
   * Submits a share and resolves with the pool's verdict. Rejects with a {@link StratumError}: `not-ready`, `stale-job`,
   * `duplicate-share` or `bad-share` where it was not sent; `reply-timeout`, `connection-lost` or `stopped` where the
   * pool never said. Whether a share meets the target is the caller's to check: {@link liveJob} has the newest.
   */
  async submit({ job, extraNonce2, solution }: Share): Promise<Verdict> {
    if (this.#state !== "ready") throw new StratumError("not-ready", `cannot submit while ${this.#state}`);
    if (this.#book?.live(job.sequence) === undefined) {
      throw new StratumError("stale-job", `job ${job.id} is no longer worked on`);
    }
    const wanted = NONCE_BYTES - job.extraNonce1.length;
    if (extraNonce2.length !== wanted) {
      throw new StratumError("bad-share", `extraNonce2 must have ${wanted} bytes, not ${extraNonce2.length}`);
    }
    if (solution.length !== SOLUTION_DIGITS || bytesFromHex(solution) === undefined) {
      throw new StratumError(
        "bad-share",
        `a solution is ${SOLUTION_DIGITS} hex digits, not ${solution.length}`,
      );
    }
    const extraNonce2Hex = hexFromBytes(extraNonce2);
    if (!this.#book.claim(job.sequence, extraNonce2Hex)) {
      throw new StratumError(
        "duplicate-share",
        `a share for job ${job.id} and this nonce was submitted before`,
      );
    }
    const nTime = Math.floor(Date.now() / 1000)
      .toString(16)
      .padStart(16, "0");
    const params = [this.#options.worker, job.id, nTime, extraNonce2Hex, SOLUTION_PREFIX + solution];
    return new Promise((resolve, reject) => {
      this.#request("mining.submit", params, this.#deadlines.submit, {
        replied: (reply) => {
          resolve(verdictFrom(reply));
        },
        failed: reject,
      });
    });
  }

  #connect(socketClass: WebSocketClass): void {
    const { pool } = this.#options;
    this.#pending = new PendingRequests();
    this.#book = undefined;
    try {
      this.#socket = new PoolSocket(socketClass, pool, this.#deadlines.open, {
        opened: () => {
          this.#move("opened");
          this.#subscribe();
        },
        line: (line) => {
          this.#take(line);
        },
        lost: (error) => {
          this.#lose(error, socketClass);
        },
      });
    } catch (cause) {
      // Browsers throw here for what a page may not open at all, such as ws: from a page served over https.
      this.#lose(
        new StratumError("not-allowed", `the browser refuses to connect to ${pool}`, { cause }),
        socketClass,
      );
    }
  }

  #subscribe(): void {
    this.#handshake("mining.subscribe", [USER_AGENT, PROTOCOL], ({ result, error }) => {
      const subscription = parseSubscription(result, error);
      this.#book = new JobBook(subscription.dialect, subscription.extraNonce1);
      this.#move("subscribed");
      this.emit("notice", { code: "subscribed", message: describeSubscription(subscription) });
      this.#authorize();
    });
  }

  #authorize(): void {
    const { worker, password } = this.#options;
    this.#handshake("mining.authorize", [worker, password ?? "x"], ({ result, error }) => {
      if (result !== true) {
        const words = error === null ? "" : `: ${error.message}`;
        throw new StratumError("unauthorized", `the pool does not accept this worker${words}`);
      }
      this.#backoff.reset();
      this.#move("authorized");
      const job = this.#book?.current;
      if (job !== undefined) this.emit("job", job);
    });
  }

  /** A request whose failure, or an error thrown by `replied`, ends the connection. */
  #handshake(method: string, params: readonly unknown[], replied: (reply: Reply) => void): void {
    const socket = this.#socket;
    this.#request(method, params, this.#deadlines.handshake, {
      replied,
      failed: (error) => {
        socket?.fail(error);
      },
    });
  }

  #request(method: string, params: readonly unknown[], deadlineMs: number, requester: Requester): void {
    const id = ++this.#requestId;
    this.#pending.expect(id, method, deadlineMs, requester);
    this.#socket?.send(JSON.stringify({ id, method, params }));
  }

  #take(line: string): void {
    try {
      this.#handle(parseServerLine(line));
    } catch (error) {
      if (!(error instanceof StratumError)) throw error;
      this.#socket?.fail(error);
    }
  }

  #handle(message: ServerMessage): void {
    switch (message.kind) {
      case "reply":
        this.#settle(message.id, message);
        break;
      case "notify": {
        if (this.#book === undefined)
          throw new StratumError("bad-job", "the pool sent a job before it subscribed us");
        const { jobId, clean, target, headerHash } = message;
        const job = this.#book.enter({ sequence: ++this.#jobSequence, id: jobId, headerHash, target, clean });
        if (this.#state === "ready") this.emit("job", job);
        break;
      }
      case "target": {
        if (this.#book === undefined)
          throw new StratumError("bad-target", "the pool sent a target before it subscribed us");
        const job = this.#book.retarget(message.target, message.explicit);
        if (job !== undefined && this.#state === "ready") this.emit("target", job);
        break;
      }
      case "extranonce":
        this.#book?.setExtraNonce1(message.extraNonce1);
        break;
      case "reconnect":
        this.#reconnect(message.host, message.port);
        break;
      case "unknown":
        break;
    }
  }

  #settle(id: number | null, reply: Reply): void {
    switch (this.#pending.settle(id, reply)) {
      case "settled":
        break;
      case "late":
        this.emit("late", verdictFrom(reply));
        break;
      case "unexpected": {
        const shown = id === null ? "without an id" : `with id ${id}`;
        const error = new StratumError(
          "unexpected-reply",
          `the pool sent a reply ${shown} that no request waits for`,
        );
        this.emit("error", { error, retryInMs: null });
      }
    }
  }

  #reconnect(host: string | null, port: string | null): void {
    const own = new URL(this.#options.pool);
    if ((host !== null && host !== own.hostname) || (port !== null && port !== "0" && port !== own.port)) {
      const message = `the pool asks to move to ${host ?? ""}:${port ?? ""}: only the chosen pool is used`;
      this.emit("notice", { code: "reconnect-ignored", message });
      return;
    }
    this.emit("notice", { code: "reconnect-followed", message: "the pool asks to connect anew" });
    this.#socket?.fail(new StratumError("connection-lost", "the pool asked to connect anew"));
  }

  /** After a connection has ended: waits for the next try, or stops where no try can help. */
  #lose(error: StratumError, socketClass: WebSocketClass): void {
    if (error.final) {
      this.#end(
        "refused",
        (method) => new StratumError("connection-lost", `no reply to ${method}: ${error.message}`),
      );
      this.emit("error", { error, retryInMs: null });
      return;
    }
    const waitMs = this.#backoff.next();
    this.#drop((method) => new StratumError("connection-lost", `no reply to ${method}: ${error.message}`));
    this.#move("lost");
    this.#retryTimer = setTimeout(() => {
      this.#move("retry");
      this.#connect(socketClass);
    }, waitMs);
    this.emit("error", { error, retryInMs: waitMs });
  }

  #end(input: "refused" | "stop", reason: (method: string) => StratumError): void {
    clearTimeout(this.#retryTimer);
    this.#drop(reason);
    this.#move(input);
  }

  /** Ends the socket first: a failing handshake request must not end the connection a second time. */
  #drop(reason: (method: string) => StratumError): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#book = undefined;
    this.#pending.failAll(reason);
  }

  #move(input: ConnectionInput): void {
    const previous = this.#state;
    const state = nextState(previous, input);
    if (state === undefined) throw new Error(`connection state ${previous} knows no ${input}`);
    this.#state = state;
    this.emit("state", { state, previous });
  }
}

function environmentWebSocket(): WebSocketClass | undefined {
  return (globalThis as { WebSocket?: WebSocketClass }).WebSocket;
}

function verdictFrom({ result, error }: Reply): Verdict {
  if (result === true && error === null) return { accepted: true, code: null, reason: null };
  return { accepted: false, code: error?.code ?? null, reason: error?.message ?? "no reason given" };
}
