// A page of an explorer: no isolation headers, a strict policy, the package's files without a bundler.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("../../www/verify", import.meta.url));
const SERVED = ["/dist/", "/wasm/"];
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };
const POLICY = "default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/** Serves `body` at `/` with the element's script, and the package's files. `asked` lists the paths of all requests. */
export async function startExplorer(body) {
  const asked = [];
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    asked.push(path);
    if (path === "/") {
      response.writeHead(200, { "content-type": "text/html", "content-security-policy": POLICY });
      response.end(
        `<!doctype html><html lang="en"><title>Explorer</title><link rel="icon" href="data:,">
         <script type="module" src="/dist/element.js"></script><body>${body}`,
      );
      return;
    }
    const known = SERVED.some((folder) => path.startsWith(folder));
    Promise.resolve(known ? readFile(join(PACKAGE, path)) : Promise.reject(new Error("not served"))).then(
      (content) => response.writeHead(200, { "content-type": TYPES[extname(path)] }).end(content),
      () => response.writeHead(404).end(),
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
