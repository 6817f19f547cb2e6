import { createConnection, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** How a link carries the bytes of one connection. */
export interface Carriage {
  /** Milliseconds that each piece is held back, in both directions. */
  readonly delayMs?: number;
  /** True: each byte is sent as a piece of its own. */
  readonly bytewise?: boolean;
}

/** One connection over the link, whose faults the test commands. */
export class Carried {
  readonly #sockets: readonly [Socket, Socket];
  #frozen = false;

  constructor(client: Socket, server: Socket, carriage: Carriage) {
    this.#sockets = [client, server];
    this.#carry(client, server, carriage);
    this.#carry(server, client, carriage);
  }

  /** From here on nothing comes through and nobody is told: neither end learns that the other is gone. */
  freeze(): void {
    this.#frozen = true;
  }

  /** Both ends get a TCP reset. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #carry(from: Socket, to: Socket, { delayMs = 0, bytewise = false }: Carriage): void {
    from.setNoDelay(true);
    // One after the other, so that what is held back keeps its order.
    let carried = Promise.resolve();
    from.on("data", (chunk) => {
      carried = carried.then(async () => {
        if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
        for (const piece of bytewise ? chunk.subarray().entries() : [[0, chunk] as const]) {
          if (this.#frozen || to.destroyed) return;
          to.write(typeof piece[1] === "number" ? Uint8Array.of(piece[1]) : piece[1]);
          // Lets the byte go before the next one joins it.
          if (bytewise) await new Promise((resolve) => setImmediate(resolve));
        }
      });
    });
    from.on("close", () => {
      void carried.then(() => {
        if (!this.#frozen) to.destroy();
      });
    });
    // A reset is what the tests of it are about.
    from.on("error", () => undefined);
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** A TCP relay on a free loopback port, with the faults of a network. */
export class FaultyLink {
  readonly #server: Server;
  /** The connections so far, in order. */
  readonly connections: Carried[] = [];

  private constructor(server: Server, port: number, carriage: (connection: number) => Carriage) {
    this.#server = server;
    server.on("connection", (client) => {
      const toServer = createConnection(port, "127.0.0.1");
      this.connections.push(new Carried(client, toServer, carriage(this.connections.length)));
    });
  }

  /** A link to a WebSocket server; `carriage` is asked for each connection, counted from 0. */
  static async to(url: string, carriage: (connection: number) => Carriage = () => ({})): Promise<FaultyLink> {
    const server = createServer();
    const link = new FaultyLink(server, Number(new URL(url).port), carriage);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return link;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/pool/test`;
  }

  async close(): Promise<void> {
    for (const connection of this.connections) connection.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }
}
