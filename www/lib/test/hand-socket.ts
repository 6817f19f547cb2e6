import type { WebSocketClass } from "../src/pool-socket.js";

/** A socket whose other end is the test itself: nothing happens, and no timer runs, but by its hand. */
export class HandSocket extends EventTarget {
  /** All that were made, until a test empties it. */
  static readonly all: HandSocket[] = [];
  readonly sent: string[] = [];
  closed = false;

  constructor() {
    super();
    HandSocket.all.push(this);
  }

  /** The newest one. */
  static get last(): HandSocket {
    return HandSocket.all.at(-1) ?? new HandSocket();
  }

  send(line: string): void {
    this.sent.push(line);
  }

  close(): void {
    this.closed = true;
  }

  opens(): void {
    this.dispatchEvent(new Event("open"));
  }

  says(...lines: string[]): void {
    for (const data of lines) this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }

  hangsUp(code = 1006): void {
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason: "" }));
  }
}

/** The same as the class of sockets of a client. */
export const HandSocketClass = HandSocket as unknown as WebSocketClass;
