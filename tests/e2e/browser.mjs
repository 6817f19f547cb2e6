// A real Chromium, and pages in it that report whatever should not happen.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { launchChromium } from "./chromium.mjs";
import { DevTools, WorkerWatch } from "./devtools.mjs";

const OUTPUT = fileURLToPath(new URL("./output/", import.meta.url));

/** A machine that also runs pool, proxy and tests is under pressure for reasons that are not the page's. */
const NO_PRESSURE = "--disable-blink-features=ComputePressure";

/** WebGPU without a GPU: on a program that Chromium brings. */
export const SOFTWARE_GPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** Starts the browser that CHROMIUM names, with `flags` beside its usual ones. */
export async function startBrowser(flags = []) {
  const { endpoint, stop } = await launchChromium([NO_PRESSURE, ...flags]);
  const browser = await chromium.connectOverCDP(endpoint);
  const devtools = await DevTools.connect(endpoint);
  /** Seconds of processor time that the processes of pages, their workers included, have taken so far. */
  const pageSeconds = async () => {
    const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
    const renderers = processInfo.filter(({ type }) => type === "renderer");
    return renderers.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
  return {
    /**
     * Opens a page; `faults` collects its console errors, exceptions and requests to other hosts than its own and the
     * `expected` ones. `prepare(page)` is awaited before it loads; the other options are the context's.
     */
    async open(url, { expected = [], prepare, ...options } = {}) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        reducedMotion: "reduce",
        ...options,
      });
      const page = await context.newPage();
      await prepare?.(page);
      const faults = [];
      const frames = [];
      let connections = 0;
      const host = new URL(url).host;
      const allowed = new Set([host, ...expected]);
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning")
          faults.push(`console: ${message.text()}`);
      });
      page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
      page.on("request", (request) => {
        const asked = new URL(request.url());
        if (asked.protocol.startsWith("http") && !allowed.has(asked.host))
          faults.push(`request: ${request.url()}`);
      });
      page.on("websocket", (socket) => {
        if (!allowed.has(new URL(socket.url()).host)) faults.push(`socket: ${socket.url()}`);
        const connection = connections++;
        socket.on("framesent", ({ payload }) =>
          frames.push({ connection, from: "client", line: JSON.parse(payload) }),
        );
        socket.on("framereceived", ({ payload }) => frames.push({ connection, from: "pool", text: payload }));
      });
      await page.goto(url);
      const workers = await WorkerWatch.start(devtools, url);
      return { page, faults, frames, workers, close: () => context.close() };
    },
    /** Ends the process that owns all GPU devices, as a driver's fault would. */
    async crashGpuProcess() {
      await devtools.send("Browser.crashGpuProcess");
    },
    pageSeconds,
    /** Processor time that pages take in a second from now, in seconds. */
    async pageLoad() {
      const before = await pageSeconds();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return (await pageSeconds()) - before;
    },
    async close() {
      devtools.close();
      await browser.close();
      await stop();
    },
  };
}

/** Keeps a picture of the whole page in the output folder. */
export async function picture(page, name) {
  await mkdir(OUTPUT, { recursive: true });
  await page.screenshot({ path: join(OUTPUT, `${name}.png`), fullPage: true });
}

/** Waits until `check()` is true; fails with `claim` after `seconds`. */
export async function until(claim, check, seconds = 30) {
  const end = Date.now() + 1000 * seconds;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${claim}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The submits that went over the page's WebSockets, each with the verdict that came for it, or undefined. */
export function submits(frames) {
  const key = (connection, id) => `${connection}/${id}`;
  const replies = new Map();
  for (const { connection, from, text } of frames) {
    if (from !== "pool") continue;
    const line = JSON.parse(text);
    if (!line.method) replies.set(key(connection, line.id), line.result === true && line.error === null);
  }
  return frames.flatMap(({ connection, from, line }) =>
    from === "client" && line.method === "mining.submit"
      ? [{ connection, params: line.params, accepted: replies.get(key(connection, line.id)) }]
      : [],
  );
}

/** The verdicts that the pool itself sent for submits, as they went over the WebSocket. */
export function poolVerdicts(frames) {
  return submits(frames).flatMap(({ accepted }) => (accepted === undefined ? [] : [accepted]));
}
