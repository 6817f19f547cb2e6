// Serves the artifacts and the bench's page, cross-origin isolated, and is the mailbox between bench and page.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { text } from "node:stream/consumers";
import { root } from "../../scripts/checkout.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const SERVED = ["/www/lib/wasm/", "/www/verify/wasm/", "/benches/browser/", "/benches/wasm/"];
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/**
 * Starts the server. `url` is the page's address, `ask(request)` resolves to the page's answer, `fail(error)` gives
 * up on the page: what was asked and whatever is asked later rejects.
 */
export async function startMailbox() {
  let broken;
  let waiting; // the question that the page has, or will fetch
  let idle; // the page's open request for the next question
  const deliver = () => {
    if (!idle || !waiting || waiting.sent) return;
    waiting.sent = true;
    idle.writeHead(200, { "content-type": "application/json", ...ISOLATED }).end(waiting.body);
    idle = undefined;
  };
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    if (path === "/next") {
      idle = response;
      deliver();
    } else if (path === "/answer") {
      const body = await text(request);
      response.writeHead(204, ISOLATED).end();
      waiting?.resolve(JSON.parse(body));
    } else {
      await serveFile(path, response);
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/benches/browser/page.html`,
    async ask(request) {
      if (broken) throw broken;
      try {
        return await new Promise((resolve, reject) => {
          waiting = { body: JSON.stringify(request), sent: false, resolve, reject };
          deliver();
        });
      } finally {
        waiting = undefined;
      }
    },
    fail(error) {
      broken = error;
      waiting?.reject(error);
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function serveFile(path, response) {
  const file = join(root, path);
  const served = SERVED.some((folder) => path.startsWith(folder));
  if (!served || !(await stat(file).catch(() => undefined))?.isFile()) {
    response.writeHead(404, ISOLATED).end();
    return;
  }
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain", ...ISOLATED });
  createReadStream(file).pipe(response);
}
