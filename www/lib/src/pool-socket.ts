import { closeError } from "./close-codes.js";
import { MAX_LINE_BYTES, StratumError } from "./stratum-error.js";

/** The part of a WebSocket that is used; browsers' own fits, and so does the one of the npm package `ws`. */
export interface WebSocketLike {
  /** Sends one text message. */
  send(data: string): void;
  /** Begins to close. */
  close(code?: number, reason?: string): void;
  /** It is open, or has failed; a `close` follows a failure. */
  addEventListener(type: "open" | "error", listener: () => void): void;
  /** A message; `data` is a string where it is text. */
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  /** It is closed, with the code and reason of RFC 6455. */
  addEventListener(type: "close", listener: (event: { code: number; reason: string }) => void): void;
}

/** A class of such sockets. */
export type WebSocketClass = new (url: string) => WebSocketLike;

/** What a {@link PoolSocket} tells its owner; after `lost` it tells nothing more. */
export interface PoolSocketListener {
  opened(): void;
  line(line: string): void;
  lost(error: StratumError): void;
}

/**
 * One WebSocket to the proxy: one text message is one line, without its line feed. Messages with several lines, as a
 * plain TCP bridge may send them, are taken apart.
 */
export class PoolSocket {
  readonly #socket: WebSocketLike;
  readonly #listener: PoolSocketListener;
  readonly #openTimer: ReturnType<typeof setTimeout>;
  #opened = false;
  #over = false;

  /** Starts opening `url`; gives up with `pool-unreachable` after `openDeadlineMs`. */
  constructor(
    socketClass: WebSocketClass,
    url: string,
    openDeadlineMs: number,
    listener: PoolSocketListener,
  ) {
    this.#listener = listener;
    this.#socket = new socketClass(url);
    this.#openTimer = setTimeout(() => {
      this.fail(new StratumError("pool-unreachable", `no connection within ${openDeadlineMs / 1000} s`));
    }, openDeadlineMs);
    this.#socket.addEventListener("open", () => {
      if (this.#over) return;
      this.#opened = true;
      clearTimeout(this.#openTimer);
      listener.opened();
    });
    this.#socket.addEventListener("message", ({ data }) => {
      this.#take(data);
    });
    // A failed socket fires close too; without a listener, ws would throw the error.
    this.#socket.addEventListener("error", () => undefined);
    this.#socket.addEventListener("close", ({ code, reason }) => {
      this.fail(closeError(this.#opened, code, reason));
    });
  }

  /** True once the connection has ended, or was. */
  get over(): boolean {
    return this.#over;
  }

  /** Sends one line. */
  send(line: string): void {
    if (!this.#over) this.#socket.send(line);
  }

  /** Ends the connection because of `error`, which the listener is told. */
  fail(error: StratumError): void {
    if (this.#over) return;
    this.close();
    this.#listener.lost(error);
  }

  /** Ends the connection and tells nobody. */
  close(): void {
    this.#over = true;
    clearTimeout(this.#openTimer);
    this.#socket.close();
  }

  #take(data: unknown): void {
    if (typeof data !== "string") {
      this.fail(new StratumError("bad-line", "the pool sent a binary message"));
      return;
    }
    for (const line of data.split("\n")) {
      if (this.#over) return;
      if (isTooLong(line)) {
        this.fail(new StratumError("line-too-long", `the pool sent a line over ${MAX_LINE_BYTES} bytes`));
      } else if (line.trim() !== "") {
        this.#listener.line(line);
      }
    }
  }
}

// UTF-8 takes one to three bytes per UTF-16 unit, so most lines need no encoding to be measured.
function isTooLong(line: string): boolean {
  if (line.length > MAX_LINE_BYTES) return true;
  return line.length * 3 > MAX_LINE_BYTES && new TextEncoder().encode(line).length > MAX_LINE_BYTES;
}
