// The package's own files as a bundler would find them, with the headers that give a page shared memory.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SERVED = ["/www/lib/dist/", "/www/lib/wasm/", "/tests/e2e/"];
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };
const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Serves an empty page at `/`, and the files. */
export async function startIsolatedServer() {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    if (path === "/") {
      response
        .writeHead(200, { ...HEADERS, "content-type": "text/html" })
        .end('<!doctype html><link rel="icon" href="data:,">');
      return;
    }
    const known = SERVED.some((folder) => path.startsWith(folder));
    Promise.resolve(known ? readFile(join(ROOT, path)) : Promise.reject(new Error("not served"))).then(
      (body) => response.writeHead(200, { ...HEADERS, "content-type": TYPES[extname(path)] }).end(body),
      () => response.writeHead(404, HEADERS).end(),
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
