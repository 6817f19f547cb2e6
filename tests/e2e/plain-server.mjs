// The files of a folder from a server that sends no headers of its own, as an ordinary web host does, unless it is told to.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/**
 * Serves `site`, and at /pools.json what `pools()` returns, each answer with what `headers()` returns. `asked` lists the
 * paths of all requests.
 */
export async function startPlainServer(site, pools, headers = () => ({})) {
  const asked = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    asked.push(pathname);
    const path = pathname === "/" ? "/index.html" : normalize(pathname);
    const content = path === "/pools.json" ? JSON.stringify(pools()) : readFile(join(site, path));
    Promise.resolve(content).then(
      (body) => response.writeHead(200, { "content-type": TYPES[extname(path)], ...headers() }).end(body),
      () => response.writeHead(404, headers()).end(),
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
