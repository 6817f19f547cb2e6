import { type ConnectionInput, type ConnectionState, stateAfter } from "./connection-state.js";
import { type Job, JobBook } from "./job-book.js";
import { PendingRequests, type Reply, type Requester } from "./pending-requests.js";
import { PoolSocket, type WebSocketClass } from "./pool-socket.js";
import { parseServerLine, type ServerMessage } from "./server-message.js";
import { checkShare, type Share, submitParams, type Verdict, verdictFrom } from "./share.js";
import { StratumError } from "./stratum-error.js";
import type { Deadlines } from "./stratum-options.js";
import type { SubmittedShares } from "./submitted-shares.js";
import { parseSubscription, PROTOCOL, type Subscription } from "./subscription.js";

/** What all sessions of a client share. */
export interface SessionSettings {
  readonly socketClass: WebSocketClass;
  readonly worker: string;
  readonly password: string;
  readonly deadlines: Deadlines;
  readonly submitted: SubmittedShares;
  /** Goes on over connections, so that no job of an old one is taken for a job of a new one. */
  readonly nextJobSequence: () => number;
}

/** What a session tells the client. After `ended` it tells nothing more. */
export interface SessionListener {
  moved(input: ConnectionInput): void;
  subscribed(subscription: Subscription): void;
  /** New work, from `ready` on. */
  job(job: Job): void;
  /** The current job with a new target, from `ready` on. */
  target(job: Job): void;
  late(share: Share, verdict: Verdict): void;
  unexpected(error: StratumError): void;
  /** The pool asks to connect anew, to where its parameters say. */
  reconnect(host: string | null, port: string | null): void;
  ended(error: StratumError): void;
}

const USER_AGENT = "aion-web-miner/0.1.0";

// What a pool may say of jobs before it has answered subscribe; a server that goes on and on is none.
const MAX_EARLY = 32;

/** One connection to one pool, from the opening of its socket to its end, in the states of {@link ConnectionState}. */
export class PoolSession {
  readonly #settings: SessionSettings;
  readonly #listener: SessionListener;
  readonly #socket: PoolSocket;
  readonly #pending = new PendingRequests();
  readonly #early: ServerMessage[] = [];
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;
  #firstJobTimer: ReturnType<typeof setTimeout> | undefined;
  #state: ConnectionState = "connecting";
  #requestId = 0;
  #book: JobBook | undefined;
  #linesHeard = 0;
  #leaving = false;

