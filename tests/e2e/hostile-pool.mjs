// A TCP pool that misbehaves: `script(socket, connection)` gets every connection, counted from 0.
import { createServer } from "node:net";

export async function startHostilePool(script) {
  let connections = 0;
  const sockets = new Set();
  const submits = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A client that hangs up on a misbehaving pool is no fault of the test.
    socket.on("error", () => undefined);
    let buffered = "";
    socket.setEncoding("utf8").on("data", (text) => {
      buffered += text;
      const lines = buffered.split("\n");
      buffered = lines.pop();
      for (const line of lines) {
        const request = JSON.parse(line);
        if (request.method === "mining.submit") submits.push(line);
        socket.emit("request", request);
      }
    });
    script(socket, connections++);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${server.address().port}`,
    submits,
    get connections() {
      return connections;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers subscribe and authorize as a solo pool does, without a job. */
export function greet(socket) {
  socket.on("request", ({ id, method }) => {
    if (method === "mining.subscribe")
      socket.write(`{"id":${id},"result":[null,"0011223344556677"],"error":null}\n`);
    if (method === "mining.authorize") socket.write(`{"id":${id},"result":true,"error":null}\n`);
  });
}
