// Chooses the port of `npm start`.
import { createServer } from "node:net";
import { BootstrapError } from "./bootstrap/machine.mjs";

const FIRST = 8080;
const LAST = 8099;

/** PORT if it is set and free; otherwise the first free one from 8080 on. */
export async function choosePort(wanted, isFree = isFreeHere) {
  if (wanted !== undefined && wanted !== "") {
    const port = Number(wanted);
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      throw new BootstrapError(`PORT is ${JSON.stringify(wanted)}: a port is a number from 0 to 65535.`);
    }
    if (port !== 0 && !(await isFree(port))) {
      throw new BootstrapError(`Port ${port} is taken by another program: set PORT to a free one.`);
    }
    return port;
  }
  for (let port = FIRST; port <= LAST; port++) {
    if (await isFree(port)) return port;
  }
  throw new BootstrapError(`All ports from ${FIRST} to ${LAST} are taken: set PORT to a free one.`);
}

function isFreeHere(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