  /** Begins to connect. Throws where the socket class does. */
  constructor(pool: string, settings: SessionSettings, listener: SessionListener) {
    this.#settings = settings;
    this.#listener = listener;
    this.#socket = new PoolSocket(settings.socketClass, pool, settings.deadlines.open, {
      opened: () => {
        this.#move("opened");
        this.#subscribe();
      },
      line: (line) => {
        this.#take(line);
      },
      lost: (error) => {
        this.#end((method) => new StratumError("connection-lost", `no reply to ${method}: ${error.message}`));
        if (!this.#leaving) listener.ended(error);
      },
    });
  }

  /** The newest job, if there is one. */
  get job(): Job | undefined {
    return this.#book?.current;
  }

  /** The job of that sequence with its newest target, or undefined where no share for it would count any more. */
  liveJob(sequence: number): Job | undefined {
    return this.#state === "ready" ? this.#book?.live(sequence) : undefined;
  }

  /** See `StratumClient.submit`. */
  submit(share: Share, signal?: AbortSignal): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#state !== "ready") throw new StratumError("not-ready", `cannot submit while ${this.#state}`);
      if (this.#book?.live(share.job.sequence) === undefined) {
        throw new StratumError("stale-job", `job ${share.job.id} is no longer worked on`);
      }
      checkShare(share);
      if (!this.#settings.submitted.claim(share)) {
        throw new StratumError(
          "duplicate-share",
          `a share for the header of job ${share.job.id} and this nonce was submitted before`,
        );
      }
      const { worker, deadlines } = this.#settings;
      const heardBefore = this.#linesHeard;
      const giveUp = (): void => {
        reject(signal?.reason as Error);
      };
      signal?.addEventListener("abort", giveUp);
      this.#request("mining.submit", submitParams(worker, share, Date.now()), deadlines.submit, {
        replied: (reply) => {
          signal?.removeEventListener("abort", giveUp);
          const verdict = verdictFrom(reply);
          if (signal?.aborted === true) this.#listener.late(share, verdict);
          else resolve(verdict);
        },
        failed: (error) => {
          signal?.removeEventListener("abort", giveUp);
          reject(error);
          // Servers under load leave submits unanswered, but then they say other things.
          if (error.code === "reply-timeout" && this.#linesHeard === heardBefore) this.#askForLife();
        },
        late: (reply) => {
          this.#listener.late(share, verdictFrom(reply));
        },
      });
    });
  }

  /** Ends the connection because of `error`, as if it had been lost by it. */
  fail(error: StratumError): void {
    this.#socket.fail(error);
  }

  /** Ends the connection and tells nobody but those who wait for replies. */
  close(reason: (method: string) => StratumError): void {
    // The socket first: a failing handshake request must not end the connection a second time.
    this.#socket.close();
    this.#end(reason);
  }

  /** No more jobs: stays until the open requests have their replies or their deadlines, and closes. */
  leave(): void {
    this.#leaving = true;
    this.#leaveWhenDone();
  }

  /** True where the socket is of no use any more. */
  get over(): boolean {
    return this.#socket.over;
  }

  #leaveWhenDone(): void {
    if (this.#leaving && !this.over && this.#pending.size === 0)
      this.close((method) => new StratumError("stopped", `left before the reply to ${method}`));
  }

  #end(reason: (method: string) => StratumError): void {
    clearTimeout(this.#firstJobTimer);
    clearTimeout(this.#silenceTimer);
    this.#book = undefined;
    this.#pending.failAll(reason);
  }

  #subscribe(): void {
    this.#handshake("mining.subscribe", [USER_AGENT, PROTOCOL], ({ result, error }) => {
      const subscription = parseSubscription(result, error);
      this.#book = new JobBook(subscription.dialect, subscription.extraNonce1);
      this.#move("subscribed");
      this.#listener.subscribed(subscription);
      this.#authorize();
      for (const message of this.#early.splice(0)) this.#handle(message);
    });
  }

  #authorize(): void {
    const { worker, password, deadlines } = this.#settings;
    this.#handshake("mining.authorize", [worker, password], ({ result, error }) => {
      if (result !== true) {
        const words = error === null ? "" : `: ${error.message}`;
        throw new StratumError("unauthorized", `the pool does not accept this worker${words}`);
      }
      this.#move("authorized");
      if (this.over) return;
      this.#awaitSilence();
      this.#firstJobTimer = setTimeout(() => {
        const seconds = deadlines.firstJob / 1000;
        this.fail(
          new StratumError("no-job", `the pool authorized this worker and sent no job within ${seconds} s`),
        );
      }, deadlines.firstJob);
      this.#offer(this.job);
    });
  }

  /** Hands out a job, if there is one and the pool has authorized. */
  #offer(job: Job | undefined): void {
    if (job === undefined || this.#leaving) return;
    if (this.#state === "authorized") {
      clearTimeout(this.#firstJobTimer);
      this.#move("job");
    }
    if (this.#state === "ready") this.#listener.job(job);
  }

  #awaitSilence(): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => {
      this.#askForLife();
    }, this.#settings.deadlines.silence);
  }

  /**
   * Browsers answer a proxy's pings by themselves and tell nobody, so a page cannot see that a quiet connection is dead.
   * Both server families answer this request, if only by an error; whatever is said within the deadline is life.
   */
  #askForLife(): void {
    if (this.#leaving) return;
    const heardBefore = this.#linesHeard;
    const { handshake } = this.#settings.deadlines;
    this.#request("mining.extranonce.subscribe", [], handshake, {
      replied: () => undefined,
      failed: ({ code }) => {
        if (code !== "reply-timeout" || this.#linesHeard !== heardBefore) return;
        this.fail(
          new StratumError("connection-lost", `the pool gave no sign of life within ${handshake / 1000} s`),
        );
      },
    });
  }

  /** A request whose failure, or an error thrown by `replied`, ends the connection. */
  #handshake(method: string, params: readonly unknown[], replied: (reply: Reply) => void): void {
    this.#request(method, params, this.#settings.deadlines.handshake, {
      replied,
      failed: (error) => {
        this.fail(error);
      },
    });
  }

  #request(method: string, params: readonly unknown[], deadlineMs: number, requester: Requester): void {
    // Whoever was told of the last step may have stopped the client.
    if (this.over) {
      requester.failed(new StratumError("stopped", `stopped before ${method} was sent`));
      return;
    }
    const id = ++this.#requestId;
    this.#pending.expect(id, method, deadlineMs, {
      replied: (reply) => {
        requester.replied(reply);
        this.#leaveWhenDone();
      },
      failed: (error) => {
        requester.failed(error);
        this.#leaveWhenDone();
      },
      late: (reply) => requester.late?.(reply),
    });
    this.#socket.send(JSON.stringify({ id, method, params }));
  }

  #take(line: string): void {
    this.#linesHeard++;
    if (this.#state === "authorized" || this.#state === "ready") this.#awaitSilence();
    try {
      this.#handle(parseServerLine(line));
    } catch (error) {
      if (!(error instanceof StratumError)) throw error;
      this.fail(error);
    }
  }

  #handle(message: ServerMessage): void {
    switch (message.kind) {
      case "reply":
        this.#settle(message.id, message);
        break;
      case "reconnect":
        if (!this.#leaving) this.#listener.reconnect(message.host, message.port);
        break;
      case "unknown":
        break;
      default:
        if (this.#book === undefined) this.#keep(message);
        else this.#work(this.#book, message);
    }
  }

  /** Replies come out of order for real: what depends on the subscription waits for it. */
  #keep(message: ServerMessage): void {
    if (this.#early.length === MAX_EARLY) {
      throw new StratumError("bad-job", `the pool sent ${MAX_EARLY} jobs and more before it subscribed us`);
    }
    this.#early.push(message);
  }

  #work(book: JobBook, message: Extract<ServerMessage, { kind: "notify" | "target" | "extranonce" }>): void {
    switch (message.kind) {
      case "notify": {
        const { jobId: id, clean, target, headerHash } = message;
        const before = book.current;
        const job = book.enter({ id, headerHash, target, clean }, this.#settings.nextJobSequence);
        if (job !== before) this.#offer(job);
        break;
      }
      case "target": {
        const job = book.retarget(message.target, message.explicit);
        if (job !== undefined && this.#state === "ready" && !this.#leaving) this.#listener.target(job);
        break;
      }
      case "extranonce":
        book.setExtraNonce1(message.extraNonce1);
    }
  }

  #settle(id: number | null, reply: Reply): void {
    if (this.#pending.settle(id, reply)) return;
    const shown = id === null ? "without an id" : `with id ${id}`;
    this.#listener.unexpected(
      new StratumError("unexpected-reply", `the pool sent a reply ${shown} that no request waits for`),
    );
  }

  #move(input: ConnectionInput): void {
    this.#state = stateAfter(this.#state, input);
    this.#listener.moved(input);
  }
}
