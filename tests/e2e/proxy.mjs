// The real stratum-proxy on a loopback port.
import { fileURLToPath } from "node:url";
import { startServer } from "./server-process.mjs";

/** The built page. */
export const SITE = fileURLToPath(new URL("../../www/app/dist", import.meta.url));

/** Starts the proxy with these arguments on a free port; resolves with its address once it listens. */
export function startProxy(...args) {
  return startProxyAt(0, ...args);
}

/** The same on that port. */
export async function startProxyAt(port, ...args) {
  const listen = ["--listen", `127.0.0.1:${port}`];
  const server = await startServer("STRATUM_PROXY", [...listen, ...args], /^listening on (http:\S+)/m);
  return { ...server, url: server.match[1] };
}
