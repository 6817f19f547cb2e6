// The examples side by side on one loopback port, in front of a proxy: what a site's own web server does for its pages.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { extname, join } from "node:path";
import { pipeline } from "node:stream";

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".map": "application/json",
  ".wasm": "application/wasm",
};

/**
 * Serves each of `examples` under its name. `folder` is what is served, with the headers of the file `_headers` in it, and
 * `vendor` names the folders of packages that are not in it. Sockets to /pool/ go to the `proxy`; `block` gives the text of
 * explorer-badge/block.json, or rejects. `asked` lists the paths of all requests.
 */
export async function serveExamples(examples, { proxy, block, port = 0 }) {
  const asked = [];
  const sockets = new Set();
  const headers = {};
  for (const [name, { folder }] of Object.entries(examples)) headers[name] = await headersOf(folder);

  /** Status, headers and body for a path. */
  async function answer(pathname) {
    if (pathname === "/") return [200, { "content-type": TYPES[".html"] }, list(examples)];
    const [, name, path] = /^\/([^/]+)(?:\/(.*))?$/.exec(pathname) ?? [];
    if (!Object.hasOwn(examples, name ?? "")) return [404, {}];
    if (path === undefined) return [308, { location: `/${name}/` }];
    const own = { "cache-control": "no-cache", ...headers[name] };
    const typed = (file) => ({ ...own, "content-type": TYPES[extname(file)] ?? "text/plain" });
    if (name === "explorer-badge" && path === "block.json") {
      const { text, error } = await Promise.resolve()
        .then(block)
        .then(
          (text) => ({ text }),
          (error) => ({ error }),
        );
      return error === undefined ? [200, typed(path), text] : [502, own, error.message];
    }
    const file = place(examples[name], path === "" ? "index.html" : path);
    return readFile(file).then(
      (body) => [200, typed(file), body],
      () => [404, own],
    );
  }

  const server = createServer((request, response) => {
    const known = URL.canParse(request.url, "http://localhost");
    if (!known || !["GET", "HEAD"].includes(request.method)) {
      response.writeHead(known ? 405 : 400).end();
      return;
    }
    const { pathname } = new URL(request.url, "http://localhost");
    asked.push(pathname);
    void answer(pathname).then(([status, headers, body]) => response.writeHead(status, headers).end(body));
  });

  server.on("upgrade", (request, socket, head) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    if (request.url.startsWith("/pool/")) forward(request, socket, head, proxy);
    else socket.destroy();
  });

  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Hands a WebSocket on to the proxy as it came, its Host among it, which the proxy compares with the Origin. */
function forward({ method, url, rawHeaders }, socket, head, proxy) {
  const { hostname, port } = new URL(proxy);
  const onward = connect(Number(port), hostname);
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  onward.write(`${lines.join("\r\n")}\r\n\r\n`);
  onward.write(head);
  // Either end's end is the other's too; that a proxy is gone is for the page to tell.
  pipeline(socket, onward, socket, () => undefined);
}

/** The file of an example's path. The path comes out of a parsed address, which has no ".." left in it. */
function place({ folder, vendor = {} }, path) {
  const [, name, rest] = /^vendor\/([^/]+)\/(.+)$/.exec(path) ?? [];
  return Object.hasOwn(vendor, name ?? "") ? join(vendor[name], rest) : join(folder, path);
}

/** The headers that a folder's `_headers` has for all paths. */
async function headersOf(folder) {
  const text = await readFile(join(folder, "_headers"), "utf8");
  const [paths, ...lines] = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const pairs = lines.map((line) => /^ +([\w-]+): (.+)$/.exec(line)?.slice(1));
  if (paths !== "/*" || pairs.includes(undefined))
    throw new Error(`${join(folder, "_headers")} has something else than headers for /*`);
  return Object.fromEntries(pairs);
}

function list(examples) {
  const items = Object.keys(examples).map((name) => `<li><a href="/${name}/">${name}</a></li>`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<title>Examples</title><link rel="icon" href="data:,"><main><h1>Examples</h1><ul>${items.join("")}</ul></main>`;
}
