import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** A request as the client sent it. */
export interface ClientRequest {
  readonly id: number;
  readonly method: string;
  readonly params: readonly string[];
}

/** One connection of a client, from the pool's side. */
export class Peer {
  readonly #socket: WebSocket;
  readonly #queue: string[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(socket: WebSocket, seen: ClientRequest[]) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      const line = data.toString();
      seen.push(JSON.parse(line) as ClientRequest);
      this.#queue.push(line);
      this.#wake?.();
    });
    socket.on("close", () => {
      this.#closed = true;
      this.#wake?.();
    });
  }

  /** The next line, or undefined where the client hung up. */
  async receiveLine(): Promise<string | undefined> {
    while (this.#queue.length === 0 && !this.#closed) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#queue.shift();
  }

  /** The next request; throws where it is not `method` or the client hung up. */
  async receive(method: string): Promise<ClientRequest> {
    const line = await this.receiveLine();
    const request = line === undefined ? undefined : (JSON.parse(line) as ClientRequest);
    if (request?.method !== method)
      throw new Error(`expected ${method}, got ${request?.method ?? "a hang-up"}`);
    return request;
  }

  /** Receives a request of that method and sends a reply with its id and these members. */
  async answer(method: string, members: string): Promise<ClientRequest> {
    const request = await this.receive(method);
    this.send(`{"id":${request.id},${members}}`);
    return request;
  }

  /** Sends each text as it is, in a message of its own. */
  send(...lines: string[]): void {
    for (const line of lines) this.#socket.send(line);
  }

  /** Sends a text as one message of as many frames as it has bytes, with pings between some of them. */
  sendInFragments(text: string): void {
    const bytes = Buffer.from(text);
    for (const [i, byte] of bytes.entries()) {
      this.#socket.send(Buffer.of(byte), { binary: false, fin: i === bytes.length - 1 });
      // A client takes a ping after each for an attack.
      if (i % 50 === 1) this.#socket.ping();
    }
  }

  sendBinary(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason);
  }

  /** Ends the TCP connection without a closing handshake. */
  hangUp(): void {
    this.#socket.terminate();
  }
}

/** What a pool does with its n-th connection, counted from 0. */
export type Script = (peer: Peer, connection: number) => void | Promise<void>;

/** A WebSocket server on a free loopback port that follows a script. */
export class ScriptedPool {
  readonly #server: WebSocketServer;
  /** Every request of every connection, in order of arrival. */
  readonly requests: ClientRequest[] = [];

  private constructor(server: WebSocketServer, script: Script) {
    this.#server = server;
    let connections = 0;
    server.on("connection", (socket) => {
      const peer = new Peer(socket, this.requests);
      // A script that still waits for a client that is gone ends by its error.
      Promise.resolve(script(peer, connections++)).catch(() => undefined);
    });
  }

  static async listen(script: Script): Promise<ScriptedPool> {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await new Promise<void>((resolve) => server.once("listening", resolve));
    return new ScriptedPool(server, script);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/pool/test`;
  }

  get submits(): ClientRequest[] {
    return this.requests.filter(({ method }) => method === "mining.submit");
  }

  async close(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }
}
