// Times the wasm solver in a real Chromium and prints one JSON object per artifact and number of threads:
//   npm run bench:browser -- [--runs 9] [--warmups 2] [--threads 1,2]
// The artifacts are those of the last `npm start`, `npm test` or `cargo xtask wasm`.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startBrowser } from "../../tests/e2e/browser.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const SERVED = ["/www/lib/wasm/", "/benches/browser/"];

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "9" },
    warmups: { type: "string", default: "2" },
    threads: { type: "string", default: "1,2" },
  },
});
const runs = Number(values.runs);
const warmups = Number(values.warmups);

const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url, "http://localhost").pathname);
  const isolated = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  };
  if (path === "/") {
    response
      .writeHead(200, { "content-type": "text/html", ...isolated })
      .end("<!doctype html><title>bench</title>");
    return;
  }
  const file = join(ROOT, path);
  const known =
    SERVED.some((folder) => path.startsWith(folder)) && (await stat(file).catch(() => null))?.isFile();
  if (!known) {
    response.writeHead(404, isolated).end();
    return;
  }
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain", ...isolated });
  createReadStream(file).pipe(response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const rounded = (number) => Math.round(number * 10) / 10;

const browser = await startBrowser();
try {
  const { page } = await browser.open(`http://127.0.0.1:${server.address().port}/`);
  const cases = [
    { backend: "miner-st", threads: 1 },
    ...values.threads.split(",").map((threads) => ({ backend: "miner-mt", threads: Number(threads) })),
  ];
  for (const { backend, threads } of cases) {
    const query = new URLSearchParams({ backend, threads, runs, warmups });
    const result = await page.evaluate(
      (url) =>
        new Promise((resolve, reject) => {
          const worker = new Worker(url, { type: "module" });
          worker.onerror = (event) => reject(new Error(event.message || "the worker did not start"));
          worker.onmessage = ({ data }) => {
            worker.terminate();
            resolve(data);
          };
        }),
      `/benches/browser/worker.js?${query}`,
    );
    const times = result.outcomes.map(({ ms }) => ms);
    const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
    console.log(
      JSON.stringify({
        where: "chromium",
        backend,
        threads,
        runs,
        medianMs: rounded(median(times)),
        minMs: rounded(Math.min(...times)),
        maxMs: rounded(Math.max(...times)),
        firstMs: rounded(result.firstMs),
        solutionsPerSecond: rounded((sum(result.outcomes.map((o) => o.solutions)) / sum(times)) * 1000),
        memoryBytes: result.memoryBytes,
        shared: result.shared,
        roundsMs: result.outcomes[0].roundsMs.map((_, i) =>
          rounded(median(result.outcomes.map((o) => o.roundsMs[i]))),
        ),
        dropped: sum(result.outcomes.map((o) => o.dropped)),
      }),
    );
  }
} finally {
  await browser.close();
  server.close();
  server.closeAllConnections();
}
