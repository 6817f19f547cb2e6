import type { WebSocketClass } from "../src/pool-socket.js";

/** A socket whose other end is the test itself: nothing happens, and no timer runs, but by its hand. */
export class HandSocket extends EventTarget {
  /** The newest one. */
  static last = new HandSocket();

  constructor() {
    super();
    HandSocket.last = this;
  }

  send(): void {
    return;
  }

  close(): void {
    return;
  }

  opens(): void {
    this.dispatchEvent(new Event("open"));
  }

  says(...lines: string[]): void {
    for (const data of lines) this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }

  hangsUp(): void {
    this.dispatchEvent(Object.assign(new Event("close"), { code: 1006, reason: "" }));
  }
}

/** The same as the class of sockets of a client. */
export const HandSocketClass = HandSocket as unknown as WebSocketClass;
